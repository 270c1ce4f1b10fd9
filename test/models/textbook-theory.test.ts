import assert from "node:assert/strict";
import { test } from "uvu";
import { expectedTimeToCommit } from "../../models/analytic/background-snapshot.ts";
import { restartMoments } from "../../models/analytic/restart.ts";
import { type Law, lifetime } from "../../models/laws.ts";
import { simulateTextbook, type TextbookOutcome, type TextbookSpec } from "../../models/textbook/textbook.ts";
import { textbookTheory } from "../../models/textbook/textbook-theory.ts";
import { Streams } from "../../sim/index.ts";
import { conventions, referenceFamily } from "./reference-values.ts";
import { assertZScores, ratioZScore, zScore } from "./z-scores.ts";

const poisson = (mean: number): Law => ({ law: "exponential", mean });

const replicate = (spec: TextbookSpec, replications: number, name: string): TextbookOutcome[] => {
  const stream = new Streams(2024).get(name);
  return Array.from({ length: replications }, () => simulateTextbook(spec, stream));
};

type Numbers<Names extends string> = { readonly [name in Names]: number };

test("a checkpointed job takes the expected time and meets the expected failures", () => {
  const times: Record<string, number> = {};
  const failures: Record<string, number> = {};
  for (const { id, inputs, value } of referenceFamily<
    Numbers<"MTBF" | "R" | "D" | "C" | "tau" | "n">,
    Record<string, number>
  >("daly-exact")) {
    const { MTBF, R, D, C, tau, n } = inputs;
    const job = { workInterval: tau, pause: C, detect: D, restore: R, failures: poisson(MTBF), work: n * tau };
    const withLast = replicate({ ...job, ...conventions }, 200, `${id} with`);
    const withoutLast = replicate({ ...job, ...conventions, snapshotAfterLast: false }, 200, `${id} without`);
    times[`${id} with the last snapshot`] = zScore(finishes(withLast), value["E_total_with_final_snapshot"]);
    times[`${id} without`] = zScore(finishes(withoutLast), value["E_total_no_final_snapshot"]);
    failures[id] = zScore(
      withLast.map((run) => run.failuresEffective),
      value["expected_failures_with_final"],
    );
  }
  assertZScores(times);
  assertZScores(failures);
});

const finishes = (runs: readonly TextbookOutcome[]): number[] => runs.map((run) => run.finish);

test("a job without snapshots has the mean and the variance of restarting from nothing", () => {
  const means: Record<string, number> = {};
  for (const [mtbf, work, detect] of [
    [100, 30, 0],
    [100, 150, 20],
    [3600, 7200, 600],
  ] as const) {
    const id = `M ${mtbf}, W ${work}, D ${detect}`;
    const spec = {
      ...conventions,
      snapshotAfterLast: false,
      workInterval: Number.POSITIVE_INFINITY,
      pause: 0,
      restore: 0,
    };
    const times = finishes(replicate({ ...spec, detect, work, failures: poisson(mtbf) }, 20_000, id));
    const { mean, variance } = restartMoments({ mtbf, work, detect });
    means[id] = zScore(times, mean);
    const z = zScore(
      times.map((time) => (time - mean) ** 2),
      variance,
    );
    assert.ok(Math.abs(z) < 4, `variance of ${id}: z = ${z}`);
  }
  assertZScores(means);
});

test("a background snapshot costs Vaidya's cycle from commit to commit", () => {
  const checks: Record<string, number> = {};
  for (const { id, inputs, value } of referenceFamily<Numbers<"MTBF" | "T" | "C" | "L" | "R">, Record<string, number>>(
    "vaidya",
  )) {
    const { MTBF, T, C, L, R } = inputs;
    const costs = { workInterval: T, pause: C, latency: L, detect: 0, restore: R };
    const intervals = 500;
    const spec = { ...conventions, ...costs, failures: poisson(MTBF), work: intervals * T };
    const first = expectedTimeToCommit({ ...costs, mtbf: MTBF }, 1);
    const times = finishes(replicate(spec, 400, id)).map((time) => (time - first) / (intervals - 1));
    checks[id] = zScore(times, value["Gamma"]);
  }
  assertZScores(checks);
});

test("time splits into the renewal fractions", () => {
  const useful: Record<string, number> = {};
  for (const { id, inputs, value } of referenceFamily<Numbers<"MTBF" | "T" | "C" | "D" | "R">, Record<string, number>>(
    "renewal",
  )) {
    const { MTBF, T, C, D, R } = inputs;
    const costs = { workInterval: T, pause: C, detect: D, restore: R };
    // A job regenerates at each snapshot, the first start included, so that ratios over jobs are exact.
    const runs = replicate({ ...conventions, ...costs, failures: poisson(MTBF), work: 300 * T }, 300, id);
    const ratio = (column: (run: TextbookOutcome) => number, want: number): number =>
      ratioZScore(runs.map(column), finishes(runs), want);
    useful[id] = ratio(() => 300 * T, value["useful_efficiency"]!);
    const others = {
      executing: ratio((run) => run.timeWorking, value["frac_executing"]!),
      snapshot: ratio((run) => run.timeSnapshot, value["frac_snapshot"]!),
      restoring: ratio((run) => run.timeRestore, value["frac_restoring"]!),
      down: ratio((run) => run.timeDown, value["frac_down"]!),
      lost: ratio((run) => run.lostWork, value["lost_work_fraction"]!),
      failures: ratio((run) => run.failuresEffective * 86_400, value["failures_per_day"]!),
    };
    for (const [name, z] of Object.entries(others)) assert.ok(Math.abs(z) < 4, `${id} ${name}: z = ${z}`);
  }
  assertZScores(useful);
});

test("under any law the work ratio approaches the renewal form", () => {
  const checks: Record<string, number> = {};
  const laws: Record<
    string,
    { law: Law; costs: Numbers<"workInterval" | "pause" | "detect" | "restore">; want?: number }
  > = {};
  type Inputs = { readonly params: Numbers<"shape" | "scale"> } & Numbers<"T" | "C" | "D" | "R">;
  for (const { id, inputs, value } of referenceFamily<Inputs, Record<string, number>>("nonexp")) {
    const { params, T, C, D, R } = inputs;
    const law: Law = { law: "weibull", shape: params.shape, scale: params.scale };
    laws[id] = { law, costs: { workInterval: T, pause: C, detect: D, restore: R }, want: value["U_at_T"]! };
  }
  const costs = { workInterval: 300, pause: 10, detect: 40, restore: 60 };
  laws["lognormal"] = { law: { law: "lognormal", mu: 7, sigma: 1.2 }, costs };
  laws["gamma"] = { law: { law: "gamma", shape: 0.35, scale: 8000 }, costs };
  laws["empirical"] = { law: { law: "empirical", sample: [60, 370, 371, 5000, 900] }, costs };
  for (const [id, { law, costs: each, want }] of Object.entries(laws)) {
    const spec: TextbookSpec = { ...conventions, ...each, failures: law, horizon: 1 };
    const { workRatio } = textbookTheory(spec);
    if (want !== undefined) assert.ok(Math.abs(workRatio! - want) < 1e-9);
    // A horizon leaves an unfinished cycle at its end: a bias of order 1/n in n cycles, against an error of 1/√n.
    const horizon = 1500 * (lifetime(law).mean + each.detect);
    checks[id] = zScore(
      replicate({ ...spec, horizon }, 20, id).map((run) => run.workRatio),
      workRatio,
    );
  }
  assertZScores(checks);
});

test("under equal lives the work ratio is within one cycle of the renewal form", () => {
  const costs = { workInterval: 60, pause: 1, detect: 10, restore: 5 };
  const spec: TextbookSpec = {
    ...conventions,
    ...costs,
    failures: { law: "deterministic", value: 1000 },
    horizon: 1e6,
  };
  const { workRatio } = replicate(spec, 1, "equal")[0]!;
  assert.ok(Math.abs(workRatio - textbookTheory(spec).workRatio!) * 1e6 <= 1010);
});

const everyConvention = [false, true].flatMap((failDuringDetect) =>
  [false, true].flatMap((restoreRepeatsDetect) =>
    (["start", "end", "durable"] as const).map((validFrom) => ({ failDuringDetect, restoreRepeatsDetect, validFrom })),
  ),
);

test("in every convention a job takes the time and meets the failures of its closed form", () => {
  const times: Record<string, number> = {};
  const failures: Record<string, number> = {};
  for (const convention of everyConvention) {
    for (const snapshotAfterLast of [false, true]) {
      for (const latency of [10, 45, 150]) {
        // Five intervals of 100 s and one of 40 s; with a latency of 150 s two snapshots are in flight.
        const costs = { workInterval: 100, pause: 10, latency, detect: 30, restore: 20, work: 540 };
        const spec: TextbookSpec = { ...costs, ...convention, snapshotAfterLast, failures: poisson(200) };
        const { finish, failuresEffective } = textbookTheory(spec);
        const id = `${Object.values(convention).join(" ")}, last ${snapshotAfterLast}, L ${latency}`;
        if (finish === undefined) {
          assert.ok(latency === 150 && !snapshotAfterLast && convention.validFrom === "durable", id);
          continue;
        }
        const runs = replicate(spec, 1000, id);
        times[id] = zScore(finishes(runs), finish);
        failures[id] = zScore(
          runs.map((run) => run.failuresEffective),
          failuresEffective,
        );
      }
    }
  }
  assertZScores(times);
  assertZScores(failures);
});

test("in every convention the long-run columns are those of the closed forms", () => {
  const ratios: Record<string, number> = {};
  const availabilities: Record<string, number> = {};
  for (const convention of everyConvention) {
    for (const law of [poisson(400), { law: "weibull", shape: 0.7, scale: 300 }] as const) {
      const costs = { workInterval: 100, pause: 10, latency: 45, detect: 30, restore: 20, horizon: 4e5 };
      const spec: TextbookSpec = { ...costs, ...convention, snapshotAfterLast: false, failures: law };
      const { workRatio, availability } = textbookTheory(spec);
      const id = `${Object.values(convention).join(" ")}, ${law.law}`;
      const runs = replicate(spec, 25, id);
      ratios[id] = zScore(
        runs.map((run) => run.workRatio),
        workRatio,
      );
      if (availability === undefined) continue;
      availabilities[id] = zScore(
        runs.map((run) => run.availability),
        availability,
      );
    }
  }
  assertZScores(ratios);
  assertZScores(availabilities);
});

test("theory is silent where no closed form holds", () => {
  const spec: TextbookSpec = {
    ...conventions,
    workInterval: 60,
    pause: 1,
    detect: 1,
    restore: 1,
    failures: [5],
    work: 600,
  };
  assert.deepEqual(textbookTheory(spec), {});
  assert.deepEqual(textbookTheory({ ...spec, failures: { law: "weibull", shape: 0.7, scale: 100 } }), {});
  assert.deepEqual(textbookTheory({ ...spec, failures: poisson(100), horizon: 1000 }), {});
});

test.run();
