import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import type { RunIdentity } from "../../models/simulate.ts";
import { watchCluster } from "../../models/watch.ts";
import { ownPolicy } from "../own-policy/own-policy.ts";

/** All that happens in one replication, every cycle of it, in the first contention domain. @throws what a simulation throws */
export const simulatedRun = (scenario: ClusterScenario, run: RunIdentity): readonly LifeCycleEvent[] =>
  [...watchCluster({ ...scenario, fidelity: "full" }, run, { policy: ownPolicy(scenario) })].flat();
