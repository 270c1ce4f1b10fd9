import { test } from "uvu";
import * as assert from "uvu/assert";
import { tcpInterruption } from "../../models/cut/tcp-interruption.ts";

const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} instead of ${expected}`);

test("a lost tail is sent again at 0.2 s times 2^k - 1, each step at most 120 s", () => {
  const table = [
    [0.03, 0.2],
    [0.2, 0.2],
    [0.5, 0.6],
    [0.6, 0.6],
    [1, 1.4],
    [2, 3],
    [5, 6.2],
    [10, 12.6],
    [20, 25.4],
    [30, 51],
    [60, 102.2],
    [102.3, 204.6],
    [204.6, 204.6],
    [204.7, 324.6],
    [324.7, 444.6],
    [3600, 204.6 + 29 * 120],
  ] as const;
  for (const [discrepancy, expected] of table) near(tcpInterruption(discrepancy, "timeout", 1e-3), expected);
});

test("held packets are as late as the discrepancy is long", () => {
  for (const discrepancy of [0.001, 0.3, 40]) {
    near(tcpInterruption(discrepancy, "buffered", 1e-3), discrepancy);
  }
});

test("with segments that follow, what was lost is there one round trip after the other end is back", () => {
  for (const discrepancy of [0.001, 0.3, 40]) {
    near(tcpInterruption(discrepancy, "fast-retransmit", 2e-4), discrepancy + 2e-4);
  }
});

test("nothing is interrupted without a discrepancy", () => {
  for (const delivery of ["buffered", "fast-retransmit", "timeout"] as const) {
    assert.is(tcpInterruption(0, delivery, 1e-3), 0);
  }
});

test("a longer discrepancy never means a shorter interruption, and none is shorter than its discrepancy", () => {
  for (const delivery of ["buffered", "fast-retransmit", "timeout"] as const) {
    let before = 0;
    for (let discrepancy = 0.01; discrepancy < 1000; discrepancy *= 1.07) {
      const interruption = tcpInterruption(discrepancy, delivery, 1e-3);
      assert.ok(interruption >= before && interruption >= discrepancy, `${delivery}, ${discrepancy} s`);
      before = interruption;
    }
  }
});

test.run();
