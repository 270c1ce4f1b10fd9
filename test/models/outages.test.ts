import { test } from "uvu";
import * as assert from "uvu/assert";
import { outagesOf } from "../../models/failures/outages.ts";
import { lifetime } from "../../models/laws.ts";
import type { FailureSource } from "../../models/scenario.ts";
import { Streams } from "../../sim/index.ts";
import { assertZScores, zScore } from "./z-scores.ts";

const draw = (source: FailureSource, components: number, horizon: number, seed = 1) => {
  const streams = new Streams(seed);
  return outagesOf(source, components, horizon, (name) => streams.get(name));
};
const law = {
  kind: "law",
  time: { law: "weibull", shape: 0.7, scale: 100 },
  repair: { law: "exponential", mean: 5 },
  permanent: 0.25,
  age: "new",
} as const satisfies FailureSource;

test("outages of a law begin before the horizon, one after the other, and each component has its own", () => {
  const outages = draw(law, 20, 5000);
  for (const [component, own] of outages.entries()) {
    assert.ok(own.every((one) => one.component === component && one.start < 5000 && one.end >= one.start));
    assert.ok(
      own.every((one, i) => i === 0 || one.start >= own[i - 1]!.end),
      "a component that is down does not fail",
    );
  }
  assert.not.equal(
    outages[0]!.map(({ start }) => start),
    outages[1]!.map(({ start }) => start),
  );
});

test("a longer horizon and more components add outages and change none: policies meet the same failures", () => {
  const short = draw(law, 4, 1000);
  const long = draw(law, 9, 3000);
  short.forEach((own, component) => {
    assert.equal(own, long[component]!.slice(0, own.length));
  });
});

test("lives, repairs and fates have the means of their laws", () => {
  const lives: number[] = [];
  const repairs: number[] = [];
  const fates: number[] = [];
  for (const own of draw(law, 3000, 1e4, 3)) {
    // The first of many: no choice by the horizon.
    const first = own[0]!;
    lives.push(first.start);
    repairs.push(first.end - first.start);
    fates.push(first.permanent ? 1 : 0);
  }
  assertZScores({
    lives: zScore(lives, lifetime(law.time).mean),
    repairs: zScore(repairs, 5),
    fates: zScore(fates, 0.25),
  });
});

test("components in stationary use fail within the first second with the equilibrium law", () => {
  const failed = draw({ ...law, age: "stationary" }, 20_000, 1, 4).map((own) => (own.length > 0 ? 1 : 0));
  const life = lifetime(law.time);
  assert.ok(Math.abs(zScore(failed, 1 - life.excess(1) / life.mean)) < 4);
  // New ones of this law fail far more often at first.
  const fresh = draw(law, 20_000, 1, 4).map((own) => (own.length > 0 ? 1 : 0));
  assert.ok(Math.abs(zScore(fresh, 1 - life.survival(1))) < 4);
  assert.ok(zScore(fresh, 1 - life.excess(1) / life.mean) > 4);
});

test("a list is taken as it is, sorted by start; none is none", () => {
  const list = {
    kind: "times",
    outages: [
      { component: 1, start: 9, end: 10, permanent: false },
      { component: 0, start: 3, end: 4, permanent: true },
      { component: 1, start: 2, end: 30, permanent: false },
    ],
  } as const;
  assert.equal(
    draw(list, 2, 100).map((own) => own.map(({ start }) => start)),
    [[3], [2, 9]],
  );
  assert.equal(draw({ kind: "none" }, 3, 100), [[], [], []]);
});

test.run();
