import assert from "node:assert/strict";
import { test } from "uvu";
import type { Law } from "../../models/laws.ts";
import {
  simulateTextbook,
  type TextbookOutcome,
  type TextbookSpec,
  textbookIssues,
} from "../../models/textbook/textbook.ts";
import { textbookTheory } from "../../models/textbook/textbook-theory.ts";
import { Streams } from "../../sim/index.ts";
import { closeTo } from "./close-to.ts";
import { conventions, referenceCases, referenceFamily } from "./reference-values.ts";
import { assertZScores, zScore } from "./z-scores.ts";

const poisson = (mean: number): Law => ({ law: "exponential", mean });

const replicate = (spec: TextbookSpec, replications: number, name: string): TextbookOutcome[] => {
  const streams = new Streams(77).split(name);
  return Array.from({ length: replications }, (_, index) => {
    const own = streams.replication(index);
    const others = { secondLevel: own.get("second"), silentErrors: own.get("silent"), phases: own.get("phases") };
    return simulateTextbook(spec, own.get("first"), others);
  });
};

type Numbers<Names extends string> = { readonly [name in Names]: number };

test("verified work takes the expected time, under failures, silent errors, and both", () => {
  type Inputs = Numbers<"W" | "V" | "C" | "R"> & { readonly [name in "MTBF_failstop" | "MTBF_silent"]: number | null };
  const checks: Record<string, number> = {};
  for (const { name, inputs, value } of referenceCases<Inputs, Record<string, number>>("silent-verify")) {
    const { W, V, C, R, MTBF_failstop, MTBF_silent } = inputs;
    const intervals = 100;
    const spec: TextbookSpec = {
      ...conventions,
      workInterval: W,
      verify: V,
      pause: C,
      detect: 0,
      restore: R,
      failures: MTBF_failstop === null ? [] : poisson(MTBF_failstop),
      ...(MTBF_silent === null ? {} : { silentErrors: poisson(MTBF_silent) }),
      work: intervals * W,
    };
    closeTo(textbookTheory(spec).finish!, intervals * value["E_pattern"]!, 1e-9, `${name}, beside the run`);
    const times = replicate(spec, 200, name).map((run) => run.finish / intervals);
    checks[name] = zScore(times, value["E_pattern"]);
  }
  assertZScores(checks);
});

test("two levels of snapshots take the expected time of a pattern", () => {
  type Inputs = Numbers<"n_segments" | "w" | "C1" | "C2" | "R1" | "R2" | "MTBF1" | "MTBF2">;
  const checks: Record<string, number> = {};
  for (const { name, inputs, value } of referenceCases<Inputs, Record<string, number>>("two-level")) {
    const { n_segments: every, w, C1, C2, R1, R2, MTBF1, MTBF2 } = inputs;
    const patterns = 30;
    const spec: TextbookSpec = {
      ...conventions,
      workInterval: w,
      pause: C1,
      // Restores of the reference are free of failures, as detection is here.
      detect: R1,
      restore: 0,
      failures: poisson(MTBF1),
      secondLevel: { every, pause: C2, detect: R2, restore: 0, failures: poisson(MTBF2) },
      work: patterns * every * w,
    };
    closeTo(textbookTheory(spec).finish!, patterns * value["E_pattern"]!, 1e-9, `${name}, beside the run`);
    const times = replicate(spec, 300, name).map((run) => run.finish / patterns);
    checks[name] = zScore(times, value["E_pattern"]);
  }
  assertZScores(checks);
});

test("restores of two levels that can be hit take the expected time too", () => {
  const checks: Record<string, number> = {};
  for (const [detect, restore] of [
    [0, 60],
    [20, 40],
    [50, 0],
  ] as const) {
    const far = { every: 3, pause: 20, detect: 2 * detect, restore: 3 * restore, failures: poisson(900) };
    const spec: TextbookSpec = {
      ...conventions,
      ...{ workInterval: 100, pause: 5, detect, restore, failures: poisson(400), secondLevel: far, work: 1800 },
    };
    const times = replicate(spec, 1500, `hit ${restore}`).map((run) => run.finish);
    checks[`restore ${restore}`] = zScore(times, textbookTheory(spec).finish);
  }
  assertZScores(checks);
});

test("a cluster with exponential phases spends its time as the Markov chain of coordinated snapshots", () => {
  type Inputs = Numbers<"N" | "MTTF_vm" | "mean_work_between_snapshots" | "mean_C" | "mean_D" | "mean_R">;
  const useful: Record<string, number> = {};
  for (const { id, inputs, value } of referenceFamily<Inputs, Record<string, number>>("ctmc-coord")) {
    const horizon = 5000 * inputs.mean_work_between_snapshots;
    const spec: TextbookSpec = {
      ...conventions,
      phases: "exponential",
      workInterval: inputs.mean_work_between_snapshots,
      pause: inputs.mean_C,
      detect: inputs.mean_D,
      restore: inputs.mean_R,
      vms: inputs.N,
      failures: poisson(inputs.MTTF_vm),
      horizon,
    };
    const theory = textbookTheory(spec);
    closeTo(theory.workRatio!, value["useful_rate"]!, 1e-9, `${id} useful`);
    closeTo(theory.availability!, value["pi_work"]!, 1e-9, `${id} working`);
    const runs = replicate(spec, 40, id);
    useful[id] = zScore(
      runs.map((run) => run.workRatio),
      value["useful_rate"],
    );
    const shares: Record<string, [(run: TextbookOutcome) => number, number]> = {
      working: [(run) => run.timeWorking, value["pi_work"]!],
      snapshot: [(run) => run.timeSnapshot, value["pi_snapshot"]!],
      detect: [(run) => run.timeDown, value["pi_detect"]!],
      restore: [(run) => run.timeRestore, value["pi_restore"]!],
      lost: [(run) => run.lostWork, value["pi_work"]! - value["useful_rate"]!],
    };
    for (const [name, [column, share]] of Object.entries(shares)) {
      const z = zScore(
        runs.map((run) => column(run) / horizon),
        share,
      );
      assert.ok(Math.abs(z) < 4, `${id} ${name}: z = ${z}`);
    }
  }
  assertZScores(useful);
});

test("several VMs fail as the first of them", () => {
  const unit = { ...conventions, workInterval: 300, pause: 10, detect: 40, restore: 60, horizon: 3e6, vms: 8 };
  const checks: Record<string, number> = {};
  for (const failures of [poisson(24_000), { law: "weibull", shape: 0.7, scale: 40_000 } as const]) {
    const { workRatio } = textbookTheory({ ...unit, failures });
    checks[failures.law] = zScore(
      replicate({ ...unit, failures }, 30, failures.law).map((run) => run.workRatio),
      workRatio,
    );
  }
  assertZScores(checks);
  // A gamma law of shape 1 is exponential, but the shortest of its lives is looked for one by one.
  const one = { law: "gamma", shape: 1, scale: 24_000 } as const;
  const runs = replicate({ ...unit, failures: one }, 30, "gamma").map((run) => run.workRatio);
  const exact = textbookTheory({ ...unit, failures: poisson(24_000) }).workRatio;
  assert.ok(Math.abs(zScore(runs, exact)) < 4);
  assert.deepEqual(textbookTheory({ ...unit, failures: { law: "gamma", shape: 0.5, scale: 1e4 } }), {});
});

/** Work of 60 s, a verification of 4 s and a pause of 1 s; nothing fails unless told. */
const verified: TextbookSpec = {
  ...conventions,
  workInterval: 60,
  verify: 4,
  pause: 1,
  detect: 20,
  restore: 7,
  failures: [],
  work: 180,
};
const never = new Streams(1).get("unused");

test("a silent error is found by the verification after its work and costs a restore without detection", () => {
  const run = simulateTextbook({ ...verified, silentErrors: { law: "deterministic", value: 100 } }, never);
  // 40 s into the second interval; and, renewed by that rollback, 40 s into the third.
  assert.equal(run.silentErrorsFound, 2);
  assert.equal(run.lostWork, 2 * 60);
  assert.equal(run.timeVerify, 5 * 4);
  assert.equal(run.timeDown, 0);
  assert.equal(run.timeRestore, 2 * 7);
});

test("a silent error in work that a failure undoes is undone with it", () => {
  const errors = { silentErrors: { law: "deterministic", value: 65 } } as const;
  // The second interval is corrupt from 5 s on, and is hit in its verification.
  const run = simulateTextbook({ ...verified, work: 120, failures: [65 + 60 + 2], ...errors }, never);
  assert.deepEqual([run.silentErrorsFound, run.failuresEffective, run.lostWork], [0, 1, 60]);
  assert.equal(run.finish, 65 + 62 + 20 + 7 + 65);
});

test("what loses the first level goes back to the last snapshot of the second, and pays for it", () => {
  const two: TextbookSpec = {
    ...verified,
    verify: 0,
    work: 360,
    secondLevel: { every: 2, pause: 10, detect: 30, restore: 15, failures: [] },
  };
  const far = (secondFailures: readonly number[], failures: readonly number[] = []): TextbookOutcome =>
    simulateTextbook({ ...two, failures, secondLevel: { ...two.secondLevel!, failures: secondFailures } }, never);
  // Snapshots end at 61, 132, 193, 264, 325 and 396.
  assert.equal(far([]).finish, 6 * 61 + 3 * 10);
  assert.equal(far([], [200]).lostWork, 7, "from the third snapshot");
  const hit = far([200]);
  assert.equal(hit.lostWork, 67, "from the second, the last that is far away");
  assert.equal(hit.timeDown, 30);
  assert.equal(hit.timeRestore, 15);
  assert.equal(hit.snapshotsCommitted, 7, "the third is taken again");
  assert.equal(far([131]).lostWork, 120, "the pause of the second is not over: nothing is far away");
  // A restore from nearby is hit by a loss of the first level: everything goes further back.
  const both = far([223], [200]);
  assert.deepEqual([both.lostWork, both.timeDown, both.timeRestore], [67, 20 + 30, 3 + 15]);
  // And a restore from far away that is hit by anything begins again from far away.
  const again = far([200], [235]);
  assert.deepEqual([again.lostWork, again.timeDown, again.timeRestore], [67, 60, 5 + 15]);
});

test("a job that the second level keeps from getting on is an error and not a hang", () => {
  const secondLevel = {
    every: 50,
    pause: 0,
    detect: 0,
    restore: 0,
    failures: { law: "deterministic", value: 200 },
  } as const;
  assert.throws(() => simulateTextbook({ ...verified, work: 6000, secondLevel }, never), /Give a horizon/);
  const silentErrors = { law: "deterministic", value: 50 } as const;
  assert.throws(() => simulateTextbook({ ...verified, silentErrors }, never), /Give a horizon/);
});

test("closed forms stand beside a run only where all that they assume is so", () => {
  const both: TextbookSpec = { ...verified, secondLevel: { every: 3, pause: 1, detect: 0, restore: 0, failures: [] } };
  assert.deepEqual(textbookTheory(both), {}, "verified work on two levels");
  const two: TextbookSpec = { ...both, verify: 0 };
  closeTo(textbookTheory(two).finish!, 3 * 61 + 1, 1e-12, "two levels without failures");
  assert.deepEqual(textbookTheory({ ...two, snapshotAfterLast: false }), {}, "an unfinished pattern");
  assert.deepEqual(textbookTheory({ ...two, work: 200 }), {}, "a pattern cut short");
  assert.deepEqual(textbookTheory({ ...two, latency: 30 }), {}, "snapshots in the background");
  assert.deepEqual(textbookTheory({ ...two, failures: [5] }), {}, "a list");
  assert.deepEqual(textbookTheory({ ...verified, failures: { law: "gamma", shape: 2, scale: 9 } }), {}, "not Poisson");
  const { work: _, ...endless } = verified;
  const ctmc: TextbookSpec = { ...endless, verify: 0, horizon: 1000, phases: "exponential", failures: poisson(100) };
  assert.equal(Object.keys(textbookTheory(ctmc)).length, 2);
  assert.deepEqual(textbookTheory({ ...ctmc, failDuringDetect: true }), {}, "another convention");
});

test("impossible levels, phases and numbers of VMs are reported at their path", () => {
  const far = { every: 0, pause: -1, detect: 0, restore: 0, failures: [3, -2] };
  const issues = textbookIssues({
    ...verified,
    verify: -1,
    vms: 1.5,
    phases: "exponential",
    latency: 3,
    secondLevel: far,
  });
  assert.deepEqual(
    issues.map(({ path }) => path.join(".")),
    ["verify", "secondLevel.every", "secondLevel.pause", "secondLevel.failures.1", "vms", "work", "latency"],
  );
  assert.match(textbookIssues({ ...verified, vms: 2, failures: [3] })[0]!.message, /leave vms out/);
});

test.run();
