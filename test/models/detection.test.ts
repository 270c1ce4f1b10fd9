import { test } from "uvu";
import * as assert from "uvu/assert";
import { detectionDelay } from "../../models/failures/detection.ts";
import { Streams } from "../../sim/index.ts";
import { zScore } from "./z-scores.ts";

test("a failure is found a timeout after the last heartbeat that was sent", () => {
  const detection = { heartbeat: 2, timeout: 5 };
  assert.is(detectionDelay(detection, 10, 0), 5, "the beat of that instant was sent");
  assert.is(detectionDelay(detection, 11.5, 0), 3.5);
  assert.is(detectionDelay(detection, 11.5, 0.5), 4);
  assert.is(detectionDelay(detection, 0.25, 0.5), 3.25, "the phase goes on before its first beat");
});

test("the delay lies between timeout - heartbeat and timeout, half a heartbeat below the timeout on average", () => {
  const stream = new Streams(4).get("failures");
  const delays = Array.from({ length: 4000 }, () =>
    detectionDelay({ heartbeat: 3, timeout: 7 }, stream.uniform(0, 1e6), stream.uniform(0, 3)),
  );
  assert.ok(delays.every((delay) => delay > 4 && delay <= 7));
  assert.ok(Math.abs(zScore(delays, 5.5)) < 4);
});

test.run();
