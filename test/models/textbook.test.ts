import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "uvu";
import type { Law, RandomStream } from "../../models/laws.ts";
import { simulateTextbook, type TextbookSpec, textbookIssues } from "../../models/textbook/textbook.ts";
import { referenceFamily } from "./reference-values.ts";
import { type Draws, referenceTextbook } from "./textbook-reference.ts";

/** A stream for runs that must not draw anything. */
const silent: RandomStream = {
  next: () => assert.fail("a list of failures must not touch the stream"),
  exponential: () => assert.fail("a list of failures must not touch the stream"),
  weibull: () => assert.fail("a list of failures must not touch the stream"),
  lognormal: () => assert.fail("a list of failures must not touch the stream"),
  gamma: () => assert.fail("a list of failures must not touch the stream"),
};

/** A stream whose times to failure are written down beforehand; after them nothing fails. */
const scripted = (times: readonly number[]): RandomStream => {
  const left = [...times];
  return { ...silent, exponential: () => left.shift() ?? 1e9 };
};

/** The same for the slow bookkeeping. */
const drawn = (times: readonly number[]): (() => number) => {
  const left = [...times];
  return () => left.shift() ?? 1e9;
};
const none: Draws = { first: () => assert.fail(), second: () => assert.fail(), silent: () => assert.fail() };

const job: TextbookSpec = {
  workInterval: 60,
  pause: 1,
  detect: 300,
  restore: 0,
  failures: [300],
  work: 600,
  failDuringDetect: false,
  restoreRepeatsDetect: true,
  validFrom: "durable",
  snapshotAfterLast: false,
};

const run = (changes: Partial<TextbookSpec>): ReturnType<typeof simulateTextbook> =>
  simulateTextbook({ ...job, ...changes }, silent);

interface Timeline {
  readonly W: number;
  readonly T: number;
  readonly C: number;
  readonly D: number;
  readonly R: number;
  readonly failures: readonly number[];
}

test("the timelines of the reference values are met exactly", () => {
  for (const { inputs, value } of referenceFamily<Timeline[], Record<string, number>[]>("timeline")) {
    for (const [index, { W, T, C, D, R, failures }] of inputs.entries()) {
      const got = run({ work: W, workInterval: T, pause: C, detect: D, restore: R, failures });
      assert.deepEqual(
        {
          finish: got.finish,
          lost_work: got.lostWork,
          down: got.timeDown,
          snapshot_time: got.timeSnapshot,
          restore_time: got.timeRestore,
          snapshots_committed: got.snapshotsCommitted,
          failures_effective: got.failuresEffective,
        },
        value[index],
      );
    }
  }
});

test("a job of 600 s that fails at 300 s takes 1200 s without snapshots and 965 s with one a minute", () => {
  assert.equal(run({ workInterval: Number.POSITIVE_INFINITY }).finish, 1200);
  assert.equal(run({ workInterval: Number.POSITIVE_INFINITY, failures: [10_000] }).finish, 600);
  const periodic = run({});
  assert.equal(periodic.finish, 965);
  assert.equal(periodic.lostWork, 56);
  assert.equal(periodic.timeSnapshot, 9);
  assert.equal(run({ work: 1200 }).finish, 1575);
});

test("a failure at the end of a phase hits the next phase", () => {
  // Work until 60, pause until 61.
  assert.equal(run({ failures: [60] }).lostWork, 60, "the pause of the first snapshot is hit");
  assert.equal(run({ failures: [61] }).lostWork, 0, "the snapshot was durable");
  assert.equal(run({ failures: [60], validFrom: "start" }).lostWork, 0, "the snapshot is valid from its start");
  assert.equal(run({ failures: [600 + 9] }).failuresEffective, 0, "the job had finished");
  const atRestore = run({ failures: [100, 400], restore: 10 });
  assert.equal(atRestore.failuresEffective, 2, "detection ends at 400, the restore is hit");
  assert.equal(atRestore.timeDown, 600);
});

test("failures at one instant strike one after the other, and an immune unit ignores the later ones", () => {
  assert.equal(run({ failures: [300, 300, 300] }).failuresIgnored, 2);
  assert.equal(run({ failures: [300, 300, 300], failDuringDetect: true }).failuresEffective, 3);
  // Without detection the unit is restoring when the second strikes.
  assert.equal(run({ failures: [300, 300, 300], detect: 0, restore: 5 }).failuresEffective, 3);
  assert.equal(run({ failures: [300, 300, 300], detect: 0, restore: 5 }).timeRestore, 5);
});

test("a failure at 0 costs detection and restore and no work", () => {
  const { finish, lostWork, failuresEffective } = run({ failures: [0], restore: 7 });
  assert.deepEqual([finish, lostWork, failuresEffective], [600 + 9 + 307, 0, 1]);
});

test("a run that meets its horizon first has no finish and its columns fill the horizon", () => {
  const phases = { work: 30, pause: 60.5, detect: 200, restore: 402 };
  for (const horizon of Object.values(phases)) {
    const got = run({ failures: [100], restore: 20, horizon });
    assert.ok(Number.isNaN(got.finish));
    assert.equal(got.timeWorking + got.timeSnapshot + got.timeDown + got.timeRestore, horizon);
    assert.equal(got.workRatio, (got.timeWorking - got.lostWork) / horizon);
  }
  assert.equal(run({ failures: [100], horizon: 100 }).failuresEffective, 0, "the horizon comes before the failure");
  assert.equal(run({ failures: [], horizon: 609 }).finish, 609, "what ends at the horizon has ended");
});

test("a latency above work and pause keeps several snapshots in flight, and all of them are lost in a failure", () => {
  // Snapshots start at 60, 121, 182, 243, … and are durable 150 s later: at 210, 271, 332, 393.
  const got = run({ latency: 150, failures: [280] });
  assert.equal(got.lostWork, 280 - 4 - 120, "two snapshots were durable at 280, and four pauses had passed");
  assert.equal(run({ latency: 150, failures: [271] }).lostWork, 271 - 4 - 120);
  assert.equal(run({ latency: 150, failures: [270.5] }).lostWork, 270.5 - 4 - 60);
});

test("with a snapshot after the last work the job is finished when that snapshot is usable", () => {
  const last = { failures: [], snapshotAfterLast: true } as const;
  assert.equal(run(last).finish, 610);
  assert.equal(run({ ...last, latency: 31 }).finish, 640);
  assert.equal(run({ ...last, latency: 31 }).timeSnapshot, 40);
  assert.equal(run({ ...last, latency: 31, validFrom: "end" }).finish, 610);
  // Hit while it waits, the last interval is done again.
  const hit = run({ ...last, latency: 31, failures: [620] });
  assert.equal(hit.finish, 620 + 300 + 60 + 31);
  assert.equal(hit.snapshotsCommitted, 10);
  // Hit in the pause of a snapshot that is already valid, nothing is left to do after the restore.
  assert.equal(run({ ...last, validFrom: "start", failures: [609.5] }).finish, 909.5);
});

test("a work that is not a multiple of the interval ends with a shorter one", () => {
  assert.equal(run({ failures: [], work: 130 }).finish, 132);
  assert.equal(run({ failures: [], work: 50 }).finish, 50);
  assert.equal(run({ failures: [], work: 1.1, workInterval: 0.1, pause: 0 }).snapshotsCommitted, 10);
});

test("a deterministic law strikes the same time after each detection", () => {
  const got = simulateTextbook(
    { ...job, detect: 10, restore: 5, failures: { law: "deterministic", value: 100 }, horizon: 1000 },
    { ...silent, next: () => 0.5 },
  );
  // 100 s up, 10 s down: after the first period each has 5 s restore, 60 s kept and 34 s lost.
  assert.equal(got.failuresEffective, 9);
  assert.equal(got.timeDown, 90);
  assert.equal(got.timeRestore, 9 * 5);
  assert.equal(got.lostWork, 39 + 8 * 34);
});

test("a job that can never pass its interval is an error and not a hang", () => {
  const hopeless = { ...job, failures: { law: "deterministic", value: 50 } as const };
  assert.throws(() => simulateTextbook(hopeless, { ...silent, next: () => 0.5 }), /Give a horizon/);
});

test("every impossible value is reported at its path, all at once", () => {
  const issues = textbookIssues({
    ...job,
    workInterval: 0,
    pause: -1,
    detect: Number.NaN,
    work: -5,
    failures: [3, -1],
  });
  assert.deepEqual(
    issues.map(({ path }) => path.join(".")),
    ["workInterval", "pause", "latency", "detect", "work", "failures.1"],
  );
  const { work: _, ...endless } = job;
  assert.match(textbookIssues(endless)[0]!.message, /give a horizon/);
  assert.match(textbookIssues({ ...job, failures: { law: "weibull", shape: -1, scale: 5 } })[0]!.message, /shape/);
  assert.match(textbookIssues({ ...job, workInterval: 1e-9, horizon: 1e9 })[0]!.message, /too short/);
});

/** Multiples of a quarter second, so that all sums are exact. */
const quarters = (most: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 4 * most }).map((n) => n / 4);
const conventions = {
  failDuringDetect: fc.boolean(),
  restoreRepeatsDetect: fc.boolean(),
  validFrom: fc.constantFrom("start", "end", "durable"),
  snapshotAfterLast: fc.boolean(),
} as const;
const costs = {
  workInterval: quarters(12).map((t) => t + 0.25),
  pause: fc.oneof(quarters(4), fc.constant(0)),
  latency: fc.oneof(quarters(8), quarters(60)),
  detect: fc.oneof(quarters(6), fc.constant(0)),
  restore: fc.oneof(quarters(6), fc.constant(0)),
};
const ends = fc.oneof(
  fc.record({ horizon: quarters(200).map((t) => t + 0.25) }),
  fc.record({ work: quarters(100).map((t) => t + 0.25) }),
  fc.record({ work: quarters(100).map((t) => t + 0.25), horizon: quarters(200).map((t) => t + 0.25) }),
);

test("under a list of failures the model agrees with slow bookkeeping in every convention", () => {
  const failures = fc.oneof(
    fc.array(quarters(200), { maxLength: 30 }),
    fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 40 }),
    fc.array(quarters(200), { minLength: 100, maxLength: 200, size: "max" }),
  );
  fc.assert(
    fc.property(fc.record({ ...costs, ...conventions, failures }), ends, (parts, end) => {
      const spec: TextbookSpec = { ...parts, ...end };
      assert.deepEqual(simulateTextbook(spec, silent), referenceTextbook(spec, none));
    }),
    { seed: 11, numRuns: 15_000 },
  );
});

test("under a law of failures the model agrees with slow bookkeeping in every convention", () => {
  const times = fc.array(
    quarters(30).map((t) => t + 0.25),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(fc.record({ ...costs, ...conventions }), ends, times, (parts, end, script) => {
      const spec: TextbookSpec = { ...parts, ...end, failures: { law: "exponential", mean: 10 } };
      assert.deepEqual(
        simulateTextbook(spec, scripted(script)),
        referenceTextbook(spec, { ...none, first: drawn(script) }),
      );
    }),
    { seed: 12, numRuns: 15_000 },
  );
});

test("with verifications and a second level the model agrees with slow bookkeeping in every convention", () => {
  const times = fc.array(
    quarters(30).map((t) => t + 0.25),
    { maxLength: 60 },
  );
  // Off the grid of the others, so that no two failures of different levels come at one instant.
  const farTimes = times.map((all) => all.map((t, index) => t + 2 ** -10 * (1 + 2 * index)));
  const law: Law = { law: "exponential", mean: 10 };
  const secondLevel = fc.record({
    every: fc.integer({ min: 1, max: 4 }),
    pause: quarters(4),
    detect: quarters(9),
    restore: quarters(9),
    failures: fc.constantFrom<Law | readonly number[]>(
      law,
      [3 + 1 / 1024, 40.5 + 3 / 1024, 41 + 5 / 1024, 41 + 5 / 1024, 77 + 9 / 1024],
      [],
    ),
  });
  const extras = fc.record({
    verify: quarters(2),
    silentErrors: fc.option(fc.constant(law), { nil: undefined }),
    secondLevel: fc.option(secondLevel, { nil: undefined }),
  });
  fc.assert(
    fc.property(
      fc.record({ ...costs, ...conventions }),
      ends,
      extras,
      fc.tuple(times, farTimes, times),
      (parts, end, { verify, silentErrors, secondLevel: far }, [first, second, silentTimes]) => {
        const spec: TextbookSpec = {
          ...parts,
          ...end,
          verify,
          ...(silentErrors === undefined ? {} : { silentErrors }),
          ...(far === undefined ? {} : { secondLevel: far }),
          failures: law,
        };
        const streams = { secondLevel: scripted(second), silentErrors: scripted(silentTimes), phases: silent };
        assert.deepEqual(
          simulateTextbook(spec, scripted(first), streams),
          referenceTextbook(spec, { first: drawn(first), second: drawn(second), silent: drawn(silentTimes) }),
        );
      },
    ),
    { seed: 14, numRuns: 8000 },
  );
});

test("time and work are conserved whatever the numbers", () => {
  // The model checks this itself after each run; here the numbers are not round.
  const seconds = (most: number): fc.Arbitrary<number> => fc.double({ min: 0, max: most, noNaN: true });
  const ragged = fc.record({
    ...conventions,
    workInterval: fc.double({ min: 0.01, max: 50, noNaN: true }),
    pause: seconds(20),
    latency: seconds(100),
    detect: seconds(20),
    restore: seconds(20),
    work: fc.double({ min: 0.01, max: 500, noNaN: true }),
    horizon: fc.double({ min: 1, max: 5000, noNaN: true }),
    failures: fc.array(seconds(2000), { maxLength: 100 }),
  });
  fc.assert(
    fc.property(ragged, (spec) => {
      const { timeWorking, timeSnapshot, timeDown, timeRestore, finish, availability } = simulateTextbook(spec, silent);
      const end = Number.isNaN(finish) ? spec.horizon : finish;
      assert.ok(Math.abs(timeWorking + timeSnapshot + timeDown + timeRestore - end) <= 1e-9 * end);
      assert.ok(availability >= 0 && availability <= 1);
    }),
    { seed: 13, numRuns: 2000 },
  );
});

test.run();
