import type { Ledger } from "./ledger.ts";

/** How the observations of one run were distributed. */
export interface Distribution {
  /** Observations, by weight. */
  readonly count: number;
  /** Values at evenly spaced levels, in rising order: every observation as long as there are no more than {@link levels}. */
  readonly values: readonly number[];
}

/** The distributions of a run, by the name of what was observed; none where nothing was. Seconds. */
export type Distributions = { readonly [name: string]: Distribution };

/** Observed at each rollback. */
const kept = ["rpo", "rto", "ttr", "residency"] as const;

/** Quantiles of one run that are kept: the distribution over many runs is then known within 1 / 80. */
const levels = 40;

export const distributionsOf = (ledger: Ledger): Distributions =>
  Object.fromEntries(
    kept.flatMap((name) => {
      const sample = ledger.sample(name);
      const { count } = sample;
      return count > 0 ? [[name, { count, values: sample.outline(Math.min(levels, Math.ceil(count))) }]] : [];
    }),
  );
