import { type Override, setTo } from "../text/override.ts";

/** What the command line changes of a scenario. */
export interface RunOverrides {
  readonly set: readonly string[];
  readonly seed?: string;
  readonly replications?: string;
}

/** `--seed 7` is checked like everything else, and a fault is shown where it was given. */
export const overridesOf = ({ set, seed, replications }: RunOverrides): Override[] => [
  ...set.map((text) => setTo("--set", text)),
  ...(seed === undefined ? [] : [setTo("--seed", `seed=${seed}`)]),
  ...(replications === undefined ? [] : [setTo("--replications", `replications=${replications}`)]),
];

/** The same as `--set` alone would say it. */
export const asSet = ({ set, seed, replications }: RunOverrides): string[] => [
  ...set,
  ...(seed === undefined ? [] : [`seed=${seed}`]),
  ...(replications === undefined ? [] : [`replications=${replications}`]),
];
