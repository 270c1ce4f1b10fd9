import { test } from "uvu";
import * as assert from "uvu/assert";
import { lambertW0 } from "../../models/analytic/lambert-w.ts";
import { preCopyConverges, preCopyFixedPoint, preCopyRounds } from "../../models/analytic/pre-copy.ts";
import { dirtyCurve } from "../../models/guest/dirty-curve.ts";
import { distinctWrites } from "../../models/guest/memory.ts";
import { Streams } from "../../sim/index.ts";
import { simulateRounds } from "./page-rounds.ts";
import { referenceFamily } from "./reference-values.ts";
import { assertZScores, zScore } from "./z-scores.ts";

const near = (found: number, expected: number, what: string, tolerance = 1e-9): void =>
  assert.ok(
    Math.abs(found - expected) <= tolerance * Math.max(Math.abs(expected), 1e-6),
    `${what}: ${found}, ${expected}`,
  );

test("with a constant dirty rate the rounds shrink by its part of the bandwidth until one fits the limit", () => {
  type Inputs = { M_GiB: number; B_GiBps: number; dirty_GiBps: number; threshold_GiB: number; n_max: number };
  type Value = { rho: number; live_rounds: number; total_GiB: number; total_time_s: number; downtime_s: number };
  for (const { inputs, value } of referenceFamily<Inputs[], Value[]>("precopy")) {
    for (const [i, { M_GiB, B_GiBps, dirty_GiBps, threshold_GiB, n_max }] of inputs.entries()) {
      const { live, last, sent, duration, converged } = preCopyRounds({
        set: M_GiB,
        rate: B_GiBps,
        dirtied: (seconds) => dirty_GiBps * seconds,
        downtimeLimit: threshold_GiB / B_GiBps,
        maxRounds: n_max,
      });
      const expected = value[i]!;
      assert.is(live.length, expected.live_rounds);
      near(sent, expected.total_GiB, "sent");
      near(duration, expected.total_time_s, "duration");
      near(last / B_GiBps, expected.downtime_s, "downtime");
      assert.is(converged, expected.rho < 1);
    }
  }
});

test("with writes at random the rounds follow the curve of distinct pages to its fixed point", () => {
  type Inputs = { pages: number; writes_per_s: number; pages_per_s: number };
  type Value = { dirty_fraction_after_round: number[]; fixed_point_fraction: number };
  for (const { inputs, value } of referenceFamily<Inputs[], Value[]>("precopy-pages")) {
    for (const [i, { pages, writes_per_s, pages_per_s }] of inputs.entries()) {
      const curve = dirtyCurve([{ pages, writesPerPage: writes_per_s / pages }], "uniform");
      const { live, last } = preCopyRounds({
        set: pages,
        rate: pages_per_s,
        dirtied: curve.at,
        downtimeLimit: 0,
        maxRounds: 5,
      });
      const expected = value[i]!;
      const fractions = [...live.slice(1), last].map((one) => one / pages);
      for (const [k, fraction] of fractions.entries()) {
        near(fraction, expected.dirty_fraction_after_round[k]!, `round ${k + 1}`);
      }
      near(preCopyFixedPoint(curve, pages_per_s) / pages, expected.fixed_point_fraction, "fixed point");
    }
  }
});

test("the fixed point of one class is that of Lambert's W, and of several the root of V = U(V / B)", () => {
  for (const kappa of [1.001, 1.2, 3, 20]) {
    const curve = dirtyCurve([{ pages: 5000, writesPerPage: (kappa * 800) / 5000 }], "uniform");
    const closed = 5000 * (1 + lambertW0(-kappa * Math.exp(-kappa)) / kappa);
    near(preCopyFixedPoint(curve, 800), closed, `κ = ${kappa}`, 1e-6);
  }
  const hotAndCold = dirtyCurve(
    [
      { pages: 2000, writesPerPage: 5 },
      { pages: 90_000, writesPerPage: 0.01 },
      { pages: 7000, writesPerPage: 0 },
    ],
    "uniform",
  );
  for (const rate of [3000, 8000, 10_800]) {
    const root = preCopyFixedPoint(hotAndCold, rate);
    assert.ok(root > 0);
    near(hotAndCold.at(root / rate), root, `B = ${rate}`);
    const { last } = preCopyRounds({ set: 99_000, rate, dirtied: hotAndCold.at, downtimeLimit: 0, maxRounds: 20_000 });
    near(last, root, "the rounds end there", 1e-4);
  }
  assert.is(preCopyFixedPoint(hotAndCold, 11_000), 0, "pages are sent faster than they are dirtied");
});

test("rounds converge by themselves exactly if their fixed point fits the downtime limit", () => {
  const curve = dirtyCurve([{ pages: 30_000, writesPerPage: 2 }], "uniform");
  for (const rate of [10_000, 30_000, 50_000, 59_000, 61_000]) {
    for (const downtimeLimit of [1e-3, 0.1, 0.3, 1, 3]) {
      const { converged } = preCopyRounds({ set: 30_000, rate, dirtied: curve.at, downtimeLimit, maxRounds: 10_000 });
      assert.is(converged, preCopyConverges(curve, rate, downtimeLimit), `B = ${rate}, limit ${downtimeLimit} s`);
    }
  }
});

test("a linear dirty rate stops to grow when every page is dirty", () => {
  const curve = dirtyCurve([{ pages: 1000, writesPerPage: 0.5 }], "linear");
  assert.equal(
    [0, 1, 2, 3].map((seconds) => curve.at(seconds)),
    [0, 500, 1000, 1000],
  );
  assert.is(preCopyFixedPoint(curve, 499), 1000);
  assert.is(preCopyFixedPoint(curve, 500), 0);
});

test("each round dirties what a memory does that is simulated page by page", () => {
  const checks: Record<string, number> = {};
  for (const [name, pages, writesPerSecond, pagesPerSecond] of [
    ["converging", 600, 300, 900],
    ["stalling", 600, 1500, 900],
  ] as const) {
    const stream = new Streams(5).get(name);
    const runs = Array.from({ length: 400 }, () =>
      simulateRounds({ pages, writesPerSecond, pagesPerSecond, rounds: 3 }, stream),
    );
    // Given the round before, the formula is an expectation and no approximation.
    for (let round = 1; round <= 3; round++) {
      checks[`${name}, round ${round}`] = zScore(
        runs.map((sent) => sent[round]! - distinctWrites(pages, writesPerSecond, sent[round - 1]! / pagesPerSecond)),
      );
    }
  }
  assertZScores(checks);
});

test.run();
