import type { Policy } from "../testbed.ts";
import type { ClusterCut } from "./cluster-cut.ts";

/** Every VM is cut when it is ready, and runs on without waiting for the others. */
export function* eachAlone(cut: ClusterCut, late: (i: number) => number): Policy {
  yield* cut.all("cut", (i, done) =>
    cut.prepare(i, late(i), () => {
      cut.pause(i);
      cut.hold(i, () => cut.release(i));
      done();
    }),
  );
}
