import { meanInterval } from "../results/statistics/mean-interval.ts";
import { collapseNotes } from "./notes.ts";
import type { FinishedRun } from "./run.ts";
import type { Scenario } from "./scenario.ts";

/** A figure over replications. `n` counts those in which it was observed; a half width needs two of them. */
export interface Estimate {
  readonly mean: number | null;
  /** Of the 95 % confidence interval (Student's t). */
  readonly halfWidth: number | null;
  readonly n: number;
}

export interface PointResult {
  readonly scenario: string;
  /** Path of a swept key → its value in base units. */
  readonly point: { readonly [path: string]: unknown };
  readonly seed: number;
  /** Which policy of one's own it was: its file, and the hash of its sources. */
  readonly policy?: { readonly module: string; readonly sha256: string };
  readonly replications: number;
  readonly metrics: { readonly [column: string]: Estimate };
  readonly notes: readonly string[];
}

/** Whose runs they are; of a point whose scenario is not at hand it is not told which policy of one's own it had. */
interface Aggregated {
  readonly name: string;
  readonly points: readonly {
    readonly values: { readonly [path: string]: unknown };
    readonly scenario?: Scenario;
  }[];
}

/** Figures of one column over replications; runs that did not observe it are left out. */
export const estimate = (figures: readonly number[]): Estimate => {
  const seen = figures.filter((figure) => !Number.isNaN(figure));
  if (seen.length === 0) return { mean: null, halfWidth: null, n: 0 };
  if (seen.length === 1) return { mean: seen[0]!, halfWidth: null, n: 1 };
  const { mean, halfWidth } = meanInterval(seen);
  return { mean, halfWidth, n: seen.length };
};

/** The figures of every point of a scenario, independent of the order in which its runs ended. */
export const aggregate = ({ name, points }: Aggregated, seed: number, runs: readonly FinishedRun[]): PointResult[] => {
  const byPoint = points.map((): FinishedRun[] => []);
  for (const run of runs) byPoint[run.point]!.push(run);
  return points.map((point, index) => aggregatePoint(name, point, seed, byPoint[index]!));
};

/** The figures of one point, from its runs in any order. */
export const aggregatePoint = (
  name: string,
  { values, scenario }: Aggregated["points"][number],
  seed: number,
  runs: readonly FinishedRun[],
): PointResult => {
  const own = runs.toSorted((a, b) => a.replication - b.replication);
  const columns = new Set(own.flatMap(({ result }) => Object.keys(result.metrics)));
  const metrics = [...columns].map((column): [string, Estimate] => [
    column,
    estimate(own.map(({ result }) => result.metrics[column] ?? Number.NaN)),
  ]);
  return {
    scenario: name,
    point: values,
    seed,
    ...(scenario === undefined ? {} : policyOf(scenario)),
    replications: own.length,
    metrics: Object.fromEntries(metrics),
    notes: collapseNotes(own.flatMap(({ result }) => result.notes)),
  };
};

const policyOf = (scenario: Scenario): Pick<PointResult, "policy"> => {
  if (scenario.model !== "cluster" || scenario.policy === "protect") return {};
  const { name, sha256 } = scenario.policy.program;
  return { policy: { module: name, sha256 } };
};
