import { accelerated } from "../../models/failures/accelerated.ts";
import { components, type FailureSpec } from "../../models/failures/failure-spec.ts";
import { countsOf } from "../../models/failures/listed-failures.ts";
import { mean } from "../../models/laws.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { listedScenario } from "../../scenarios/listed-scenario.ts";
import { TestbedError } from "../testbed-error.ts";

export interface DrawnScenario {
  /** Every outage in it has its times: the same for the real run and for all runs of the simulator beside it. */
  readonly scenario: ClusterScenario;
  /** Laws that are not listed, since nobody knows what comes of them, are faster, too. */
  readonly notes: readonly string[];
}

/**
 * A scenario for a run in real time: what fails by laws, traces and shocks is drawn before, as in the first replication of its
 * simulation under the same seed.
 *
 * @param accelerate by how much laws and traces are faster; 1 leaves them
 * @throws TestbedError if there are laws, but nothing comes of them within the horizon; or none, but they are to be faster
 */
export const drawnScenario = (scenario: ClusterScenario, seed: number, accelerate = 1): DrawnScenario => {
  const { failures, horizon, name } = scenario;
  if (!(accelerate > 0 && accelerate < Infinity))
    throw new TestbedError(`--accelerate: ${accelerate}; laws are so many times as fast: give a positive number`);
  if (!hasLaws(failures)) {
    if (accelerate === 1) return { scenario, notes: [] };
    throw new TestbedError(
      `--accelerate: nothing of ${name} fails by a law, and times that are listed are real seconds`,
    );
  }
  const faster = { ...scenario, failures: accelerated(failures, accelerate) };
  const drawn = listedScenario(faster, seed);
  const outages = components.flatMap((component) => {
    const source = drawn.failures[component];
    return source.kind === "times" ? [`${source.outages.length} of ${component}`] : [];
  });
  const silent = isLaw(failures.latentErrors);
  if (outages.length === 0 && !silent) {
    const expected = outagesExpected(faster);
    const enough = expected > 0 ? Number(((2 * accelerate) / expected).toPrecision(2)) : undefined;
    throw new TestbedError(
      `failures: by its laws nothing of ${name} fails within ${horizon} s with seed ${seed}; let them be faster${enough === undefined ? "" : ` (--accelerate ${enough} brings two or so)`}, list times, or take another seed`,
    );
  }
  const pace = accelerate === 1 ? "" : `, ${accelerate} times as fast as the scenario says`;
  const what = outages.length === 0 ? "no outage" : outages.join(", ");
  return { scenario: drawn, notes: [`failures by laws were drawn with seed ${seed}${pace}: ${what}.`] };
};

const isLaw = ({ kind }: { readonly kind: string }): boolean => kind === "law" || kind === "trace";

const hasLaws = (failures: FailureSpec): boolean =>
  components.some((component) => isLaw(failures[component])) ||
  failures.shocks.length > 0 ||
  isLaw(failures.latentErrors);

/** Outages of all components by laws within the horizon, on average; of traces and shocks nothing is said. */
const outagesExpected = (scenario: ClusterScenario): number => {
  const counts = countsOf(scenario);
  return components.reduce((sum, component) => {
    const source = scenario.failures[component];
    return source.kind === "law" ? sum + (counts[component] * scenario.horizon) / mean(source.time) : sum;
  }, 0);
};
