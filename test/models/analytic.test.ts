import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "uvu";
import {
  expectedCommittedInterval,
  expectedTimeToCommit,
  overheadRatio,
} from "../../models/analytic/background-snapshot.ts";
import { lambertW0, lambertW0FromBranch } from "../../models/analytic/lambert-w.ts";
import { dalyFirstOrder, dalyHigherOrder, exactOptimum, young } from "../../models/analytic/optimal-interval.ts";
import { type Recovery, recoveryCost } from "../../models/analytic/recovery.ts";
import { renewalFractions } from "../../models/analytic/renewal.ts";
import { restartMoments } from "../../models/analytic/restart.ts";
import { expectedJobFailures, expectedJobTime, expectedSegment } from "../../models/analytic/segment.ts";
import { optimalInterval, usefulWork } from "../../models/analytic/useful-work.ts";
import { firstOf, type Law } from "../../models/laws.ts";
import { allClose, closeTo } from "./close-to.ts";
import { referenceFamily } from "./reference-values.ts";

test("W₀(x) solves w eʷ = x on its whole branch", () => {
  const inverse = (w: number): void => closeTo(lambertW0(w * Math.exp(w)), w, 1e-9, `W₀ of w = ${w}`);
  fc.assert(fc.property(fc.double({ min: -0.999, max: 500, noNaN: true }), inverse), { seed: 1, numRuns: 5000 });
  for (const w of [-1e-300, 1e-300, 1e-12, -1e-12, 700]) inverse(w);
  assert.equal(lambertW0(-1 / Math.E), -1);
  assert.equal(lambertW0(0), 0);
  assert.ok(Number.isNaN(lambertW0(-0.4)));
  closeTo(lambertW0(1), 0.567_143_290_409_783_8, 1e-15, "the omega constant");
});

test("1 + W₀(-e^(-1-c)) keeps its digits next to the branch point", () => {
  for (const c of [1e-15, 1e-9, 1e-4, 0.01, 0.5, 1, 1.01, 5]) {
    const u = lambertW0FromBranch(c);
    // u = √(2c) - 2c/3 + √2 c^1.5 / 18 … near 0, and (1 - u) eᵘ = e⁻ᶜ everywhere.
    if (c < 1e-6) closeTo(u, Math.sqrt(2 * c) - (2 * c) / 3, 1e-8, `u at c = ${c}`);
    closeTo(Math.log1p(-u) + u, -c, Math.max(1e-12, (4e-16 * u) / c), `ln((1 - u) eᵘ) at c = ${c}`);
  }
  assert.equal(lambertW0FromBranch(0), 0);
});

test("optimal intervals are those of Young, of Daly and of the exact equation", () => {
  type Inputs = { readonly C: number; readonly MTBF: number };
  for (const { id, inputs, value } of referenceFamily<Inputs[], Record<string, number>[]>("ckpt-opt")) {
    for (const [index, { C, MTBF }] of inputs.entries()) {
      const costs = { mtbf: MTBF, pause: C };
      const overhead = (workInterval: number): number =>
        overheadRatio({ ...costs, workInterval, detect: 0, restore: 0 });
      const got = {
        young: young(costs),
        daly_first_order: dalyFirstOrder(costs),
        daly_higher_order: dalyHigherOrder(costs),
        exact_optimum: exactOptimum(costs),
        overhead_at_exact: overhead(exactOptimum(costs)),
        overhead_at_young: overhead(young(costs)),
      };
      allClose(got, value[index]!, `${id}[${index}]`);
    }
  }
  assert.equal(dalyHigherOrder({ mtbf: 100, pause: 200 }), 100, "Daly: the mean time between failures when C ≥ 2 M");
});

test("a checkpointed job takes the expected time and meets the expected failures", () => {
  type Inputs = { readonly [name in "MTBF" | "R" | "D" | "C" | "tau" | "n"]: number };
  for (const { id, inputs, value } of referenceFamily<Inputs, Record<string, number>>("daly-exact")) {
    const { MTBF, R, D, C, tau, n } = inputs;
    const job = { mtbf: MTBF, detect: D, restore: R, workInterval: tau, intervals: n, pause: C };
    const withoutLast = expectedJobTime({ ...job, snapshotAfterLast: false });
    const got = {
      E_total_with_final_snapshot: expectedJobTime({ ...job, snapshotAfterLast: true }),
      E_total_no_final_snapshot: withoutLast,
      efficiency_no_final: (n * tau) / withoutLast,
      E_per_interval: expectedSegment(tau + C, job),
      expected_failures_with_final: expectedJobFailures({ ...job, snapshotAfterLast: true }),
    };
    allClose(got, value, id);
  }
});

test("a job without snapshots has the mean and the variance of restarting from nothing", () => {
  for (const load of [1e-6, 0.01, 0.049, 0.051, 1, 5]) {
    const { mean, variance } = restartMoments({ mtbf: 100, work: 100 * load, detect: 0 });
    closeTo(mean, 100 * Math.expm1(load), 1e-12, `mean at λW = ${load}`);
    // (e^(2λW) - 2λW e^(λW) - 1)/λ² as the series 2 Σ (2^(k-1) - k)/k! (λW)^k, which does not cancel.
    let series = 0;
    let term = 1;
    for (let k = 1; k < 60; k++) {
      term *= load / k;
      series += (2 ** k - 2 * k) * term;
    }
    closeTo(variance, 1e4 * series, 1e-9, `variance at λW = ${load}`);
  }
  // Detection adds D for each of the e^(λW) - 1 failures, and E is that of a segment of length W.
  const withDetection = restartMoments({ mtbf: 100, work: 150, detect: 20 });
  closeTo(
    withDetection.mean,
    expectedSegment(150, { mtbf: 100, detect: 20, restore: 0 }),
    1e-12,
    "mean with detection",
  );
});

test("background snapshots cost Vaidya's cycle, whose optimum does not depend on the latency", () => {
  type Inputs = { readonly [name in "MTBF" | "T" | "C" | "L" | "R"]: number };
  for (const { id, inputs, value } of referenceFamily<Inputs, Record<string, number>>("vaidya")) {
    const { MTBF, T, C, L, R } = inputs;
    const cycle = { mtbf: MTBF, workInterval: T, pause: C, latency: L, detect: 0, restore: R };
    const optimum = exactOptimum(cycle);
    const got = {
      Gamma: expectedCommittedInterval(cycle),
      overhead_ratio: overheadRatio(cycle),
      T_opt: optimum,
      overhead_ratio_at_opt: overheadRatio({ ...cycle, workInterval: optimum }),
    };
    allClose(got, value, id);
  }
});

test("the first commit takes T + L without a failure, each later one a cycle", () => {
  const cycle = { mtbf: 1000, workInterval: 300, pause: 10, latency: 50, detect: 5, restore: 20 };
  closeTo(expectedTimeToCommit(cycle, 1), expectedSegment(350, cycle), 1e-12, "one interval");
  const stopCopy = { ...cycle, latency: 10 };
  closeTo(
    expectedTimeToCommit(stopCopy, 7),
    expectedJobTime({ ...stopCopy, intervals: 7, snapshotAfterLast: true }),
    1e-12,
    "without latency a job of stop-copy snapshots",
  );
});

test("renewal fractions are those of the reference values and add up to 1", () => {
  type Inputs = { readonly [name in "MTBF" | "T" | "C" | "D" | "R"]: number };
  for (const { id, inputs, value } of referenceFamily<Inputs, Record<string, number>>("renewal")) {
    const { MTBF, T, C, D, R } = inputs;
    const cycle = { mtbf: MTBF, workInterval: T, pause: C, detect: D, restore: R };
    const fractions = renewalFractions(cycle);
    const { executing, snapshot, restoring, down, useful, lost } = fractions;
    const got = {
      cycle: expectedCommittedInterval(cycle),
      useful_efficiency: useful,
      frac_executing: executing,
      frac_snapshot: snapshot,
      frac_restoring: restoring,
      frac_down: down,
      availability_run: executing,
      availability_vm_alive: executing + snapshot,
      failures_per_day: fractions.failureRate * 86_400,
      rollbacks_per_day: fractions.rollbackRate * 86_400,
      lost_work_fraction: lost,
      mean_lost_work_per_rollback: fractions.lostPerRollback,
    };
    allClose(got, value, id);
  }
});

test("in every convention the fractions of a renewal cycle add up to 1", () => {
  const rate = { min: 0.01, max: 3, noNaN: true };
  const unit = fc.record({ workInterval: fc.double(rate), pause: fc.double(rate), detect: fc.double(rate) });
  const rest = fc.record({
    restore: fc.double(rate),
    failDuringDetect: fc.boolean(),
    restoreRepeatsDetect: fc.boolean(),
  });
  fc.assert(
    fc.property(unit, rest, (a, b) => {
      const { executing, snapshot, restoring, down } = renewalFractions({ mtbf: 1, ...a, ...b });
      closeTo(executing + snapshot + restoring + down, 1, 1e-12, "sum");
    }),
    { seed: 2 },
  );
});

test("failures strike at rate λ except in a detection that is immune", () => {
  const recovery: Recovery = { mtbf: 10, detect: 7, restore: 4 };
  for (const failDuringDetect of [false, true]) {
    for (const restoreRepeatsDetect of [false, true]) {
      const { down, restoring, failures } = recoveryCost({ ...recovery, failDuringDetect, restoreRepeatsDetect });
      // The first failure comes from outside; the others from the exposed time of the recovery.
      closeTo(failures, 1 + (restoring + (failDuringDetect ? down : 0)) / 10, 1e-12, "failures in a recovery");
    }
  }
});

interface AnyLaw {
  readonly params: { readonly shape: number; readonly scale: number };
  readonly T: number;
  readonly C: number;
  readonly D: number;
  readonly R: number;
}

test("useful work under a law of failures, its optimum and Young's loss are those of the reference values", () => {
  for (const { id, inputs, value } of referenceFamily<AnyLaw, Record<string, number>>("nonexp")) {
    const { params, T, C, D, R } = inputs;
    const failures: Law = { law: "weibull", shape: params.shape, scale: params.scale };
    const unit = { failures, pause: C, detect: D, restore: R };
    const optimum = optimalInterval(unit);
    closeTo(usefulWork({ ...unit, workInterval: T }), value["U_at_T"]!, 1e-9, `${id} U at T`);
    closeTo(optimum.workInterval, value["T_opt"]!, 1e-4, `${id} T_opt`);
    closeTo(optimum.usefulWork, value["U_opt"]!, 1e-9, `${id} U_opt`);
    const byMean = young({ mtbf: value["mean_TTF"]!, pause: C });
    closeTo(byMean, value["young_using_mean"]!, 1e-9, `${id} Young`);
    closeTo(usefulWork({ ...unit, workInterval: byMean }), value["U_at_young"]!, 1e-9, `${id} U at Young`);
    for (const edge of optimum.flat) {
      closeTo(usefulWork({ ...unit, workInterval: edge }), 0.99 * optimum.usefulWork, 1e-9, `${id} U at ${edge}`);
    }
    assert.ok(optimum.flat[0] < optimum.workInterval && optimum.workInterval < optimum.flat[1]);
  }
  const platform = firstOf({ law: "weibull", shape: 0.7, scale: 68_254.3 }, 32);
  closeTo(platform.scale, 482.965_114_826_312_23, 1e-12, "the first of 32 failures, all components renewed");
});

test("under Poisson failures useful work is the renewal fraction, in every convention", () => {
  const mtbf = 3600;
  const cycle = { mtbf, workInterval: 300, pause: 5, latency: 40, detect: 100, restore: 60 };
  for (const failDuringDetect of [false, true]) {
    for (const restoreRepeatsDetect of [false, true]) {
      for (const latency of [0, 5, 40, 700]) {
        const unit = { ...cycle, latency, failDuringDetect, restoreRepeatsDetect };
        const got = usefulWork({ ...unit, failures: { law: "exponential", mean: mtbf } });
        closeTo(got, renewalFractions(unit).useful, 1e-12, JSON.stringify(unit));
      }
    }
  }
});

test("under a law of atoms useful work counts whole periods, and one that ends with the failure is whole", () => {
  const unit = { workInterval: 60, pause: 1, detect: 10, restore: 5 };
  // (1000 - 5)/61 = 16.3 periods in 1010 s.
  const fixed = usefulWork({ ...unit, failures: { law: "deterministic", value: 1000 } });
  assert.equal(fixed, (16 * 60) / 1010);
  assert.equal(usefulWork({ ...unit, failures: { law: "deterministic", value: 66 } }), 60 / 76);
  const mixed = usefulWork({ ...unit, failures: { law: "empirical", sample: [66, 65, 1000] } });
  closeTo(mixed, ((17 / 3) * 60) / (1131 / 3 + 10), 1e-12, "an empirical law");
});

test("the optimum under equal lives is one interval that just fits", () => {
  const { workInterval, usefulWork: best } = optimalInterval({
    failures: { law: "deterministic", value: 5000 },
    pause: 60,
    detect: 60,
    restore: 120,
  });
  closeTo(workInterval, 4820, 1e-6, "R + T + C = X");
  closeTo(best, 4820 / 5060, 1e-6, "useful work");
});

test("where no interval is best the search says why", () => {
  const unit = { failures: { law: "deterministic", value: 100 }, pause: 1, detect: 0, restore: 0 } as const;
  assert.throws(() => optimalInterval({ ...unit, pause: 0 }), /without a pause/);
  assert.throws(() => optimalInterval({ ...unit, restore: 200 }), /always fails before/);
});

test("golden-section's reference minimiser is the exact optimum", () => {
  for (const { inputs, value } of referenceFamily<{ C: number; M: number }, { t_star: number }>("golden")) {
    assert.ok(Math.abs(exactOptimum({ mtbf: inputs.M, pause: inputs.C }) - value.t_star) <= 0.5);
  }
});

test.run();
