import { clusterTheory } from "../models/cluster-theory.ts";
import { simulateCluster } from "../models/simulate.ts";
import { simulateTextbook } from "../models/textbook.ts";
import { textbookTheory } from "../models/textbook-theory.ts";
import { Streams } from "../sim/index.ts";
import type { Scenario } from "./scenario.ts";

/** One figure for each result column; NaN where nothing was observed. */
export type Metrics = { readonly [column: string]: number };

export interface RunResult {
  readonly metrics: Metrics;
  /** What a reader of the figures should know of how they came about. */
  readonly notes: readonly string[];
}

/** Runs one replication. Its random numbers depend on the seed and the replication alone, so all points share them. */
export const simulate = (
  scenario: Scenario,
  run: { readonly seed: number; readonly replication: number },
): RunResult => {
  if (scenario.model === "cluster") return simulateCluster(scenario, run);
  const streams = new Streams(run.seed).replication(run.replication);
  const others = {
    secondLevel: streams.get("second level failures"),
    silentErrors: streams.get("silent errors"),
    phases: streams.get("phases"),
  };
  return { metrics: { ...simulateTextbook(scenario.spec, streams.get("failures"), others) }, notes: [] };
};

/** Expectations of columns for which a closed form holds. */
export const closedForms = (scenario: Scenario): Metrics =>
  scenario.model === "textbook" ? { ...textbookTheory(scenario.spec) } : clusterTheory(scenario);
