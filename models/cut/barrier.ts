import type { Policy } from "../testbed.ts";
import type { ClusterCut } from "./cluster-cut.ts";

/**
 * All VMs pause, all are cut, all run on: nothing is sent after one cut that could arrive before another. A VM pauses as
 * soon as it is ready, and waits for the slowest. One that has failed never answers: the others stand still until the
 * failure is found.
 */
export function* barrier(cut: ClusterCut): Policy {
  yield* cut.all("at the barrier", (i, done) =>
    cut.prepare(i, cut.desynchrony.preparation(), () => {
      cut.pause(i);
      done();
    }),
  );
  yield* cut.all("released", (i, done) => cut.hold(i, done));
  for (const i of cut.captures.keys()) cut.release(i);
}
