import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  copyFaultsPerPage,
  turnFaultRatePerPage,
  turnFaultsPerPage,
  wholeSweep,
} from "../../models/guest/copy-faults.ts";
import { GuestClock } from "../../models/guest/guest-clock.ts";
import { distinctWrites, type StoredClass } from "../../models/guest/memory.ts";
import type { SnapshotPlan } from "../../models/scenario.ts";
import { asCopies } from "../../models/store/redundancy.ts";
import { Streams } from "../../sim/index.ts";
import { type SweptClass, simulateSeparateSweep, simulateSharedSweep } from "./page-sweep.ts";
import { referenceFamily } from "./reference-values.ts";
import { smallCluster } from "./small-cluster.ts";
import { assertZScores, zScore } from "./z-scores.ts";

const stored = ({ pages, writesPerSecond }: SweptClass): StoredClass => ({
  source: { ...smallCluster.cluster.workload.classes[2]!, pages, writesPerSecond },
  pages,
  writesPerPage: writesPerSecond / pages,
  density: 1,
  ...asCopies(3),
});

const planOf = (change: Partial<SnapshotPlan>, fault = 0): SnapshotPlan => ({
  ...smallCluster.snapshot,
  record: "full",
  ...change,
  costs: { ...smallCluster.snapshot.costs, fault, track: 0 },
});

test("pages with rates of their own meet the sum of their faults", () => {
  type Inputs = {
    write_pattern: string;
    zipf_alpha: number | null;
    pages: number;
    writes_per_s: number;
    background_copy_time_s: number;
  };
  type Value = { expected_cow_faults_random_scan: number; distinct_pages_written_during_copy: number };
  const weights: { readonly [pattern: string]: (rank: number, one: Inputs) => number } = {
    uniform: () => 1,
    zipf: (rank, { zipf_alpha }) => (rank + 1) ** -zipf_alpha!,
    "hot10%-90%": (rank, { pages }) => (rank < pages / 10 ? 9 / (pages / 10) : 1 / (0.9 * pages)),
  };
  for (const { inputs, value } of referenceFamily<Inputs[], Value[]>("cow-faults")) {
    for (const [i, one] of inputs.entries()) {
      const weight = Array.from({ length: one.pages }, (_, rank) => weights[one.write_pattern]!(rank, one));
      const total = weight.reduce((sum, each) => sum + each, 0);
      const time = one.background_copy_time_s;
      const rates = weight.map((each) => (each / total) * one.writes_per_s);
      const faults = rates.reduce((sum, rate) => sum + copyFaultsPerPage(rate, time, 1), 0);
      const distinct = rates.reduce((sum, rate) => sum + distinctWrites(1, rate, time), 0);
      const expected = value[i]!;
      assert.ok(Math.abs(faults / expected.expected_cow_faults_random_scan - 1) < 1e-9);
      assert.ok(Math.abs(distinct / expected.distinct_pages_written_during_copy - 1) < 1e-9);
    }
  }
});

test("a class that is swept during [s, s + d] meets n [1 - (n / λd)(exp(-λs / n) - exp(-λ(s + d) / n))] faults", () => {
  for (const rate of [1e-3, 0.2, 3, 60]) {
    for (const [s, d] of [
      [0, 1],
      [0.5, 2],
      [4, 0.3],
    ] as const) {
      const exact = 1 - (Math.exp(-rate * s) - Math.exp(-rate * (s + d))) / (rate * d);
      const turn = { from: s / 10, to: (s + d) / 10 };
      const found = turnFaultsPerPage("uniform", rate, { work: 10, swept: 1 }, turn);
      assert.ok(Math.abs(found - exact) < 1e-12, `λ = ${rate}, [${s}, ${s + d}]: ${found} instead of ${exact}`);
    }
  }
});

test("a turn that is the whole sweep is a class that is mixed with the others", () => {
  for (const rate of [1e-6, 0.01, 2, 50]) {
    for (const swept of [0, 0.3, 1]) {
      const found = turnFaultsPerPage("uniform", rate, { work: 3, swept }, wholeSweep);
      assert.ok(Math.abs(found - copyFaultsPerPage(rate, 3, swept)) < 1e-11, `λ = ${rate}, ${swept} swept`);
    }
  }
});

test("faults grow with the work as their rate says, for both models of dirtying", () => {
  for (const model of ["uniform", "linear"] as const) {
    for (const rate of [1e-5, 0.07, 0.9, 11]) {
      for (const turn of [wholeSweep, { from: 0, to: 0.2 }, { from: 0.3, to: 0.9 }, { from: 0.9, to: 1 }]) {
        for (const swept of [0, 0.1, 0.25, 0.6, 1]) {
          const faults = (work: number): number => turnFaultsPerPage(model, rate, { work, swept }, turn);
          const h = 1e-5;
          const slope = (faults(2 + h) - faults(2 - h)) / (2 * h);
          const found = turnFaultRatePerPage(model, rate, { work: 2, swept }, turn);
          assert.ok(Math.abs(found - slope) < 1e-6 * Math.max(1, rate), `${model}, λ = ${rate}: ${found}, ${slope}`);
        }
      }
    }
  }
});

test("pages that are written once each in turn meet faults in proportion to the sweep, until all are written", () => {
  const faults = (rate: number, turn = wholeSweep): number =>
    turnFaultsPerPage("linear", rate, { work: 1, swept: 1 }, turn);
  assert.ok(Math.abs(faults(0.4) - 0.2) < 1e-12, "λD / 2n");
  assert.ok(Math.abs(faults(2) - 0.75) < 1e-12, "half of the sweep all are written, before that half of them");
  assert.ok(Math.abs(faults(1, { from: 0.5, to: 1 }) - 0.75) < 1e-12);
});

const hotAndCold: readonly SweptClass[] = [
  { pages: 300, writesPerSecond: 60 },
  { pages: 80, writesPerSecond: 400 },
  { pages: 120, writesPerSecond: 150 },
];

test("faults of either order are those of a sweep that is simulated page by page", () => {
  const checks: Record<string, number> = {};
  for (const order of ["address", "hot-first"] as const) {
    const stream = new Streams(9).get(order);
    const runs = Array.from({ length: 600 }, () =>
      simulateSeparateSweep({ classes: hotAndCold, order, rate: 400 }, stream),
    );
    const clock = new GuestClock(hotAndCold.map(stored), planOf({ order }));
    clock.begin({ tracking: false, inSet: Float64Array.of(1, 1, 1) });
    const end = 500 / 400;
    clock.endSweep(end);
    checks[order] = zScore(
      runs.map((faults) => faults.reduce((sum, one) => sum + one, 0)),
      clock.faults(end, 1),
    );
  }
  assertZScores(checks);
});

test("sweeping the hot pages first lowers the faults, whoever serves them", () => {
  for (const faultPath of ["separate", "shared"] as const) {
    const faults = (["address", "hot-first"] as const).map((order) => {
      const clock = new GuestClock(hotAndCold.map(stored), planOf({ order, faultPath }));
      clock.begin({ tracking: false, inSet: Float64Array.of(1, 1, 1) });
      clock.endSweep(0.5);
      return clock.faults(0.5, 1);
    });
    assert.ok(faults[1]! < 0.8 * faults[0]!, `${faultPath}: ${faults}`);
  }
});

test("a copier that serves the faults too saves min(r, Σ λu / n) of them, as page by page with many processors", () => {
  const classes: readonly SweptClass[] = [
    { pages: 8000, writesPerSecond: 5000 },
    { pages: 20_000, writesPerSecond: 2000 },
    { pages: 12_000, writesPerSecond: 60_000 },
  ];
  for (const order of ["address", "hot-first"] as const) {
    // More faults than the copier can serve at first, at times, and never.
    for (const rate of [10_000, 40_000, 200_000]) {
      const stream = new Streams(2).get(`${order} ${rate}`);
      const { faults, work } = simulateSharedSweep({ classes, order, rate, waiting: 40 }, stream);
      const clock = new GuestClock(classes.map(stored), planOf({ order, faultPath: "shared" }));
      clock.begin({ tracking: false, inSet: Float64Array.of(1, 1, 1) });
      const end = 40_000 / rate;
      for (const [tenth, done] of work.entries()) {
        const found = clock.work(((tenth + 1) / 10) * end, (tenth + 1) / 10);
        assert.ok(Math.abs(found - done) < 0.01 * end, `${order}, ${rate}/s: work ${found} instead of ${done}`);
      }
      clock.endSweep(end);
      const found = clock.faults(clock.work(end, 1), 1);
      assert.ok(Math.abs(found - faults) < 0.01 * 40_000, `${order}, ${rate}/s: ${found} instead of ${faults} faults`);
      if (rate === 10_000) assert.ok(work.at(-1)! < 0.9 * end, "the guest waits for the copier");
    }
  }
});

test("without more faults than it can serve, a shared copier stalls the guest for its faults only", () => {
  const classes = hotAndCold.map(stored);
  const fault = 4e-5;
  const clock = new GuestClock(classes, planOf({ faultPath: "shared" }, fault));
  clock.begin({ tracking: false, inSet: Float64Array.of(1, 0.5, 0.25) });
  const work = clock.work(0.1, 0.5);
  assert.ok(Math.abs(0.1 - work - fault * clock.faults(work, 0.5)) < 1e-9);
  clock.endSweep(0.2);
  const later = clock.work(5, 1);
  assert.ok(Math.abs(5 - later - fault * clock.faults(later, 1)) < 1e-9);
});

test("questions amid a sweep do not change where a shared copier and its guest end", () => {
  const clocks = [1, 7, 50].map((questions) => {
    const clock = new GuestClock(hotAndCold.map(stored), planOf({ faultPath: "shared", order: "hot-first" }, 1e-4));
    clock.begin({ tracking: false, inSet: Float64Array.of(1, 1, 0.3) });
    for (let i = 1; i < questions; i++) clock.work((0.8 * i) / questions, i / questions);
    clock.endSweep(0.8);
    return clock.work(1, 1);
  });
  for (const one of clocks) assert.ok(Math.abs(one - clocks[0]!) < 1e-9, `${one} instead of ${clocks[0]}`);
});

test.run();
