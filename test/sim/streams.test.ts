import assert from "node:assert/strict";
import { test } from "uvu";
import { InvalidSeed } from "../../sim/random-errors.ts";
import type { Stream } from "../../sim/stream.ts";
import { Streams } from "../../sim/streams.ts";
import { reference } from "./reference-values.ts";

const draw = (stream: Stream, count: number): number[] => Array.from({ length: count }, () => stream.next());

test("a path leads to the draws of an independent program in C", () => {
  // Written from the descriptions of Philox, sfc32 and the encoding of paths.
  assert.equal(new Streams(42).get("arrivals").next(), 0.7016265003017793);
  const deep = new Streams(-9007199254740991).replication(7).split("rack").entity(0).entity("vm-12");
  assert.equal(deep.get("failures and repairs").next(), 0.849830322138508);
});

test("a name leads to the same stream each time, further along", () => {
  const streams = new Streams(1);
  const first = draw(streams.get("arrivals"), 3);
  assert.equal(streams.get("arrivals"), streams.get("arrivals"));
  assert.equal(streams.split("rack"), streams.split("rack"));
  assert.equal(streams.entity(7), streams.entity(7));
  assert.deepEqual(draw(new Streams(1).get("arrivals"), 6), [...first, ...draw(streams.get("arrivals"), 3)]);
});

test("what a stream gives does not depend on other streams, nor on the order in which they are asked for", () => {
  const one = new Streams(9);
  const service = draw(one.get("service"), 5);
  const arrivals = draw(one.get("arrivals"), 5);
  const other = new Streams(9);
  other.entity("someone new").get("arrivals").next();
  const [a, s] = [other.get("arrivals"), other.get("service")];
  const alternating = Array.from({ length: 5 }, () => [a.next(), s.next()] as const);
  assert.deepEqual(
    alternating.map(([x]) => x),
    arrivals,
  );
  assert.deepEqual(
    alternating.map(([, x]) => x),
    service,
  );
});

test("a replication starts afresh each time it is asked for", () => {
  const streams = new Streams(3);
  const run = () => draw(streams.replication(5).get("failures"), 4);
  assert.deepEqual(run(), run());
});

test("every path has draws of its own", () => {
  const streams = new Streams(123);
  const paths: Stream[] = [];
  for (const seed of [0, 1, -1, 2 ** 32, 2 ** 32 + 1, -(2 ** 32), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
    paths.push(new Streams(seed).get("a"));
  }
  paths.push(streams.get("1"), streams.split("1").get("1"), streams.entity("1").get("1"), streams.entity(1).get("1"));
  paths.push(streams.replication(1).get("1"), streams.split("1").split("1").get("1"), streams.get("1/1"));
  paths.push(
    streams.get(""),
    streams.get("\0"),
    streams.get("\0\0"),
    streams.get("\u{10000}"),
    streams.entity(0).get(""),
  );
  for (let length = 1; length < 40; length++) paths.push(streams.get("x".repeat(length)));
  for (let i = 0; i < 50_000; i++) paths.push(streams.get(`machine ${i}`), streams.entity(i).get("failures"));
  for (let i = 0; i < 50_000; i++) paths.push(streams.replication(i).get("failures"));
  const firsts = new Set(paths.map((stream) => stream.next()));
  assert.equal(firsts.size, paths.length); // 53 bits each: a collision by chance has probability 1e-6
});

/** z-score of the correlation of uniforms drawn in pairs; its expectation is 0 and its variance 1/144 a pair. */
const correlation = (pairs: readonly (readonly [number, number])[]): number =>
  pairs.reduce((sum, [x, y]) => sum + (x - 0.5) * (y - 0.5), 0) / Math.sqrt(pairs.length / 144);

test("neighbouring names, entities, replications and seeds are uncorrelated, in step and one apart", () => {
  const streams = new Streams(2024);
  const families: Record<string, (i: number) => Stream> = {
    names: (i) => streams.get(`machine ${i}`),
    entities: (i) => streams.entity(i).get("failures"),
    replications: (i) => streams.replication(i).get("failures"),
    seeds: (i) => new Streams(i).get("failures"),
  };
  const zs: number[] = [];
  for (const [family, member] of Object.entries(families)) {
    const rows = Array.from({ length: 401 }, (_, i) => draw(member(i), 251));
    for (const [rowsApart, drawsApart] of [
      [1, 0],
      [1, 1],
      [2, 0],
      [0, 1],
    ] as const) {
      const pairs: [number, number][] = [];
      for (let i = 0; i + rowsApart < rows.length; i++) {
        const row = rows[i] as number[];
        const other = rows[i + rowsApart] as number[];
        for (let j = 0; j + drawsApart < row.length; j++)
          pairs.push([row[j] as number, other[j + drawsApart] as number]);
      }
      const z = correlation(pairs);
      assert.ok(Math.abs(z) < 4, `${family}, ${rowsApart} and ${drawsApart} apart: z = ${z}`);
      zs.push(z);
    }
  }
  const squares = zs.reduce((sum, z) => sum + z * z, 0);
  assert.ok(3.5 < squares && squares < 41, `sum of z² of ${zs.length}: ${squares}`); // central 99.9 % of chi-square (16)
});

test("the first draws of neighbouring replications fill the unit square evenly", () => {
  const streams = new Streams(8);
  const cells = new Float64Array(256);
  const pairs = 51_200;
  let before = streams.replication(0).get("failures").next();
  for (let r = 1; r <= pairs; r++) {
    const next = streams.replication(r).get("failures").next();
    const cell = 16 * Math.floor(16 * before) + Math.floor(16 * next);
    cells[cell] = (cells[cell] as number) + 1;
    before = next;
  }
  const expected = pairs / 256;
  const chiSquare = cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const z = (chiSquare - 255) / Math.sqrt(2 * 255);
  assert.ok(Math.abs(z) < 4, `z = ${z}`);
});

test("the antithetic partner mirrors every uniform, and so what is drawn by inversion", () => {
  const plain = new Streams(6).replication(2).entity("vm");
  const mirrored = new Streams(6).antithetic().replication(2).entity("vm");
  const [u, v] = [plain.get("u"), mirrored.get("u")];
  for (let i = 0; i < 1000; i++) assert.equal(u.next() + v.next(), 1 - 2 ** -53);
  for (let i = 0; i < 100; i++) assert.equal(u.integer(0, 7) + v.integer(0, 7), 7);
  for (let i = 0; i < 100; i++) assert.ok(Math.abs(u.normal(0, 1) + v.normal(0, 1)) < 1e-12);
  assert.deepEqual(draw(new Streams(6).antithetic().antithetic().get("x"), 3), draw(new Streams(6).get("x"), 3));
});

test("common and antithetic draws have the covariances of the reference", () => {
  const { value } = reference<unknown, Record<string, number>>("vr-basic-1");
  const n = 200_000;
  const covariance = (pair: () => readonly [number, number], meanX: number, meanY: number) => {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const [x, y] = pair();
      const product = (x - meanX) * (y - meanY);
      sum += product;
      squares += product * product;
    }
    return { mean: sum / n, error: Math.sqrt((squares / n - (sum / n) ** 2) / n) };
  };
  const check = (what: string, found: { mean: number; error: number }, expected: number) => {
    const z = (found.mean - expected) / found.error;
    assert.ok(Math.abs(z) < 4, `${what}: ${found.mean} is not ${expected} (z = ${z})`);
  };
  const streams = new Streams(10);
  const common = (name: string) => [streams.get(name), new Streams(10).get(name)] as const;
  const opposed = (name: string) => [streams.get(name), streams.antithetic().get(name)] as const;

  const [a, b] = common("common");
  const difference = () => {
    const apart = a.exponential(1) - b.exponential(1 / 1.2);
    return [apart, apart] as const;
  };
  check("common", covariance(difference, 1 / 6, 1 / 6), value["crn_var_diff"] as number);
  const [c, d] = opposed("exponential");
  check(
    "exponential",
    covariance(() => [c.exponential(1), d.exponential(1)], 1, 1),
    value["antithetic_cov_exp"] as number,
  );
  const [e, f] = opposed("weibull");
  check(
    "weibull",
    covariance(() => [e.weibull(0.5, 1), f.weibull(0.5, 1)], 2, 2),
    value["antithetic_cov_weibull_half"] as number,
  );
});

test("the laws drawn by inversion take one uniform a draw and grow with it; gamma keeps step over scales", () => {
  const laws: ((stream: Stream) => number)[] = [
    (s) => s.uniform(-3, 8),
    (s) => s.exponential(2),
    (s) => s.normal(1, 3),
    (s) => s.lognormal(0, 2),
    (s) => s.weibull(0.6, 3),
    (s) => s.integer(-5, 90),
    (s) => s.choice([1, 2, 3, 4, 5]),
    (s) => s.empirical([1, 1, 2, 3, 5, 8]),
  ];
  for (const law of laws) {
    const [uniforms, stream] = [new Streams(4).get("law"), new Streams(4).get("law")];
    const pairs = Array.from({ length: 1000 }, () => [uniforms.next(), law(stream)] as const).sort(([u], [v]) => u - v);
    assert.ok(
      pairs.every(([, x], i) => i === 0 || x >= (pairs[i - 1] as readonly [number, number])[1]),
      String(law),
    );
    assert.equal(uniforms.next(), stream.next(), `${law}: as many uniforms as draws`);
  }
  const [short, long] = [new Streams(4).get("g"), new Streams(4).get("g")];
  for (let i = 0; i < 1000; i++) assert.equal(4 * short.gamma(0.35, 2), long.gamma(0.35, 8));
});

test("a seed that is not a safe integer is refused, and so is a replication or an entity that cannot be counted", () => {
  for (const seed of [0.5, 2 ** 53, Number.NaN, Infinity, "7" as unknown as number]) {
    assert.throws(() => new Streams(seed), InvalidSeed);
  }
  assert.throws(() => new Streams(0.5), /the seed 0.5 is not a safe integer: give one between/);
  const streams = new Streams(1).split("rack");
  assert.throws(() => streams.replication(-1), /Streams "rack": replication -1 is not a number to count with/);
  assert.throws(() => streams.replication(1.5), InvalidSeed);
  assert.throws(() => streams.entity(Number.NaN), InvalidSeed);
  assert.equal(streams.replication(3).entity("vm").get("failures").name, "rack/replication 3/vm/failures");
});

test.run();
