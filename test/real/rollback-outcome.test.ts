import { suite } from "uvu";
import * as assert from "uvu/assert";
import { rollbackOutcome } from "../../real/replay/rollback-outcome.ts";

const test = suite("the outcome of a rollback");
const page = 4096;

test("is what guests say, and no better than what was made up for: zeros are missed whether a guest has seen them or not", () => {
  const vm = (verdict: boolean, reRead: number, zeroFilled: number, killing = 0) => ({
    verdict,
    madeUp: { reRead, zeroFilled, killing },
  });
  const whole = { verdict: true, madeUp: undefined };
  assert.equal(rollbackOutcome([whole, vm(true, 3, 0)]), {
    outcome: "intact",
    vms: { intact: 2, degraded: 0, reRead: 3 * page, zeroFilled: 0, killed: 0 },
  });
  assert.equal(rollbackOutcome([whole, vm(true, 1, 2), vm(false, 1, 0), vm(false, 0, 1), vm(true, 0, 0, 4)]), {
    outcome: "degraded",
    vms: { intact: 1, degraded: 4, reRead: 2 * page, zeroFilled: 3 * page, killed: 4 * page },
  });
  assert.equal(rollbackOutcome(undefined), { outcome: "failed", vms: "failed" });
});

test.run();
