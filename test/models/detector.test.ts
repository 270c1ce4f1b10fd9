import { test } from "uvu";
import * as assert from "uvu/assert";
import { meanDetectionDelay, meanTimeToFalseSuspicion, missesToSuspect } from "../../models/analytic/detector.ts";
import { falseSuspicions, timeToFalseSuspicion } from "../../models/failures/false-suspicion.ts";
import { Streams } from "../../sim/index.ts";
import { assertZScores, zScore } from "./z-scores.ts";

/** Beat by beat: seconds from a beat that is heard to the end of the timeout without another. */
const beatByBeat = (heartbeat: number, timeout: number, loss: number, next: () => number): number => {
  let heardAt = 0;
  for (let beat = 1; ; beat++) {
    const at = beat * heartbeat;
    if (at > heardAt + timeout) return heardAt + timeout;
    if (next() >= loss) heardAt = at;
  }
};

test("a run of as many lost heartbeats as fit the timeout takes h (1 - p^k) / ((1 - p) p^k) on average", () => {
  const detector = { heartbeat: 2, timeout: 6 };
  assert.is(missesToSuspect(detector), 3);
  assert.ok(Math.abs(meanTimeToFalseSuspicion(detector, 0.5) - (2 * (1 - 1 / 8)) / (0.5 / 8)) < 1e-12);
  assert.is(meanTimeToFalseSuspicion(detector, 0), Number.POSITIVE_INFINITY);
  // Not a whole number of beats: suspicion comes when the timeout ends, after the last beat that was due.
  assert.is(missesToSuspect({ heartbeat: 2, timeout: 7 }), 3);
  assert.is(missesToSuspect({ heartbeat: 0.1, timeout: 0.3 }), 3, "0.3 / 0.1 is rounded below 3");
});

test("false suspicions come as often as the closed form says, beat by beat and by runs", () => {
  const checks: { [name: string]: number } = {};
  for (const [heartbeat, timeout, loss] of [
    [1, 3, 0.4],
    [2, 7, 0.3],
    [1, 1, 0.1],
    [1, 5, 0.2],
  ] as const) {
    const detector = { heartbeat, timeout };
    const expected = meanTimeToFalseSuspicion(detector, loss);
    const draws = new Streams(9).get(`${heartbeat} ${timeout} ${loss}`);
    const runs = Array.from({ length: 3000 }, () => timeToFalseSuspicion(detector, loss, draws));
    const name = `every ${heartbeat} s, ${timeout} s, loss ${loss}`;
    checks[`${name}: runs`] = zScore(runs, expected);
    if (loss < 0.3) continue;
    const beats = Array.from({ length: 3000 }, () => beatByBeat(heartbeat, timeout, loss, () => draws.next()));
    checks[`${name}: beats`] = zScore(beats, expected);
    // The whole distribution, not only its mean: the chance of the earliest suspicion.
    const earliest = (times: readonly number[]): number[] => times.map((time) => (time < timeout + 1e-9 ? 1 : 0));
    checks[`${name}: at once`] = zScore(earliest(runs), loss ** missesToSuspect(detector));
  }
  assertZScores(checks);
});

test("a failure is found after the timeout less half a heartbeat, earlier by those that were lost last", () => {
  const detector = { heartbeat: 1, timeout: 4 };
  assert.is(meanDetectionDelay(detector), 3.5);
  const checks: { [name: string]: number } = {};
  for (const loss of [0.1, 0.3, 0.6]) {
    const draws = new Streams(3).get(`loss ${loss}`);
    const delays = Array.from({ length: 5000 }, () => {
      // Back from the failure, beats were lost until one was heard; with four lost it would have been suspected before.
      for (;;) {
        let lost = 0;
        while (draws.next() < loss) lost++;
        if (lost < 4) return 4 - draws.next() - lost;
      }
    });
    checks[`loss ${loss}`] = zScore(delays, meanDetectionDelay(detector, loss));
  }
  assertZScores(checks);
});

test("false suspicions of a VM are those of its own stream, one after the other up to the horizon", () => {
  const law = { law: "exponential", mean: 50 } as const;
  const spec = { heartbeat: 1, timeout: 4, falseSuspicion: { kind: "law", time: law } } as const;
  const of = (horizon: number): number[] => falseSuspicions(spec, horizon, () => new Streams(1).get("a"));
  const [short, long] = [of(500), of(5000)];
  assert.equal(short, long.slice(0, short.length));
  assert.ok(long.every((at, i) => at < 5000 && at > (long[i - 1] ?? 0)));
  assert.equal(
    falseSuspicions({ ...spec, falseSuspicion: { kind: "none" } }, 1e9, () => {
      throw new Error("it draws nothing");
    }),
    [],
  );
});

test.run();
