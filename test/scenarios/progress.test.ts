import { Writable } from "node:stream";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { liveProgress, timeLeft } from "../../scenarios/commands/progress.ts";

test("on a terminal a bar tells runs, points, time left and precision; elsewhere nothing is written", () => {
  for (const isTTY of [true, false]) {
    let said = "";
    const stream = new Writable({
      write: (chunk, _, done) => {
        said += chunk;
        done();
      },
    });
    Object.assign(stream, { isTTY, columns: 200, cursorTo: () => {}, clearLine: () => {} });
    let now = 0;
    const line = { progress: stream as unknown as NodeJS.WriteStream, clock: () => (now += 1) };
    const bar = liveProgress(line, { of: "workRatio", relative: 0.05 }, 3);
    bar.expect(5);
    for (const [point, workRatio] of [
      [0, 0.9],
      [0, 0.8],
      [2, 0.9],
    ] as const)
      bar.advance(point, { workRatio });
    bar.expect(1);
    bar.end();
    if (!isTTY) assert.is(said, "");
    else {
      assert.not.match(said, "0/0");
      assert.match(said, /3\/6 runs at 2 of 3 points, .* left; workRatio ± .* at worst, 1 of 1 points wider than 5 %/);
    }
  }
});

test("what is left is told in the unit that people would use", () => {
  assert.equal([0, 59.7, 89, 839.6, 3600, 7500].map(timeLeft), [
    "0 s",
    "60 s",
    "89 s",
    "14 min",
    "60 min",
    "2 h 5 min",
  ]);
});

test.run();
