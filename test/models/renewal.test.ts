import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LawSource } from "../../models/failures/failure-spec.ts";
import { commonLives, ownLives, type Population } from "../../models/failures/renewal.ts";
import { firstOf, lifetime } from "../../models/laws.ts";
import { Streams } from "../../sim/index.ts";
import { assertZScores, zScore } from "./z-scores.ts";

const day = 86_400;

/** A host of LANL05 (catalogue/failures.yaml). */
const lanl: LawSource = {
  kind: "law",
  time: { law: "weibull", shape: 0.48, scale: 816.6 * 3600 },
  repair: { law: "weibull", shape: 0.58, scale: 2.18 * 3600 },
  permanent: 0,
  age: "new",
};

const population = (source: LawSource, components: number, seed: number): Population => {
  const streams = new Streams(seed);
  return { source, components, stream: (name) => streams.get(name) };
};

test("a LANL host law gives 1.23 failures per host in its first 30 days if new and 0.41 if stationary", () => {
  const failures = (age: LawSource["age"]): number[] => {
    const hosts = population({ ...lanl, age }, 6000, 5);
    return ownLives(hosts, 30 * day).map((own) => own.length);
  };
  const [fresh, old] = [failures("new"), failures("stationary")];
  const mean = (counts: readonly number[]): number => counts.reduce((sum, one) => sum + one, 0) / counts.length;
  assert.is(mean(fresh).toFixed(1), "1.2");
  assert.is(mean(old).toFixed(1), "0.4");
  assert.ok(Math.abs(zScore(fresh, 1.23)) < 3, `${mean(fresh)}`);
  // In the long run one failure a life; exact but for the repairs, which take a fifth of a percent of the time.
  assert.ok(Math.abs(zScore(old, (30 * day) / lifetime(lanl.time).mean)) < 3, `${mean(old)}`);
});

test("if every failure renews all, the cluster fails as the first of new components again and again", () => {
  const time = { law: "weibull", shape: 0.5, scale: 1000 } as const;
  const instant: LawSource = { ...lanl, time, repair: { law: "deterministic", value: 1e-9 } };
  const gaps: number[] = [];
  for (let seed = 0; seed < 40; seed++) {
    const starts = commonLives([population(instant, 8, seed)], 3e4)[0]!
      .flat()
      .map(({ start }) => start)
      .sort((a, b) => a - b);
    // The first gaps only, so that the horizon chooses none.
    for (let i = 0; i < 30; i++) gaps.push(starts[i]! - (starts[i - 1] ?? 0));
  }
  const first = lifetime(firstOf(time, 8));
  assertZScores({
    mean: zScore(gaps, first.mean),
    square: zScore(
      gaps.map((gap) => gap ** 2),
      first.variance + first.mean ** 2,
    ),
  });
});

test("if every failure renews all, bursty components fail more often than if each renews alone", () => {
  const count = (lives: readonly (readonly unknown[])[]): number => lives.flat().length;
  const each = ownLives(population(lanl, 12, 3), 365 * day);
  const [all] = commonLives([population(lanl, 12, 3)], 365 * day);
  assert.ok(count(all!) > 2 * count(each), `${count(all!)} and ${count(each)}`);
});

test("without memory it makes no difference what a failure renews", () => {
  const source: LawSource = {
    ...lanl,
    time: { law: "exponential", mean: 100 },
    repair: { law: "deterministic", value: 5 },
  };
  const differences = Array.from({ length: 300 }, (_, seed) => {
    const each = ownLives(population(source, 6, seed), 3000);
    const [all] = commonLives([population(source, 6, 1000 + seed)], 3000);
    return all!.flat().length - each.flat().length;
  });
  assert.ok(Math.abs(zScore(differences)) < 3);
});

test("a failure renews all that run, of every kind, and what is under repair begins its own life after that", () => {
  const source: LawSource = {
    ...lanl,
    time: { law: "deterministic", value: 10 },
    repair: { law: "deterministic", value: 3 },
  };
  // All would fail at 10. The first host does, and the others begin anew; so it goes on at 20 and at 30, and the disk,
  // whose turn never comes, is renewed each time.
  const [hosts, disks] = commonLives([population(source, 2, 1), population(source, 1, 1)], 45);
  assert.equal(
    [hosts![0]!, hosts![1]!, disks![0]!].map((own) => own.map(({ start }) => start)),
    [[10, 30], [20, 40], []],
  );
});

test.run();
