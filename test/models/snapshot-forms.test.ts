import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "uvu";
import { collisions } from "../../models/analytic/collisions.ts";
import { unreadableWithin } from "../../models/analytic/data-loss.ts";
import { incrementalChain } from "../../models/analytic/incremental-chain.ts";
import { allSnapshotsSpoilt } from "../../models/analytic/latent-errors.ts";
import { faultsOnDemand, faultsWithBackground, zipfRates } from "../../models/analytic/lazy-restore.ts";
import { exactOptimum, young } from "../../models/analytic/optimal-interval.ts";
import { expectedJobTime, expectedSegment } from "../../models/analytic/segment.ts";
import {
  expectedVerifiedInterval,
  type VerifiedCycle,
  verifiedFirstOrder,
  verifiedOptimum,
} from "../../models/analytic/silent-errors.ts";
import { expectedFastest, expectedSlowest, harmonic } from "../../models/analytic/slowest.ts";
import { expectedPattern, type TwoLevelPattern } from "../../models/analytic/two-level.ts";
import { type Law, mean } from "../../models/laws.ts";
import { gamma } from "../../models/special/gamma.ts";
import { allClose, closeTo } from "./close-to.ts";
import { referenceCases } from "./reference-values.ts";

const never = Number.POSITIVE_INFINITY;

test("verified intervals, their optimum and its first order are those of the reference values", () => {
  type Inputs = {
    readonly [name in "W" | "V" | "C" | "R"]: number;
  } & { readonly [name in "MTBF_failstop" | "MTBF_silent"]: number | null };
  for (const { name, inputs, value } of referenceCases<Inputs, Record<string, number>>("silent-verify")) {
    const { W, V, C, R, MTBF_failstop, MTBF_silent } = inputs;
    const [mtbf, silentMtbf] = [MTBF_failstop ?? never, MTBF_silent ?? never];
    const unit = { mtbf, silentMtbf, verify: V, pause: C, detect: 0, restore: R };
    const expected = expectedVerifiedInterval({ ...unit, workInterval: W });
    const optimum = verifiedOptimum(unit);
    const { W_opt_exact, ...rest } = value;
    const got = {
      E_pattern: expected,
      efficiency: W / expected,
      W_opt_first_order: verifiedFirstOrder(unit),
      efficiency_at_opt: optimum / expectedVerifiedInterval({ ...unit, workInterval: optimum }),
    };
    allClose(got, rest, name);
    // The reference searched a flat optimum by its cost, which fixes it to half the digits.
    closeTo(optimum, W_opt_exact!, 1e-6, `${name} W_opt`);
  }
});

const seconds = fc.double({ min: 0.001, max: 500, noNaN: true });

test("without silent errors a verification is part of the pause, in every convention", () => {
  const conventions = fc.record({ failDuringDetect: fc.boolean(), restoreRepeatsDetect: fc.boolean() });
  fc.assert(
    fc.property(fc.tuple(seconds, seconds, seconds, seconds, seconds), conventions, (lengths, convention) => {
      const [workInterval, verify, pause, detect, restore] = lengths;
      const recovery = { mtbf: 300, detect, restore, ...convention };
      const verified = expectedVerifiedInterval({ ...recovery, workInterval, verify, pause, silentMtbf: never });
      closeTo(verified, expectedSegment(workInterval + verify + pause, recovery), 1e-11, "Daly's segment");
    }),
    { seed: 6 },
  );
});

test("the exact optimum of verified intervals is the exact one of failures, or Young's without the ½", () => {
  const unit = { verify: 0, pause: 30, detect: 60, restore: 120 };
  const failures = verifiedOptimum({ ...unit, mtbf: 5000, silentMtbf: never });
  closeTo(failures, exactOptimum({ mtbf: 5000, pause: 30 }), 1e-6, "failures only");
  const silent = verifiedOptimum({ ...unit, mtbf: never, silentMtbf: 1e12 });
  closeTo(silent, young({ mtbf: 1e12, pause: 30 }) / Math.SQRT2, 1e-4, "a silent error loses its whole interval");
});

test("verified intervals pass to the limit of failures that never come", () => {
  const cycle: VerifiedCycle = {
    workInterval: 100,
    verify: 5,
    pause: 10,
    detect: 3,
    restore: 20,
    mtbf: never,
    silentMtbf: never,
  };
  assert.equal(expectedVerifiedInterval(cycle), 115);
  closeTo(expectedVerifiedInterval({ ...cycle, mtbf: 1e15, silentMtbf: 1e15 }), 115, 1e-11, "almost never");
  // A silent error each 100 s of work: e attempts of 115 s, and a restore after each that failed.
  closeTo(
    expectedVerifiedInterval({ ...cycle, silentMtbf: 100 }),
    105 * Math.E + 10 + 20 * (Math.E - 1),
    1e-12,
    "silent",
  );
});

test("the chance that every kept snapshot is spoilt is that of the reference values", () => {
  type Inputs = { readonly [name in "T" | "mean_detection_latency" | "k_snapshots_kept"]: number };
  for (const { name, inputs, value } of referenceCases<Inputs, number>("latent-detect")) {
    const { T: interval, mean_detection_latency: detectionLatency, k_snapshots_kept: kept } = inputs;
    closeTo(allSnapshotsSpoilt({ interval, detectionLatency, kept }), value, 1e-9, name);
  }
  closeTo(allSnapshotsSpoilt({ interval: 1, detectionLatency: 1e18, kept: 5 }), 1, 1e-15, "noticed far too late");
});

test("two-level patterns take the expected time of the reference values", () => {
  type Inputs = {
    readonly [name in "n_segments" | "w" | "C1" | "C2" | "R1" | "R2" | "MTBF1" | "MTBF2"]: number;
  };
  for (const { name, inputs, value } of referenceCases<Inputs, Record<string, number>>("two-level")) {
    const { n_segments: segments, w, C1, C2, R1, R2, MTBF1, MTBF2 } = inputs;
    const expected = expectedPattern({
      segments,
      workInterval: w,
      // Restores of the reference are free of failures, as detection is.
      first: { pause: C1, mtbf: MTBF1, detect: R1, restore: 0 },
      second: { pause: C2, mtbf: MTBF2, detect: R2, restore: 0 },
    });
    allClose({ E_pattern: expected, efficiency: (segments * w) / expected }, value, name);
  }
});

test("two levels of which one never fails are segments of one level", () => {
  const counts = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(
      counts,
      seconds,
      seconds,
      seconds,
      seconds,
      seconds,
      (segments, workInterval, c1, c2, detect, restore) => {
        const level = { mtbf: 700, detect, restore };
        const off = { mtbf: never, detect: 11, restore: 13 };
        const first = expectedPattern({
          segments,
          workInterval,
          first: { ...level, pause: c1 },
          second: { ...off, pause: c2 },
        });
        // Each segment stands by itself; the far snapshot lengthens the last.
        const each = (segments - 1) * expectedSegment(workInterval + c1, level);
        closeTo(first, each + expectedSegment(workInterval + c1 + c2, level), 1e-10, "no loss of the first level");
        const whole = segments * (workInterval + c1) + c2;
        const second = expectedPattern({
          segments,
          workInterval,
          first: { ...off, pause: c1 },
          second: { ...level, pause: c2 },
        });
        closeTo(second, expectedSegment(whole, level), 1e-10, "nothing but losses of the first level");
        const both: TwoLevelPattern = {
          segments: 1,
          workInterval,
          first: { pause: c1, mtbf: 1400, detect, restore },
          second: { pause: c2, mtbf: 1400, detect, restore },
        };
        closeTo(expectedPattern(both), expectedSegment(workInterval + c1 + c2, level), 1e-10, "levels of equal cost");
      },
    ),
    { seed: 7, numRuns: 300 },
  );
});

test("two levels pass to the limits of no failure, and of far too many", () => {
  const level = { pause: 10, detect: 5, restore: 20 };
  const pattern = {
    segments: 3,
    workInterval: 100,
    first: { ...level, mtbf: never },
    second: { ...level, mtbf: never },
  };
  assert.equal(expectedPattern(pattern), 3 * 110 + 10);
  const hopeless = { ...pattern, segments: 10_000, second: { ...level, mtbf: 10 } };
  assert.equal(expectedPattern(hopeless), never);
  const jobs = expectedJobTime({
    ...level,
    mtbf: 1e4,
    workInterval: 100,
    intervals: 1000,
    snapshotAfterLast: true,
  });
  const free = { ...level, pause: 0, mtbf: never };
  closeTo(
    expectedPattern({ segments: 1000, workInterval: 100, first: { ...level, mtbf: 1e4 }, second: free }),
    jobs,
    1e-11,
    "a job of a thousand intervals",
  );
});

test("incremental chains are written, read and changed as in the reference values", () => {
  type Inputs = { readonly [name in "pages" | "dirty_fraction_per_interval" | "full_every"]: number };
  for (const { name, inputs, value } of referenceCases<Inputs, Record<string, number>>("incremental")) {
    const { pages, dirty_fraction_per_interval: changed, full_every: fullEvery } = inputs;
    const chain = incrementalChain({ pages, changed, fullEvery });
    const got = {
      avg_pages_written_per_snapshot: chain.writtenPerSnapshot,
      avg_chain_pages_read_on_restore: chain.readPerRestore,
      expected_distinct_pages_changed_since_full: chain.changedSinceFull,
      max_chain_pages: chain.longestRestore,
    };
    allClose(got, value, name);
  }
});

test("changed pages of a chain are the mean over its places, and no more than is read on top of the full snapshot", () => {
  const shares = fc.double({ min: -12, max: 0, noNaN: true }).map((exponent) => 10 ** exponent);
  fc.assert(
    fc.property(shares, fc.integer({ min: 1, max: 2000 }), (changed, fullEvery) => {
      const { changedSinceFull, readPerRestore } = incrementalChain({ pages: 1, changed, fullEvery });
      let sum = 0;
      for (let place = 0; place < fullEvery; place++) sum -= place === 0 ? 0 : Math.expm1(place * Math.log1p(-changed));
      closeTo(changedSinceFull, sum / fullEvery, 1e-11, "distinct pages");
      assert.ok(changedSinceFull <= (readPerRestore - 1) * (1 + 1e-9) + 1e-16);
    }),
    { seed: 8 },
  );
  const full = incrementalChain({ pages: 100, changed: 0.3, fullEvery: 1 });
  assert.deepEqual(full, { writtenPerSnapshot: 100, readPerRestore: 100, longestRestore: 100, changedSinceFull: 0 });
  assert.equal(incrementalChain({ pages: 100, changed: 0.37, fullEvery: 1 }).changedSinceFull, 0);
  const idle = incrementalChain({ pages: 100, changed: 0, fullEvery: 10 });
  assert.deepEqual(idle, { writtenPerSnapshot: 10, readPerRestore: 100, longestRestore: 100, changedSinceFull: 0 });
});

test("a barrier waits for the slowest, as in the reference values", () => {
  type Inputs = { readonly N: number; readonly dist: string; readonly [parameter: string]: number | string };
  for (const { name, inputs, value } of referenceCases<Inputs, Record<string, number>>("barrier-max")) {
    const { N, dist, ...parameters } = inputs;
    const law = { law: dist, ...parameters } as unknown as Law;
    const slowest = expectedSlowest(law, N);
    allClose({ E_max: slowest, ratio_to_mean: slowest / mean(law) }, value, name);
  }
});

test("the slowest of one is the mean, and of Weibull lives a sum with signs", () => {
  const laws: Law[] = [
    { law: "weibull", shape: 0.33, scale: 100 },
    { law: "weibull", shape: 40, scale: 3 },
    { law: "lognormal", mu: 1, sigma: 2 },
    { law: "lognormal", mu: -5, sigma: 0.01 },
    { law: "gamma", shape: 0.5, scale: 4 },
    { law: "gamma", shape: 20, scale: 4 },
    { law: "empirical", sample: [3, 1, 2] },
    { law: "deterministic", value: 7 },
  ];
  for (const law of laws) closeTo(expectedSlowest(law, 1), mean(law), 1e-11, `${law.law}, alone`);
  for (const shape of [0.33, 0.7, 2, 40]) {
    for (const count of [2, 5, 12]) {
      let sum = 0;
      let choose = 1;
      for (let j = 1; j <= count; j++) {
        choose *= (count - j + 1) / j;
        sum += (j % 2 === 1 ? 1 : -1) * choose * j ** (-1 / shape);
      }
      const exact = gamma(1 + 1 / shape) * sum;
      closeTo(expectedSlowest({ law: "weibull", shape, scale: 1 }, count), exact, 1e-10, `shape ${shape}, ${count}`);
    }
  }
  // Of lives of 1, 2 and 3 the longer of two is 1, 2 or 3 with 1, 3 and 5 ninths.
  closeTo(expectedSlowest({ law: "empirical", sample: [3, 1, 2] }, 2), 22 / 9, 1e-15, "atoms");
  assert.equal(expectedSlowest({ law: "deterministic", value: 7 }, 1e9), 7);
});

test("the slowest of very many grows as the quantiles of its law", () => {
  for (const count of [49, 50, 51, 1e6, 1e15]) {
    const exponential = expectedSlowest({ law: "exponential", mean: 30 }, count);
    closeTo(exponential, 30 * harmonic(count), 1e-15, "H_n");
    closeTo(expectedSlowest({ law: "weibull", shape: 1, scale: 30 }, count), exponential, 1e-10, `${count} of shape 1`);
    closeTo(expectedSlowest({ law: "gamma", shape: 1, scale: 30 }, count), exponential, 1e-9, `${count} gamma lives`);
  }
});

test("the fastest and the slowest of two add up to two means, and of n are those of n", () => {
  const laws: Law[] = [
    { law: "exponential", mean: 5 },
    { law: "weibull", shape: 0.5, scale: 3 },
    { law: "lognormal", mu: 1, sigma: 1.5 },
    { law: "gamma", shape: 3, scale: 4 },
    { law: "empirical", sample: [4, 1, 2] },
  ];
  for (const law of laws) {
    closeTo(expectedFastest(law, 1), mean(law), 1e-11, `${law.law}, alone`);
    closeTo(expectedFastest(law, 2) + expectedSlowest(law, 2), 2 * mean(law), 1e-11, `${law.law}, two`);
  }
  // The gamma law of shape 1 is exponential, whose fastest of n takes 1/n of the mean.
  for (const count of [3, 1000, 1e9]) {
    closeTo(expectedFastest({ law: "gamma", shape: 1, scale: 30 }, count), 30 / count, 1e-10, `${count} of them`);
  }
  closeTo(expectedFastest({ law: "empirical", sample: [4, 1, 2] }, 2), (5 * 1 + 3 * 2 + 4) / 9, 1e-14, "atoms");
});

test("lazily restored VMs meet the demand faults of the reference values", () => {
  type Inputs = {
    readonly [name in
      | "pages"
      | "accesses_per_s"
      | "zipf_alpha"
      | "background_prefetch_s"
      | "working_set_prefetched_pages"
      | "fault_stall_s"
      | "T_exec_s"]: number;
  };
  for (const { name, inputs, value } of referenceCases<Inputs, Record<string, number>>("lazy-restore")) {
    const rates = zipfRates(inputs.pages, inputs.zipf_alpha, inputs.accesses_per_s);
    const missing = rates.subarray(inputs.working_set_prefetched_pages);
    const onDemand = faultsOnDemand(missing, inputs.T_exec_s);
    const stall = onDemand * inputs.fault_stall_s;
    const got = {
      expected_demand_faults_with_background: faultsWithBackground(missing, inputs.background_prefetch_s),
      expected_demand_faults_no_background_T: onDemand,
      stall_s_no_background_T: stall,
      slowdown_no_background: 1 + stall / inputs.T_exec_s,
    };
    allClose(got, value, name);
  }
  // Pages that are accessed once a year, and pages that are accessed all the time.
  closeTo(faultsWithBackground([1e-12, 1e-12], 10), 1e-11, 1e-10, "half of the accesses come first");
  closeTo(faultsWithBackground([1e12], 10), 1, 1e-12, "always faulted");
});

test("copies placed at random meet as in the birthday problem", () => {
  for (const { name, inputs, value } of referenceCases<{ bins: number; items: number }, Record<string, number>>(
    "birthday",
  )) {
    const { any, occupied, pairs } = collisions(inputs.bins, inputs.items);
    allClose({ P_collision: any, expected_occupied: occupied, expected_pairs: pairs }, value, name);
  }
  closeTo(collisions(1e12, 2).any, 1e-12, 1e-12, "two on very many hosts");
  assert.deepEqual(collisions(1, 3), { any: 1, occupied: 1, pairs: 3 });
  assert.deepEqual(collisions(5, 0), { any: 0, occupied: 0, pairs: 0 });
  assert.equal(collisions(5, 6).any, 1, "more than there are hosts");
  assert.throws(() => collisions(0, 3), /hosts must be a whole number/);
});

test("reading a volume meets an unreadable bit as often as the reference says", () => {
  for (const { name, inputs, value } of referenceCases<{ p_bit: number; TB: number }, number>("ure")) {
    closeTo(unreadableWithin(inputs.TB * 1e12, inputs.p_bit), value, 1e-9, name);
  }
  assert.deepEqual([unreadableWithin(0, 1), unreadableWithin(1, 1), unreadableWithin(5, 0)], [0, 1, 0]);
  assert.throws(() => unreadableWithin(5, 2), /perBit must lie between 0 and 1/);
});

test("impossible snapshots are refused by name", () => {
  const cycle = { workInterval: 10, verify: 1, pause: 1, detect: 0, restore: 1, mtbf: 100, silentMtbf: 100 };
  assert.throws(
    () => expectedVerifiedInterval({ ...cycle, silentMtbf: 0 }),
    /silent errors: silentMtbf must be above 0/,
  );
  assert.throws(
    () => expectedVerifiedInterval({ ...cycle, verify: -1 }),
    /verify must be 0 or more, and finite, not -1/,
  );
  assert.throws(() => verifiedOptimum({ ...cycle, mtbf: never, silentMtbf: never }), /no interval is best/);
  assert.throws(() => verifiedOptimum({ ...cycle, verify: 0, pause: 0 }), /verify \+ pause must be above 0/);
  assert.throws(() => allSnapshotsSpoilt({ interval: 1, detectionLatency: 1, kept: 0 }), /kept must be a whole number/);
  const level = { pause: 1, mtbf: 100, detect: 1, restore: 1 };
  const pattern = { segments: 2, workInterval: 10, first: level, second: level };
  assert.throws(() => expectedPattern({ ...pattern, segments: 0 }), /segments must be a whole number of at least 1/);
  assert.throws(
    () => expectedPattern({ ...pattern, second: { ...level, restore: never } }),
    /second restore must be 0/,
  );
  assert.throws(() => incrementalChain({ pages: 10, changed: 1.2, fullEvery: 2 }), /changed must lie between 0 and 1/);
  assert.throws(() => incrementalChain({ pages: 10, changed: 1, fullEvery: 0 }), /fullEvery must be a whole number/);
  assert.throws(() => expectedSlowest({ law: "exponential", mean: 1 }, 0), /count must be a whole number/);
  assert.throws(() => faultsOnDemand([1, -1], 3), /the access rate of page 1 must be 0 or more/);
  assert.throws(() => faultsWithBackground([1], Number.NaN), /seconds must be 0 or more/);
  assert.throws(() => zipfRates(0, 1, 1), /pages must be above 0/);
});

test.run();
