import type { Policy } from "../testbed.ts";
import type { ClusterCut } from "./cluster-cut.ts";

/**
 * Every VM is cut when it is ready or, before that, when a message from a VM that has been cut reaches it: such a message
 * carries the number of the new snapshot, and waits until its receiver has been cut too. A cut that is forced breaks the
 * preparation off.
 */
export function* colour(cut: ClusterCut): Policy {
  const watch = cut.timer(() => {
    const forced = cut.messages.reached();
    if (forced !== undefined) pass[forced]!();
    rearm();
  });
  const rearm = (): void => {
    const { next } = cut.messages;
    if (next === Number.POSITIVE_INFINITY) watch.cancel();
    else watch.arm(next);
  };
  const pass: (() => void)[] = [];
  try {
    yield* cut.all("cut", (i, done) => {
      let passed = false;
      pass[i] = () => {
        if (passed) return;
        passed = true;
        cut.pause(i);
        cut.hold(i, () => {
          cut.release(i);
          rearm();
        });
        done();
      };
      cut.prepare(i, cut.desynchrony.preparation(), pass[i]!);
    });
  } finally {
    watch.cancel();
  }
}
