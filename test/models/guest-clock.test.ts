import { test } from "uvu";
import * as assert from "uvu/assert";
import { copyFaultsPerPage } from "../../models/guest/copy-faults.ts";
import { GuestClock } from "../../models/guest/guest-clock.ts";
import { distinctWrites, type StoredClass } from "../../models/guest/memory.ts";
import type { SnapshotPlan } from "../../models/scenario.ts";
import { asCopies } from "../../models/store/redundancy.ts";
import { Streams } from "../../sim/index.ts";
import { type PageMemory, simulatePages } from "./page-memory.ts";
import { smallCluster } from "./small-cluster.ts";
import { zScore } from "./z-scores.ts";

const source = smallCluster.cluster.workload.classes[2]!;
const classOf = (pages: number, writesPerSecond: number): StoredClass => ({
  source: { ...source, pages, writesPerSecond },
  pages,
  writesPerPage: writesPerSecond / pages,
  density: 1,
  ...asCopies(3),
});

const planOf = (change: Partial<SnapshotPlan>, costs: Partial<SnapshotPlan["costs"]> = {}): SnapshotPlan => ({
  ...smallCluster.snapshot,
  ...change,
  costs: { ...smallCluster.snapshot.costs, ...costs },
});

const free = { fault: 0, track: 0 };
const lazy = planOf({ capture: "post-copy", record: "lazy-incremental" }, free);
const separate = planOf({ capture: "post-copy", record: "incremental" }, free);
const whole = planOf({ capture: "post-copy", record: "full" }, free);

/** What the formulas say of the last of several epochs; the set of the first is the whole memory. */
const expected = (memory: PageMemory, plan: SnapshotPlan) => {
  const clock = new GuestClock([classOf(memory.pages, memory.writesPerSecond)], plan);
  const inSet = new Float64Array([1]);
  const dirty = new Float64Array(1);
  let faults = 0;
  for (let epoch = 0; epoch < memory.epochs; epoch++) {
    if (epoch > 0 && memory.record === "incremental") inSet[0] = dirty[0]! / memory.pages;
    clock.begin({ tracking: memory.record === "incremental", inSet });
    if (memory.sweep <= memory.interval) clock.endSweep(memory.sweep);
    faults = clock.faults(memory.interval, Math.min(1, memory.interval / memory.sweep));
    clock.dirtyPages(memory.interval, dirty);
  }
  return { saved: inSet[0]! * memory.pages, faults, distinct: dirty[0]! };
};

const cases: readonly (readonly [string, PageMemory])[] = [
  ["cold", { pages: 300, writesPerSecond: 40, interval: 1, sweep: 0.5, record: "incremental", epochs: 3 }],
  ["warm", { pages: 200, writesPerSecond: 250, interval: 1, sweep: 0.3, record: "incremental", epochs: 3 }],
  ["hot", { pages: 100, writesPerSecond: 700, interval: 1, sweep: 0.9, record: "incremental", epochs: 3 }],
  ["all pages at each cut", { pages: 200, writesPerSecond: 250, interval: 1, sweep: 0.6, record: "full", epochs: 2 }],
  [
    "a failure amid the sweep",
    { pages: 200, writesPerSecond: 250, interval: 1, sweep: 2.5, record: "full", epochs: 1 },
  ],
];

test("distinct writes, pages saved and faults are those of a memory that is simulated page by page", () => {
  for (const [name, memory] of cases) {
    const stream = new Streams(11).get(name);
    const last = Array.from({ length: 1500 }, () => simulatePages(memory, stream).at(-1)!);
    const full = memory.record === "full";
    const apart = expected(memory, full ? whole : separate);
    const z = {
      distinct: zScore(
        last.map((one) => one.distinct),
        apart.distinct,
      ),
      faults: zScore(
        last.map((one) => one.copyFaults + (full ? 0 : one.distinct)),
        apart.faults,
      ),
      ...(full
        ? {}
        : {
            saved: zScore(
              last.map((one) => one.saved),
              apart.saved,
            ),
          }),
      // The lazy record marks a page in the fault that copies it: a fault for each page written, and no more.
      ...(full
        ? {}
        : {
            merged: zScore(
              last.map((one) => one.distinct),
              expected(memory, lazy).faults,
            ),
          }),
    };
    for (const [what, value] of Object.entries(z)) assert.ok(Math.abs(value) < 4, `${name}, ${what}: z = ${value}`);
  }
});

test("a page is saved once for each epoch in which it changed", () => {
  // Every page is written in every epoch, thousands of times: all are saved each time, and none twice.
  const memory: PageMemory = {
    pages: 50,
    writesPerSecond: 5e3,
    interval: 1,
    sweep: 0.2,
    record: "incremental",
    epochs: 4,
  };
  const epochs = simulatePages(memory, new Streams(3).get("writes"));
  assert.equal(
    epochs.map(({ saved }) => saved),
    [50, 50, 50, 50],
  );
  assert.ok(Math.abs(expected(memory, lazy).saved - 50) < 1e-9);
});

test("a swept class meets F faults, F = n [1 - (n / λD)(1 - exp(-λD / n))]", () => {
  for (const a of [1e-9, 1e-6, 5e-5, 0.99e-4, 1.01e-4, 1e-3, 0.1, 1, 5, 50, 800]) {
    const exact = a < 0.05 ? a / 2 - a ** 2 / 6 + a ** 3 / 24 - a ** 4 / 120 + a ** 5 / 720 : 1 + Math.expm1(-a) / a;
    assert.ok(Math.abs(copyFaultsPerPage(a / 7, 7, 1) - exact) <= 1e-12 + 1e-9 * exact, `a = ${a}`);
  }
});

test("a sweep that has not begun leaves every distinct write a fault; faults only grow, and less the faster it sweeps", () => {
  for (const work of [1e-7, 1e-3, 0.5, 3, 40]) {
    assert.ok(Math.abs(copyFaultsPerPage(2, work, 0) - distinctWrites(1, 2, work)) < 1e-12);
    let before = Number.POSITIVE_INFINITY;
    for (const swept of [0, 0.2, 0.7, 1]) {
      const now = copyFaultsPerPage(2, work, swept);
      assert.ok(now <= before && now >= 0);
      before = now;
    }
  }
});

test("wall time is guest work plus the stalls of its faults, whatever happens to the copier", () => {
  const classes = [classOf(4000, 90_000), classOf(60_000, 500)];
  const costs = { fault: 4e-5, track: 1.5e-5 };
  for (const plan of [lazy, separate, whole, planOf({ capture: "stop-and-copy", record: "incremental" })]) {
    const paid = { ...plan, costs: { ...plan.costs, ...costs } };
    const tracking = plan.record !== "full";
    const clock = new GuestClock(classes, paid);
    const sweeps = plan.capture === "post-copy";
    clock.begin(sweeps ? { tracking, inSet: Float64Array.of(0.8, 0.1) } : { tracking });
    /** Work by bisection on its own definition. */
    const slow = (wall: number, swept: number, sweepWork: number | undefined): number => {
      const stall = (work: number): number => {
        let copies = 0;
        let tracked = 0;
        for (const [i, one] of classes.entries()) {
          const set = [0.8, 0.1][i]! * one.pages;
          const at = sweepWork ?? work;
          if (sweeps) copies += set * copyFaultsPerPage(one.writesPerPage, at, sweepWork === undefined ? swept : 1);
          tracked += distinctWrites(one.pages, one.writesPerPage * one.pages, work);
        }
        const copyCost = plan.record === "lazy-incremental" ? costs.fault - costs.track : costs.fault;
        return copyCost * copies + (tracking ? costs.track * tracked : 0);
      };
      let [low, high] = [0, wall];
      for (let i = 0; i < 200; i++) {
        const middle = (low + high) / 2;
        if (middle + stall(middle) < wall) low = middle;
        else high = middle;
      }
      return low;
    };
    for (const [wall, swept] of [
      [0.01, 0.005],
      [0.4, 0.2],
      [1.7, 0.85],
    ] as const) {
      const found = clock.work(wall, swept);
      assert.ok(Math.abs(found - slow(wall, swept, undefined)) < 1e-9, `${plan.record}: ${found} after ${wall}`);
      assert.ok(found <= wall);
    }
    const sweepWork = clock.work(2, 1);
    clock.endSweep(2);
    assert.ok(Math.abs(clock.work(2, 1) - sweepWork) < 1e-12, "the end of the sweep takes nothing back");
    for (const wall of [2.5, 10, 1000]) {
      const found = clock.work(wall, 1);
      assert.ok(Math.abs(found - slow(wall, 1, sweepWork)) < 1e-9 * wall, `${plan.record}: ${found} after ${wall}`);
    }
  }
});

test("a guest without faults to pay for works all the time", () => {
  const clock = new GuestClock([classOf(100, 1e4)], whole);
  clock.begin({ tracking: false });
  for (const wall of [0, 1e-9, 3, 1e7]) assert.is(clock.work(wall, 1), wall);
});

test("a copier that changes its pace meets the faults of each stretch, in every order and dirty model", () => {
  const classes = [classOf(6000, 3000), classOf(10_000, 2000), classOf(500, 0)];
  const inSet = Float64Array.of(0.9, 0.5, 1);
  const pages = classes.map((one, i) => one.pages * inSet[i]!);
  const all = pages.reduce((sum, one) => sum + one, 0);
  /** Seconds and fraction of the set at each change of pace; stalls cost nothing here, so work is time. */
  const paces = [
    [0, 0],
    [2, 0.05],
    [2.5, 0.6],
    [6, 0.7],
    [6.2, 1],
  ] as const;
  const sweptAt = (t: number): number => {
    const next = paces.findIndex(([at]) => at >= t);
    const [[t0, s0], [t1, s1]] = [paces[Math.max(0, next - 1)]!, paces[Math.max(1, next)]!];
    return s0 + ((s1 - s0) * (t - t0)) / (t1 - t0);
  };
  for (const order of ["address", "hot-first"] as const) {
    for (const model of ["uniform", "linear"] as const) {
      const base = planOf({ capture: "post-copy", record: "full" });
      const clock = new GuestClock(
        classes,
        { ...base, order, costs: { ...base.costs, fault: 1e-12, track: 0 } },
        model,
      );
      clock.begin({ tracking: false, inSet });
      for (const [wall, swept] of paces.slice(1, -1)) clock.changePace(wall, swept);
      clock.endSweep(6.2);
      // By the midpoint rule over the sweep; hot-first takes the classes in the order in which they stand here.
      let expectedFaults = 0;
      let from = 0;
      const steps = 200_000;
      for (const [i, { writesPerPage }] of classes.entries()) {
        const turn = order === "address" ? [0, 1] : [from, from + pages[i]! / all];
        from = turn[1]!;
        for (let step = 0; step < steps; step++) {
          const t = ((step + 0.5) / steps) * 6.2;
          const unsaved = 1 - Math.min(1, Math.max(0, (sweptAt(t) - turn[0]!) / (turn[1]! - turn[0]!)));
          const first = model === "uniform" ? Math.exp(-writesPerPage * t) : writesPerPage * t < 1 ? 1 : 0;
          expectedFaults += (pages[i]! * writesPerPage * first * unsaved * 6.2) / steps;
        }
      }
      const found = clock.faults(clock.work(6.2, 1), 1);
      assert.ok(
        Math.abs(found - expectedFaults) < 1e-4 * expectedFaults,
        `${order}, ${model}: ${found}, ${expectedFaults}`,
      );
    }
  }
});

test("a sweep that is cut short has met the faults of what it came to", () => {
  const clock = new GuestClock([classOf(1000, 500)], whole);
  clock.begin({ tracking: false, inSet: Float64Array.of(1) });
  clock.endSweep(3, 0.25);
  const met = 1000 * copyFaultsPerPage(0.5, 3, 0.25);
  assert.ok(Math.abs(clock.faults(clock.work(3, 1), 1) - met) < 1e-9);
  assert.ok(Math.abs(clock.faults(clock.work(50, 1), 1) - met) < 1e-9, "what is left is not protected any more");
});

test("a guest never works longer than it runs, however its copier hurries at the end", () => {
  const plan = { ...whole, costs: { ...whole.costs, fault: 5e-5 } };
  const clock = new GuestClock([classOf(16_384, 5000)], plan);
  clock.begin({ tracking: false, inSet: Float64Array.of(1) });
  const before = clock.work(10, 0.1);
  clock.changePace(10, 0.1);
  let last = before;
  for (let t = 0.1; t <= 1; t += 0.1) {
    const work = clock.work(10 + t, 0.1 + 0.9 * t);
    assert.ok(work - last <= 0.1 + 1e-9 && work > last, `${work - last} s of work in 0.1 s`);
    last = work;
  }
});

test.run();
