import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import type { ClusterScenario } from "../../models/scenario.ts";

/** About how many events of a kind one snapshot cycle has: for the cluster, and for each of its VMs. */
const perCycle: { readonly [kind in LifeCycleEvent["kind"]]?: readonly [cluster: number, vm: number] } = {
  snapshot: [4, 0],
  "restore-point": [1, 0],
  stored: [3, 0],
  cut: [0, 1],
  vm: [0, 2],
  transfer: [0, 6],
};

/**
 * About how many events a window has when each cycle begins on time and all of them are simulated. Failures, which are
 * rare beside them, are left out.
 *
 * @param kinds the kinds that are wanted; all of them if there are none
 */
export const expectedEvents = (
  { cluster, snapshot }: ClusterScenario,
  seconds: number,
  kinds: readonly string[],
): number => {
  const cycles = cluster.count * (seconds / snapshot.interval);
  const wanted = Object.entries(perCycle).filter(([kind]) => kinds.length === 0 || kinds.includes(kind));
  return Math.round(wanted.reduce((sum, [, [own, each]]) => sum + cycles * (own + each * cluster.vms), 0));
};
