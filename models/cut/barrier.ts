import { passing } from "../drive.ts";
import type { Policy } from "../testbed.ts";
import type { ClusterCut } from "./cluster-cut.ts";

/** All VMs pause, all are cut, all run on: nothing is sent after one cut that could arrive before another. */
export function* barrier(cut: ClusterCut): Policy {
  yield* cut.all("at the barrier", (i, done) => cut.prepare(i, done));
  // A VM that has failed never answers the barrier: the cut waits until the failure is found.
  if (cut.cluster.vms.some((vm) => !vm.running)) yield* passing(cut.never("all VMs at the barrier"));
  for (const i of cut.captures.keys()) cut.pause(i);
  yield* cut.all("released", (i, done) => cut.hold(i, done));
  for (const i of cut.captures.keys()) cut.release(i);
}
