import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SharedRate, slack, type Timer } from "../../real/disk/shared-rate.ts";
import { FluidNetwork, Simulation, Streams } from "../../sim/index.ts";

const test = suite("a rate that is shared");

/** A clock that goes on when it is told to, from one thing that it wakes to the next. */
class MadeTime implements Timer {
  #now = 0;
  readonly #due = new Map<() => void, number>();
  readonly #late: () => number;

  /** @param late seconds by which it wakes later than it was asked to */
  constructor(late = () => 0) {
    this.#late = late;
  }

  readonly now = (): number => this.#now;

  readonly after = (seconds: number, wake: () => void): (() => void) => {
    const own = (): void => wake();
    this.#due.set(own, this.#now + seconds + this.#late());
    return () => void this.#due.delete(own);
  };

  sleep(seconds: number): Promise<void> {
    return new Promise((done) => void this.after(seconds, done));
  }

  /** Wakes all that is to be woken, one after the other, until nothing is or the time is over. */
  async pass(until = Number.POSITIVE_INFINITY): Promise<void> {
    for (;;) {
      // What was woken has gone on to where it waits next.
      await new Promise(setImmediate);
      const [next] = [...this.#due].sort(([, one], [, other]) => one - other);
      if (next === undefined || next[1] > until) break;
      this.#due.delete(next[0]);
      this.#now = Math.max(this.#now, next[1]);
      next[0]();
    }
    if (until < Number.POSITIVE_INFINITY) this.#now = until;
  }

  get waking(): number {
    return this.#due.size;
  }
}

test("is kept from one piece to the next, however late timers are and whatever else is done between", async () => {
  const draws = new Streams(3).get("rate");
  const time = new MadeTime(() => draws.uniform(0, 0.01));
  const rate = new SharedRate(time);
  const perSecond = 1_000_000;
  rate.bytesPerSecond = perSecond;
  const ends: { readonly at: number; readonly sum: number }[] = [{ at: 0, sum: 0 }];
  let sum = 0;
  const task = (async () => {
    for (let i = 0; i < 300; i++) {
      const bytes = draws.integer(1, 65_536);
      await rate.pass(bytes);
      sum += bytes;
      ends.push({ at: time.now(), sum });
      await time.sleep(draws.uniform(0, 0.01));
    }
  })();
  await time.pass();
  await task;
  const last = ends.at(-1)!;
  assert.ok(last.at >= sum / perSecond - slack, `${sum} bytes in ${last.at} s`);
  assert.ok(last.at <= sum / perSecond + slack, `${sum} bytes in ${last.at} s`);
  for (const [i, from] of ends.entries())
    for (const to of ends.slice(i + 1))
      assert.ok(
        to.sum - from.sum <= perSecond * (to.at - from.at + slack) + 0.01,
        `${to.sum - from.sum} bytes from ${from.at} to ${to.at} s`,
      );
});

test("gives no more at once after a long while than after a short one, and nothing at first", async () => {
  const time = new MadeTime();
  const rate = new SharedRate(time);
  await time.pass(10);
  rate.bytesPerSecond = 1000;
  const ends: number[] = [];
  const pass = (bytes: number): void => void rate.pass(bytes).then(() => ends.push(time.now()));
  pass(1000);
  await time.pass(100);
  pass(1000);
  await time.pass(200);
  assert.equal(ends, [11, 101 - slack]);
});

test("is shared as a link of the model is, also while it changes", async () => {
  const arrivals = fc.array(
    fc.record({ at: fc.double({ min: 0, max: 5, noNaN: true }), bytes: fc.integer({ min: 1, max: 1_000_000 }) }),
    {
      maxLength: 12,
    },
  );
  const changes = fc.array(
    fc.record({ at: fc.double({ min: 0, max: 5, noNaN: true }), to: fc.integer({ min: 50_000, max: 5_000_000 }) }),
    {
      maxLength: 4,
    },
  );
  await fc.assert(
    fc.asyncProperty(arrivals, changes, async (later, rates) => {
      // One that waits all the while: nothing passes in advance.
      const all = [{ at: 0, bytes: 50_000_000 }, ...later];
      const sim = new Simulation();
      const net = new FluidNetwork(sim);
      const link = net.link(1_000_000);
      const expected: number[] = [];
      for (const [i, { at, bytes }] of all.entries())
        sim.timer(() => void net.transfer({ bytes, over: [link], onDone: () => (expected[i] = sim.now) })).arm(at);
      for (const { at, to } of rates) sim.timer(() => link.setCapacity(to)).arm(at);
      sim.run();

      const time = new MadeTime();
      const rate = new SharedRate(time);
      rate.bytesPerSecond = 1_000_000;
      const found: number[] = [];
      for (const [i, { at, bytes }] of all.entries())
        time.after(at, () => void rate.pass(bytes).then(() => (found[i] = time.now())));
      for (const { at, to } of rates)
        time.after(at, () => {
          rate.bytesPerSecond = to;
        });
      await time.pass();
      for (const [i, end] of expected.entries())
        assert.ok(
          Math.abs(found[i]! - end) < 1e-6 * end,
          `the ${i}th ended at ${found[i]} s, in the model at ${end} s`,
        );
    }),
    { numRuns: 60, seed: 5 },
  );
});

test("keeps nobody waiting where there is none, or none any longer, and is above 0", async () => {
  const time = new MadeTime();
  const rate = new SharedRate(time);
  await rate.pass(2 ** 50);
  rate.bytesPerSecond = 1;
  await rate.pass(0);
  let ended = 0;
  for (let i = 0; i < 3; i++) void rate.pass(2 ** 40).then(() => ended++);
  await time.pass(1000);
  assert.is(ended, 0);
  rate.bytesPerSecond = Number.POSITIVE_INFINITY;
  await time.pass(1000);
  assert.is(ended, 3);
  assert.is(time.waking, 0);
  for (const wrong of [0, -1, Number.NaN])
    assert.throws(() => {
      rate.bytesPerSecond = wrong;
    }, /give a rate above 0/);
});

test.run();
