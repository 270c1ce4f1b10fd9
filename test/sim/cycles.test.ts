import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "uvu";
import { ratioInterval } from "../../results/statistics/ratio-interval.ts";
import { Cycles } from "../../sim/cycles.ts";
import { resetAll } from "../../sim/observer.ts";
import { BrokenCycle, InvalidObservation } from "../../sim/observer-errors.ts";
import { RatioTally } from "../../sim/ratio-tally.ts";
import { Streams } from "../../sim/streams.ts";
import { reference } from "./reference-values.ts";

const near = (actual: number, expected: number, what: string, scale = Math.abs(expected)): void =>
  assert.ok(Math.abs(actual - expected) <= 1e-9 * scale, `${what}: ${actual} is not ${expected}`);

test("the regenerative ratio and its variance are the reference's", () => {
  const { inputs, value } = reference<{ Y: number[]; tau: number[] }, Record<string, number>>("regen-ratio-1");
  const tally = new RatioTally();
  for (const [i, y] of inputs.Y.entries()) tally.add(y, inputs.tau[i] as number);
  near(tally.r, value["r"] as number, "r");
  near(tally.s2, value["s2"] as number, "s2");
  near(tally.halfWidth(1.9599639845400543), value["half_width"] as number, "half width");
});

test("the ratio of cycles counted one by one is the ratio of all at once, and merging keeps it", () => {
  const pair = fc.tuple(
    fc.double({ min: -100, max: 100, noNaN: true }),
    fc.double({ min: 0.1, max: 100, noNaN: true }),
  );
  const pairs = fc.array(pair, { minLength: 2, maxLength: 60 });
  fc.assert(
    fc.property(pairs, pairs, (a, b) => {
      const fill = (data: readonly (readonly [number, number])[]) => {
        const tally = new RatioTally();
        for (const [y, tau] of data) tally.add(y, tau);
        return tally;
      };
      const all = [...a, ...b];
      const exact = ratioInterval(
        all.map(([y]) => y),
        all.map(([, tau]) => tau),
      );
      for (const tally of [fill(all), fill(a).merge(fill(b)), new RatioTally().merge(fill(all))]) {
        assert.equal(tally.count, all.length);
        near(tally.r, exact.ratio, "r", 1000);
        near(tally.s2, exact.s2, "s2", 1e6 * Math.max(1, exact.ratio ** 2));
      }
    }),
    { seed: 5 },
  );
});

test("a cycle lasts from going up to going up again, and only whole cycles count", () => {
  const clock = { now: 0 };
  const machine = new Cycles(clock);
  const at = (time: number, mark: "up" | "down") => {
    clock.now = time;
    machine[mark]();
  };
  at(9, "down");
  at(10, "up");
  at(27, "down");
  assert.deepEqual([machine.count, machine.r], [1, 0.9]);
  at(30, "up");
  clock.now = 1000;
  assert.deepEqual([machine.count, machine.meanUp, machine.meanCycle], [2, 13, 15]);
  assert.equal(machine.r, 26 / 30);
});

test("what begins down has its first cycle when it comes up", () => {
  const clock = { now: 0 };
  const machine = new Cycles(clock, { up: false });
  clock.now = 5;
  machine.up();
  assert.equal(machine.count, 0);
  assert.ok(Number.isNaN(machine.r));
  clock.now = 8;
  machine.down();
  clock.now = 9;
  machine.up();
  assert.deepEqual([machine.count, machine.r], [1, 0.75]);
});

test("after the warm-up, the cycle that it cut does not count", () => {
  const clock = { now: 0 };
  const machine = new Cycles(clock);
  const live = (up: number, down: number) => {
    clock.now += up;
    machine.down();
    clock.now += down;
    machine.up();
  };
  live(1, 100);
  clock.now += 50;
  resetAll([machine]);
  live(1, 7); // began in the warm-up
  assert.equal(machine.count, 0);
  live(6, 2);
  assert.deepEqual([machine.count, machine.r], [1, 0.75]);
  machine.down();
  machine.reset(); // in the middle of a repair
  machine.up();
  assert.equal(machine.count, 0);
});

test("the interval of the estimated availability covers the true one as often as it says", () => {
  const times = new Streams(77).get("times");
  const runs = 1000;
  let covered = 0;
  for (let run = 0; run < runs; run++) {
    const clock = { now: 0 };
    const machine = new Cycles(clock);
    for (let i = 0; i < 200; i++) {
      clock.now += times.weibull(0.7, 8);
      machine.down();
      clock.now += times.exponential(1);
      machine.up();
    }
    const truth = (8 * 1.2658235060572833) / (8 * 1.2658235060572833 + 1); // Γ(1 + 1/0.7)
    if (Math.abs(machine.r - truth) <= machine.halfWidth(1.6448536269514722)) covered++;
  }
  const z = (covered - 0.9 * runs) / Math.sqrt(0.09 * runs);
  assert.ok(Math.abs(z) < 4, `${covered} of ${runs} intervals cover: z = ${z}`);
});

test("up and down alternate", () => {
  const clock = { now: 3 };
  const machine = new Cycles(clock, { name: "vm 7" });
  assert.throws(() => machine.up(), /cycles "vm 7": up at 3, but it is up already/);
  machine.down();
  assert.throws(() => machine.down(), BrokenCycle);
});

test("a cycle without a finite reward and length is refused", () => {
  const tally = new RatioTally({ name: "availability" });
  assert.throws(() => tally.add(Number.NaN, 1), InvalidObservation);
  assert.throws(() => tally.add(1, -1), /ratio "availability".*not 1 and -1/);
  assert.throws(() => tally.add(1, Infinity), InvalidObservation);
  assert.equal(tally.count, 0);
});

test.run();
