import { test } from "uvu";
import * as assert from "uvu/assert";
import { anyTraffic, type TrafficMatrix, type TrafficPattern, trafficOf } from "../../models/cut/traffic.ts";
import { messagesPerSecond } from "./traffic-rates.ts";

const rates = (traffic: TrafficMatrix): number[][] =>
  Array.from({ length: traffic.vms }, (_, from) =>
    Array.from({ length: traffic.vms }, (_, to) => messagesPerSecond(traffic, from, to)),
  );

test("a pattern says who sends to whom", () => {
  assert.equal(rates(trafficOf("uniform", 3, 10)), [
    [0, 5, 5],
    [5, 0, 5],
    [5, 5, 0],
  ]);
  assert.equal(rates(trafficOf("ring", 3, 10)), [
    [0, 10, 0],
    [0, 0, 10],
    [10, 0, 0],
  ]);
  assert.equal(rates(trafficOf("star", 3, 10)), [
    [0, 10, 10],
    [10, 0, 0],
    [10, 0, 0],
  ]);
});

test("in every pattern but the centre of a star a VM sends in all what the pattern says", () => {
  for (const pattern of ["uniform", "ring", "star"] as const) {
    const sent = rates(trafficOf(pattern, 7, 30)).map((row) => row.reduce((sum, rate) => sum + rate, 0));
    for (const [vm, total] of sent.entries()) {
      const expected = pattern === "star" && vm === 0 ? 6 * 30 : 30;
      assert.ok(Math.abs(total - expected) < 1e-12, `${pattern}: VM ${vm} sends ${total}`);
    }
  }
});

test("nobody talks without a rate, without a pattern, or to himself", () => {
  for (const pattern of ["none", "uniform", "ring", "star"] satisfies TrafficPattern[]) {
    assert.not(anyTraffic(trafficOf(pattern, 1, 100)), pattern);
    assert.not(anyTraffic(trafficOf(pattern, 4, 0)), pattern);
    assert.is(anyTraffic(trafficOf(pattern, 4, 100)), pattern !== "none");
    for (const [vm, row] of rates(trafficOf(pattern, 4, 100)).entries()) assert.is(row[vm], 0);
  }
});

test.run();
