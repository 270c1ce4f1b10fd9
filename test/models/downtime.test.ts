import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Downtime, type VmState } from "../../models/books/downtime.ts";
import { causes, Ledger } from "../../models/books/ledger.ts";

const trackerOf = (vms: number, quorum: number, pauseTolerance = 0) => {
  const ledger = new Ledger();
  const clock = { now: 0 };
  const downtime = new Downtime(ledger, clock, { vms, quorum, pauseTolerance });
  const states: VmState[] = Array.from({ length: vms }, () => "up");
  const to = (time: number, vm: number, state: VmState): void => {
    clock.now = time;
    downtime.move(states[vm]!, state);
    states[vm] = state;
  };
  const end = (time: number): void => {
    clock.now = time;
    downtime.end();
  };
  const settle = (time: number): void => {
    clock.now = time;
    downtime.settle();
  };
  return { ledger, to, end, settle };
};

test("each down instant has one cause, the first that applies", () => {
  const { ledger, to, end } = trackerOf(2, 2);
  to(10, 0, "detect");
  to(12, 1, "noSpare");
  to(15, 1, "up");
  to(17, 0, "up");
  end(20);
  assert.is(ledger.sum("detect"), 4);
  assert.is(ledger.sum("noSpare"), 3);
  assert.is(ledger.sum("up"), 13);
});

test("a pause is tolerated by its length, and by what it is alone", () => {
  const { ledger, to, end } = trackerOf(1, 1, 1);
  to(10, 0, "pause");
  to(11, 0, "up");
  to(20, 0, "pause");
  to(21.5, 0, "up");
  to(30, 0, "pause");
  to(30.5, 0, "detect");
  to(32, 0, "up");
  end(40);
  assert.is(ledger.sum("pause"), 1.5 + 0.5, "one is too long, one turns into an outage");
  assert.is(ledger.sum("detect"), 1.5);
  assert.is(ledger.sum("up"), 40 - 3.5);
});

test("in any sequence of states the causes and the time up add up to the time", () => {
  const move = fc.record({
    after: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5, noNaN: true })),
    vm: fc.integer({ min: 0, max: 2 }),
    state: fc.constantFrom<VmState>("up", "up", "pause", ...causes),
  });
  fc.assert(
    fc.property(
      fc.array(move),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(0, 1, 100),
      (moves, quorum, tolerance) => {
        const { ledger, to, end } = trackerOf(3, quorum, tolerance);
        const states: VmState[] = ["up", "up", "up"];
        const expected = new Map<string, number>();
        let now = 0;
        let pause = 0;
        let alone = true;
        const count = (cause: string, seconds: number): void => {
          expected.set(cause, (expected.get(cause) ?? 0) + seconds);
        };
        const current = (): VmState =>
          states.filter((one) => one === "up").length >= quorum
            ? "up"
            : causes.find((cause) => states.includes(cause))!;
        for (const { after, vm, state } of [...moves, { after: 1, vm: 0, state: states[0]! }]) {
          if (current() === "pause") pause += after;
          else count(current(), after);
          now += after;
          const before = current();
          states[vm] = state;
          to(now, vm, state);
          if (before === "pause" && current() !== "pause") {
            count(alone && current() === "up" && pause <= tolerance ? "up" : "pause", pause);
            pause = 0;
          }
          if (current() === "up") alone = true;
          else if (current() !== "pause") alone = false;
        }
        end(now);
        count(alone && current() === "pause" && pause <= tolerance ? "up" : "pause", pause);
        for (const cause of [...causes, "up"] as const) {
          const value = expected.get(cause) ?? 0;
          if (!(Math.abs(ledger.sum(cause) - value) < 1e-9))
            assert.unreachable(`${cause}: ${ledger.sum(cause)} instead of ${value}`);
        }
      },
    ),
    { numRuns: 500, seed: 3, includeErrorInReport: true },
  );
});

test("sums that are read in the middle of a pause add up to the time, and in the end it is tolerated or not", () => {
  const read = (pauseTolerance: number): number[][] => {
    const { ledger, to, end, settle } = trackerOf(1, 1, pauseTolerance);
    const sums = () => [ledger.sum("up"), ledger.sum("pause")];
    to(10, 0, "pause");
    settle(12);
    const first = sums();
    settle(15);
    const second = sums();
    to(16, 0, "up");
    end(20);
    return [first, second, sums()];
  };
  assert.equal(read(0), [
    [10, 2],
    [10, 5],
    [14, 6],
  ]);
  assert.equal(read(4), [
    [12, 0],
    [10, 5],
    [14, 6],
  ]);
  assert.equal(read(6), [
    [12, 0],
    [15, 0],
    [20, 0],
  ]);
});

test.run();
