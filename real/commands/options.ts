import type { Yargs } from "../../scenarios/commands/options.ts";

/** For yargs a default that is undefined is one, too. */
const by = <Value>(value: Value | undefined) => (value === undefined ? {} : { default: value });

/** An option with a value of its own. */
export const text = (describe: string) => ({ describe, type: "string", requiresArg: true }) as const;

export const neededText = (describe: string) => ({ ...text(describe), demandOption: true }) as const;

export const number = (describe: string, value?: number) =>
  ({ describe, type: "number", requiresArg: true, ...by(value) }) as const;

/** An option that may be given several times. */
export const numbers = (describe: string, values?: readonly number[]) =>
  ({ describe, type: "number", array: true, requiresArg: true, ...by(values) }) as const;

export const word = <const Word extends string>(describe: string, choices: readonly Word[], value?: Word) =>
  ({ describe, choices, requiresArg: true, ...by(value) }) as const;

export const words = <const Word extends string>(
  describe: string,
  choices: readonly Word[],
  values?: readonly Word[],
) => ({ describe, choices, array: true, requiresArg: true, ...by(values) }) as const;

/** An option that sets keys of a scenario. */
export const settings = {
  describe: "Sets a key of the scenario: key=value",
  type: "string",
  array: true,
  default: [],
  requiresArg: true,
} as const;

export const asJson = { describe: "As JSON", type: "boolean" } as const;

const named = "or one that is built in";

export const withInventory = (yargs: Yargs): Yargs =>
  yargs.positional("inventory", { describe: `File that names hosts, ${named}`, type: "string" });

export const withScenario = (yargs: Yargs): Yargs =>
  yargs.positional("scenario", { describe: `File of a scenario, ${named}`, type: "string" });

export const hosts = (what: string) => text(`Inventory that names the hosts ${what}, ${named}`);
