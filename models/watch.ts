import { Streams } from "../sim/index.ts";
import { columnsOf } from "./books/columns.ts";
import type { LifeCycleEvent } from "./life-cycle-events.ts";
import type { ClusterPolicy } from "./policies/cluster-policy.ts";
import { policyInForce } from "./policies/policy-in-force.ts";
import type { ClusterScenario } from "./scenario.ts";
import { failing, type RunIdentity } from "./simulate.ts";
import { checkColumns, checkDomain } from "./simulation/invariants.ts";
import { SimulatedDomain } from "./simulation/simulated-domain.ts";

export interface WatchOptions {
  /** Which of the contention domains, counted from 0. */
  readonly domain?: number;
  /** Where to stop, seconds; at the horizon unless told otherwise. What happens before is the same. */
  readonly until?: number;
  /** The policy that the scenario's module exports, if it names one. */
  readonly policy?: ClusterPolicy | undefined;
}

/**
 * Simulates one replication of a scenario as `simulateCluster` does, and yields what happens in one of its domains,
 * some events at a time and in the order in which they happen. Nothing is kept: who asks for the next events sets the
 * pace.
 *
 * @throws RangeError if the VMs do not fit on the hosts.
 * @throws PolicyFailed if the policy of the scenario breaks its contract with the testbed, or throws.
 * @throws InvariantViolated if the run contradicts itself.
 */
export function* watchCluster(
  scenario: ClusterScenario,
  run: RunIdentity,
  { domain: index = 0, until = scenario.horizon, policy: own }: WatchOptions = {},
): Generator<readonly LifeCycleEvent[], void, void> {
  const fail = failing(scenario, run);
  const streams = new Streams(run.seed).replication(run.replication);
  let events: LifeCycleEvent[] = [];
  const take = (): readonly LifeCycleEvent[] => {
    const taken = events;
    events = [];
    return taken;
  };
  const domain = new SimulatedDomain(scenario, streams.split(`domain ${index}`), {
    policy: policyInForce(scenario, own, () => {}),
    onEvent: (event) => events.push(event),
  });
  for (const _ of domain.advance(until)) if (events.length > 0) yield take();
  checkDomain(domain, fail);
  const seconds = scenario.cluster.count * until;
  checkColumns(scenario, domain.ledger, seconds, columnsOf(domain.ledger, seconds), fail);
  yield take();
}
