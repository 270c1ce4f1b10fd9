import assert from "node:assert/strict";
import { test } from "uvu";
import { holm } from "../../../results/statistics/holm.ts";
import { StatisticsError } from "../../../results/statistics/statistics-error.ts";
import { Streams } from "../../../sim/streams.ts";
import { closeTo } from "./close-to.ts";

test("the smallest p-value is corrected for all, the next for all but one, and none below one before it", () => {
  const corrected = holm([0.04, 0.01, 0.03, 0.005]);
  for (const [i, expected] of [0.06, 0.03, 0.06, 0.02].entries()) closeTo(corrected[i]!, expected, 1e-12, `p${i}`);
  assert.deepEqual(holm([0.6, 0.7]), [1, 1]);
  assert.deepEqual(holm([]), []);
  assert.throws(() => holm([1.2]), StatisticsError);
});

test("with nothing to find, some corrected p-value is below 5 % in 5 % of all families", () => {
  const stream = new Streams(2).get("p-values");
  const families = 4000;
  let alarms = 0;
  for (let i = 0; i < families; i++) {
    if (holm(Array.from({ length: 8 }, () => stream.next())).some((p) => p < 0.05)) alarms += 1;
  }
  // Independent p-values: 1 - (1 - 0.05 / 8)^8 of the families.
  const expected = 1 - (1 - 0.05 / 8) ** 8;
  const z = (alarms / families - expected) / Math.sqrt((expected * (1 - expected)) / families);
  assert.ok(Math.abs(z) < 4, `z = ${z}`);
});

test.run();
