import type { Metrics } from "../simulate.ts";

/** Replications of a scenario with settings as on the command line. */
export type Simulate = (scenario: string, settings: readonly string[]) => Promise<readonly Metrics[]>;

/** Mean of a column over replications. */
export const meanOf = (replications: readonly Metrics[], column: string): number =>
  replications.reduce((sum, one) => sum + one[column]!, 0) / replications.length;

/** Something that is known, to be met: of a formula exactly, of a publication as far as its set-up is told. */
export interface Target {
  readonly id: string;
  /** `derived`: a value of a formula; A: published with its set-up; B: published as a trend or with a set-up that is half told. */
  readonly tier: "derived" | "A" | "B";
  readonly source: string;
  /** What is compared, and where the parameters come from. */
  readonly what: string;
  readonly target: readonly number[];
  /** What ours may differ by: as a part of the target, unless `measure` says otherwise. */
  readonly tolerance: number;
  /** `factor`: only the order is known, and the tolerance is a factor. `atMost`: the target is a bound. */
  readonly measure?: "factor" | "atMost";
  /** Undefined where nothing comparable is simulated: then `why` says why. */
  readonly ours?: (simulate: Simulate) => readonly number[] | Promise<readonly number[]>;
  /** Why it is not met, or what has to be known of it. */
  readonly why?: string;
}

/** One line of the table. */
export interface Compared extends Omit<Target, "ours"> {
  readonly ours: readonly number[] | undefined;
  readonly within: boolean | undefined;
}

export const compare = async ({ ours, ...target }: Target, simulate: Simulate): Promise<Compared> => {
  const found = await ours?.(simulate);
  return { ...target, ours: found, within: found && isWithin(target, found) };
};

const isWithin = ({ target, tolerance, measure }: Omit<Target, "ours">, ours: readonly number[]): boolean =>
  ours.length === target.length &&
  target.every((aim, i) => {
    const own = ours[i]!;
    if (measure === "factor") return own > 0 && Math.abs(Math.log(own / aim)) <= Math.log(tolerance);
    if (measure === "atMost") return own <= aim * (1 + tolerance);
    return Math.abs(own - aim) <= tolerance * Math.max(Math.abs(aim), Number.MIN_VALUE);
  });
