import assert from "node:assert/strict";
import { test } from "uvu";
import { morrisEffects, morrisTrajectories } from "../../../results/sensitivity/morris.ts";
import { sobolIndices, sobolPoints } from "../../../results/sensitivity/sobol-indices.ts";
import { StatisticsError } from "../../../results/statistics/statistics-error.ts";
import { Streams } from "../../../sim/streams.ts";
import { reference } from "../../sim/reference-values.ts";
import { closeTo } from "../statistics/close-to.ts";

const model = ([x1, x2, x3]: readonly number[]): number => 2 * x1! + x2! ** 2 + x1! * x3!;

interface Effect {
  readonly mu: number;
  readonly mu_star: number;
  readonly sigma: number;
}

test("elementary effects over the whole grid are the reference's", () => {
  const { inputs, value } = reference<{ p: number; delta: number }, Effect[]>("morris-1");
  const levels = Array.from({ length: inputs.p }, (_, i) => i / (inputs.p - 1));
  for (const [factor, expected] of value.entries()) {
    const pairs = levels.flatMap((x) =>
      levels.flatMap((y) =>
        levels.flatMap((z) => {
          const from = [x, y, z];
          const to = from.map((one, i) => (i === factor ? one + inputs.delta : one));
          return to[factor]! <= 1 + 1e-12 ? [[from, to]] : [];
        }),
      ),
    );
    const steps = pairs.map((pair) => pair.map((point) => [point[factor]!]));
    const [effect] = morrisEffects(
      steps,
      pairs.map((pair) => pair.map(model)),
    );
    closeTo(effect!.mu, expected.mu, 1e-12, "mu");
    closeTo(effect!.muStar, expected.mu_star, 1e-12, "mu*");
    const ofPopulation = effect!.sigma * Math.sqrt((pairs.length - 1) / pairs.length);
    closeTo(ofPopulation, expected.sigma, 1e-12, "sigma");
  }
});

test("sampled trajectories move each factor once, and their effects are unbiased", () => {
  const stream = new Streams(3).get("trajectories");
  const trajectories = morrisTrajectories(3, 400, 4, (n) => stream.integer(0, n - 1));
  for (const points of trajectories) {
    assert.equal(points.length, 4);
    const moved = points.slice(1).map((point, i) => point.findIndex((value, k) => value !== points[i]![k]));
    assert.deepEqual(moved.toSorted(), [0, 1, 2]);
    for (const value of points.flat()) assert.ok(value >= 0 && value <= 1);
  }
  const effects = morrisEffects(
    trajectories,
    trajectories.map((points) => points.map(model)),
  );
  const expected = reference<unknown, Effect[]>("morris-1").value;
  for (const [i, effect] of effects.entries()) {
    const z = (effect.muStar - expected[i]!.mu_star) / (effect.muStarHalfWidth / 1.966);
    assert.ok(Math.abs(z) < 4, `factor ${i}: z = ${z}`);
  }
});

const ishigami = ([x1, x2, x3]: readonly number[]): number => {
  const [a, b, c] = [x1!, x2!, x3!].map((u) => Math.PI * (2 * u - 1));
  return Math.sin(a!) + 7 * Math.sin(b!) ** 2 + 0.1 * c! ** 4 * Math.sin(a!);
};

const g =
  (a: readonly number[]) =>
  (x: readonly number[]): number =>
    x.reduce((product, u, i) => (product * (Math.abs(4 * u - 2) + a[i]!)) / (1 + a[i]!), 1);

const answersOf = (points: readonly (readonly number[])[], of: (x: readonly number[]) => number) => {
  const { a, b, mixed } = sobolPoints(points);
  return { a: a.map(of), b: b.map(of), mixed: mixed.map((one) => one.map(of)) };
};

const random = (count: number, width: number): number[][] => {
  const stream = new Streams(11).get("points");
  return Array.from({ length: count }, () => Array.from({ length: width }, () => stream.next()));
};

test("Sobol's indices of the Ishigami and the g function are within 0.03 of the reference's, as far off as their intervals say", () => {
  const cases = [
    { id: "sobol-ishigami-1", of: ishigami },
    { id: "sobol-g-1", of: g([0, 1, 4.5, 9, 99, 99]) },
  ];
  for (const { id, of } of cases) {
    const { value } = reference<unknown, { S: number[]; ST: number[] }>(id);
    const bootstrap = new Streams(5).get("bootstrap");
    const found = sobolIndices(answersOf(random(2 ** 14, 2 * value.S.length), of), (n) => bootstrap.integer(0, n - 1), {
      resamples: 100,
    });
    for (const [i, index] of found.entries()) {
      const both = [
        { name: `S${i}`, found: index.first, within: index.firstInterval, expected: value.S[i]! },
        { name: `ST${i}`, found: index.total, within: index.totalInterval, expected: value.ST[i]! },
      ];
      for (const { name, found, within, expected } of both) {
        assert.ok(Math.abs(found - expected) < 0.03, `${id}: ${name} = ${found}, not ${expected}`);
        const z = (found - expected) / ((within[1] - within[0]) / (2 * 1.96));
        assert.ok(Math.abs(z) < 4, `${id}: ${name} = ${found}, not ${expected} (z = ${z})`);
      }
    }
  }
});

test("answers that do not vary have no indices, and points need two coordinates for each factor", () => {
  const flat = answersOf(random(16, 4), () => 1);
  assert.throws(() => sobolIndices(flat, () => 0), StatisticsError);
  assert.throws(() => sobolPoints(random(4, 3)), /two for each factor/);
});

test.run();
