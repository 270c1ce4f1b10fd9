import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { LazyPages, type Touches } from "../../models/guest/lazy-pages.ts";

const touches: Touches = { pages: 1000, within: 10, contiguity: 2, window: 0.5, stability: 0.8, miss: 0.01 };

const near = (one: number, other: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(one - other) <= tolerance * Math.max(1, Math.abs(other)), `${what}: ${one}, expected ${other}`);

/** The same by small steps. */
const stepped = (
  { pages, within, contiguity, window, stability, miss }: Touches,
  paces: readonly { readonly from: number; readonly pace: number }[],
  wall: number,
): { readonly ran: number; readonly slowUntil: number } => {
  const step = 1e-4;
  let [ran, there, slowUntil] = [0, 0, 0];
  for (let t = 0; t < wall - step / 2; t += step) {
    const pace = paces.findLast(({ from }) => from <= t + step / 2)?.pace ?? 0;
    const part = ran >= within ? 0 : ran < window * within ? 1 - stability : 1;
    const rate = 1 / (1 + (pages / within / contiguity) * miss * part * (1 - there));
    ran += rate * step;
    there = Math.min(1, there + pace * step);
    if (rate < 0.95) slowUntil = t + step;
  }
  return { ran, slowUntil };
};

const followed = (given: Touches, paces: readonly { readonly from: number; readonly pace: number }[], wall: number) => {
  const lazy = new LazyPages(given);
  let [there, at, now] = [0, 0, 0];
  for (const { from, pace } of paces) {
    if (from > wall) break;
    there = Math.min(1, there + now * (from - at));
    lazy.changePace(from, there, pace);
    [at, now] = [from, pace];
  }
  return lazy;
};

test("with nothing coming a guest runs at 1 / (1 + a) over its working set, and at full speed after it", () => {
  const lazy = new LazyPages({ ...touches, window: 0 });
  // 50 misses of 10 ms for each second.
  near(lazy.ran(3), 2, 1e-12, "two thirds");
  near(lazy.ran(15 + 7), 10 + 7, 1e-12, "after the working set");
  near(lazy.misses(22), 500, 1e-9, "every second page");
  near(lazy.responsiveAt(22), 15, 1e-12, "slow to the end of it");
});

test("a whole window that is right stalls nothing", () => {
  const lazy = new LazyPages({ ...touches, window: 1, stability: 1 });
  assert.is(lazy.ran(7), 7);
  assert.is(lazy.responsiveAt(7), 0);
});

test("without a source a guest runs to the first page that is missing, and that is no miss more", () => {
  const lazy = new LazyPages(touches);
  lazy.changePace(0, 0.4, "none");
  // By small steps: a fifth of the touches of the first half of the working set may miss, and all of the second.
  const step = 1e-4;
  let [runs, ran] = [1, 0];
  for (let t = step / 2; t < 30; t += step) {
    const part = t < 5 ? 0.2 : t < 10 ? 1 : 0;
    const next = runs * Math.exp(-50 * part * 0.6 * step);
    ran += (runs - next) * t;
    runs = next;
  }
  near(lazy.ran(30), ran + runs * 30, 1e-6, "on average");
  assert.is(lazy.responsiveAt(30), 30);
  assert.is(lazy.misses(30), 0);
  lazy.changePace(30, 0.4, 0);
  near(lazy.ran(34) - ran, 4 / (1 + 50 * 0.2 * 0.6 * 0.01), 1e-6, "goes on at its pace");
});

test("whatever comes at whatever pace, it is as far as by small steps", () => {
  fc.assert(
    fc.property(
      fc.record({
        window: fc.constantFrom(0, 0.3, 1),
        stability: fc.constantFrom(0, 0.9, 1),
        miss: fc.constantFrom(0, 1e-3, 0.05),
        paces: fc.array(fc.double({ min: 0, max: 0.4, noNaN: true }), { minLength: 1, maxLength: 3 }),
        wall: fc.double({ min: 0.1, max: 20, noNaN: true }),
      }),
      ({ paces, wall, ...given }) => {
        const all = { ...touches, within: 4, ...given };
        const changes = paces.map((pace, i) => ({ from: 2 * i, pace }));
        const lazy = followed(all, changes, wall);
        const slow = stepped(all, changes, wall);
        near(lazy.ran(wall), slow.ran, 2e-3, "ran");
        near(lazy.responsiveAt(wall), slow.slowUntil, 5e-3, "responsive");
      },
    ),
    { numRuns: 60, seed: 5 },
  );
});

test("impossible touches are refused", () => {
  assert.throws(() => new LazyPages({ ...touches, stability: 1.1 }), /stability/);
  assert.throws(() => new LazyPages({ ...touches, within: 0 }), /within/);
  assert.throws(() => new LazyPages({ ...touches, contiguity: 0 }), /contiguity/);
});

test.run();
