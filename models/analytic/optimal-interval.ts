import { lambertW0FromBranch } from "./lambert-w.ts";

/** What the interval formulas need: both in seconds. */
export interface IntervalCosts {
  /** Mean time between failures of the whole unit that rolls back together; failures are Poisson. */
  readonly mtbf: number;
  /** Time during which work stops for a snapshot. Not the latency until it is durable. */
  readonly pause: number;
}

/** Work between snapshots by Young, CACM 17(9), 1974: √(2 C M), in seconds. */
export const young = ({ mtbf, pause }: IntervalCosts): number => Math.sqrt(2 * pause * mtbf);

/** Work between snapshots by Daly's first-order formula, FGCS 22(3), 2006: √(2 C M) - C, in seconds. */
export const dalyFirstOrder = (costs: IntervalCosts): number => young(costs) - costs.pause;

/** Work between snapshots by Daly's higher-order formula, FGCS 22(3), 2006, equation 37; M when C ≥ 2 M. In seconds. */
export const dalyHigherOrder = (costs: IntervalCosts): number => {
  const { mtbf, pause } = costs;
  if (pause >= 2 * mtbf) return mtbf;
  const ratio = pause / (2 * mtbf);
  return young(costs) * (1 + Math.sqrt(ratio) / 3 + ratio / 9) - pause;
};

/**
 * The work between snapshots, in seconds, that minimises the expected time under Poisson failures, exactly: the root of
 * e^((T+C)/M) (1 - T/M) = 1, that is T = M (1 + W₀(-e^(-1-C/M))). Neither the restore, nor detection, nor the latency
 * moves it: they only multiply the cost.
 */
export const exactOptimum = ({ mtbf, pause }: IntervalCosts): number => mtbf * lambertW0FromBranch(pause / mtbf);
