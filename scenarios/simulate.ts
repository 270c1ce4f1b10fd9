import { clusterTheory } from "../models/analytic/cluster-theory.ts";
import type { Distributions } from "../models/books/distributions.ts";
import type { ClusterScenario } from "../models/scenario.ts";
import { type RunIdentity, simulateCluster } from "../models/simulate.ts";
import { simulateTextbook } from "../models/textbook/textbook.ts";
import { textbookTheory } from "../models/textbook/textbook-theory.ts";
import { Streams } from "../sim/index.ts";
import { ownPolicy, shownInSources } from "./own-policy/own-policy.ts";
import type { Scenario } from "./scenario.ts";

/** One figure for each result column; NaN where nothing was observed. */
export type Metrics = { readonly [column: string]: number };

export interface RunResult {
  readonly metrics: Metrics;
  /** How what happens at each rollback was distributed; the textbook model has none. */
  readonly distributions: Distributions;
  /** What a reader of the figures should know of how they came about. */
  readonly notes: readonly string[];
}

/** Runs one replication. Its random numbers depend on the seed and the replication alone, so all points share them. */
export const simulate = (scenario: Scenario, run: RunIdentity): RunResult => {
  if (scenario.model === "cluster") return simulateOwn(scenario, run);
  const streams = new Streams(run.seed).replication(run.replication);
  const others = {
    secondLevel: streams.get("second level failures"),
    silentErrors: streams.get("silent errors"),
    phases: streams.get("phases"),
  };
  return {
    metrics: { ...simulateTextbook(scenario.spec, streams.get("failures"), others) },
    distributions: {},
    notes: [],
  };
};

const simulateOwn = (scenario: ClusterScenario, run: RunIdentity): RunResult => {
  try {
    return simulateCluster(scenario, run, ownPolicy(scenario));
  } catch (error) {
    throw shownInSources(error, scenario);
  }
};

/** Expectations of columns for which a closed form holds; of a policy of one's own nothing is known. */
export const closedForms = (scenario: Scenario): Metrics => {
  if (scenario.model === "textbook") return { ...textbookTheory(scenario.spec) };
  return scenario.policy === "protect" ? clusterTheory(scenario) : {};
};
