// limit: 300s
import { test } from "uvu";
import * as assert from "uvu/assert";
import { dataLoss, lossWithin } from "../../models/analytic/data-loss.ts";
import { biasedChain, climb, tiltedExponential } from "../../models/analytic/rare-events.ts";
import { groupLoss } from "../../models/analytic/simultaneous-loss.ts";
import { losesData } from "../../models/rare-events/direct-loss.ts";
import { lossCycle, lossRates } from "../../models/rare-events/loss-cycle.ts";
import {
  chooseEstimator,
  directLoss,
  importanceLoss,
  splittingLoss,
  usualBias,
} from "../../models/rare-events/loss-estimate.ts";
import { type LossSystem, LostHosts } from "../../models/rare-events/loss-system.ts";
import { splittingRun } from "../../models/rare-events/splitting.ts";
import { Tally } from "../../models/rare-events/tally.ts";
import { Streams } from "../../sim/index.ts";
import { referenceCases } from "./reference-values.ts";

const near = (found: number, expected: number, relative: number, what: string): void =>
  assert.ok(Math.abs(found - expected) <= relative * Math.abs(expected), `${what}: ${found}, not ${expected}`);
const calm = (z: number, what: string): void => assert.ok(Math.abs(z) < 4, `${what}: z = ${z}`);
const endless = { relativeError: 0, goOn: () => true };

interface SetInputs {
  readonly n: number;
  readonly tolerates: number;
  readonly MTTF: number;
  readonly mean_repair: number;
  readonly repair: "parallel" | "serial";
}

/** One set of hosts of its own. */
const setOf = ({ n, tolerates, MTTF, mean_repair, repair }: SetInputs): LossSystem => ({
  hosts: n,
  life: { law: "exponential", mean: MTTF },
  repair: { law: "exponential", mean: mean_repair },
  repairs: repair,
  shocks: [],
  sets: [{ members: Array.from({ length: n }, (_, i) => i), tolerates }],
});

test("sampling from the best exponential law has the reference's moments, and is unbiased", () => {
  interface Value {
    readonly p: number;
    readonly theta_opt: number;
    readonly second_moment: number;
    readonly rel_variance_per_sample: number;
  }
  for (const { name, inputs, value } of referenceCases<{ t: number }, Value>("is-exp")) {
    const { probability, theta, secondMoment, relativeVariance } = tiltedExponential(inputs.t);
    near(probability, value.p, 1e-9, name);
    near(theta, value.theta_opt, 1e-7, name);
    near(secondMoment, value.second_moment, 1e-7, name);
    near(relativeVariance, value.rel_variance_per_sample, 1e-6, name);
    const stream = new Streams(1).get(name);
    const tally = new Tally();
    for (let i = 0; i < 20_000; i++) {
      const x = stream.exponential(1 / theta);
      tally.add(x > inputs.t ? Math.exp(-(1 - theta) * x) / theta : 0);
    }
    calm((tally.mean - probability) / Math.sqrt(tally.error), name);
  }
});

/** Probability of a loss at each number of lost blocks. */
const lossesOf = ({ n, tolerates, MTTF, mean_repair, repair }: SetInputs): number[] =>
  Array.from({ length: tolerates }, (_, i) => {
    const up = (n - 1 - i) / MTTF;
    const back = (repair === "parallel" ? i + 1 : 1) / mean_repair;
    return up / (up + back);
  });

test("failure biasing has the reference's probability and second moment, solved and simulated", () => {
  interface Value {
    readonly gamma: number;
    readonly second_moment_BFB: number;
    readonly rel_variance_BFB: number;
  }
  for (const { name, inputs, value } of referenceCases<SetInputs & { bias: number }, Value>("is-bfb")) {
    const exact = biasedChain(lossesOf(inputs), inputs.bias);
    near(exact.probability, value.gamma, 1e-7, `${name}: gamma`);
    near(exact.secondMoment, value.second_moment_BFB, 1e-6, `${name}: second moment`);
    near(exact.relativeVariance, value.rel_variance_BFB, 1e-5, `${name}: variance`);
    const system = setOf(inputs);
    const rates = lossRates(system);
    const lost = new LostHosts(system);
    const stream = new Streams(2).get(name);
    const [gamma, squares, weight] = [new Tally(), new Tally(), new Tally()];
    for (let i = 0; i < 20_000; i++) {
      const cycle = lossCycle(lost, rates, stream, { loss: inputs.bias, critical: 0 });
      const x = cycle.data ? cycle.likelihood : 0;
      gamma.add(x);
      squares.add(x * x);
      weight.add(cycle.likelihood);
    }
    calm((gamma.mean - exact.probability) / Math.sqrt(gamma.error), `${name}: gamma`);
    calm((squares.mean - exact.secondMoment) / Math.sqrt(squares.error), `${name}: second moment`);
    // The mean weight of all paths is 1; its law has a heavy tail where repairs are all but certain.
    calm((weight.mean - 1) / Math.sqrt(weight.error), `${name}: mean likelihood ratio`);
  }
});

test("fixed-effort splitting of a walk has the reference's probabilities level by level", () => {
  interface Inputs {
    readonly p_up: number;
    readonly target_level: number;
    readonly levels: readonly number[];
  }
  interface Value {
    readonly gamma: number;
    readonly conditional_probs: readonly number[];
    readonly rel_variance_fixed_effort_N: number;
  }
  for (const { name, inputs, value } of referenceCases<Inputs, Value>("splitting")) {
    const { p_up: up, levels } = inputs;
    near(climb(up, 1, inputs.target_level), value.gamma, 1e-7, name);
    const stream = new Streams(3).get(name);
    const walk = (from: number, to: number): number | undefined => {
      let at = from;
      while (at > 0 && at < to) at += stream.next() < up ? 1 : -1;
      return at === 0 ? undefined : at;
    };
    const process = {
      last: levels.length,
      start: () => walk(1, levels[0]!),
      climb: (from: number, level: number) => walk(from, levels[level - 1]!),
    };
    const gamma = new Tally();
    const parts = levels.map(() => new Tally());
    const effort = 200;
    for (let run = 0; run < 100; run++) {
      const found = splittingRun(process, effort, (n) => stream.integer(0, n - 1));
      gamma.add(found.probability);
      for (const [i, part] of found.parts.entries()) parts[i]!.add(part);
    }
    calm((gamma.mean - value.gamma) / Math.sqrt(gamma.error), name);
    for (const [i, part] of parts.entries()) {
      const expected = value.conditional_probs[i]!;
      const error = Math.sqrt((expected * (1 - expected)) / (effort * part.count));
      if (error > 0) calm((part.mean - expected) / error, `${name}: level ${i + 1}`);
      else assert.is(part.mean, expected);
    }
    const asked = value.rel_variance_fixed_effort_N / effort;
    const seen = (gamma.error * gamma.count) / gamma.mean ** 2;
    assert.ok(seen > asked / 3 && seen < 3 * asked + 1, `${name}: relative variance ${seen}, first order ${asked}`);
  }
});

test("both estimators meet the exact mean times to data loss, down to 1e-17 a year", () => {
  for (const { name, inputs } of referenceCases<SetInputs, unknown>("mttdl")) {
    const { n, tolerates, MTTF, mean_repair, repair } = inputs;
    const set = { blocks: n, tolerates, mttf: MTTF, repair: mean_repair, repairs: repair };
    const exact = dataLoss(set);
    const system = setOf(inputs);
    // Simulated cycles begin with nothing lost and end there: their mean time to loss is the exact one.
    const importance = importanceLoss(system, 8760, new Streams(4).get(name), { ...endless, most: 20_000 });
    calm((importance.meanTime! / exact.mean - 1) / importance.meanTimeError!, `${name}: importance`);
    assert.ok(importance.meanTimeError! < 0.1, `${name}: ${importance.meanTimeError}`);
    if (n > 9) continue;
    const splitting = splittingLoss(system, 8760, new Streams(5).get(name), { ...endless, most: 25 });
    if (splitting.probability > 0)
      calm((splitting.meanTime! / exact.mean - 1) / splitting.meanTimeError!, `${name}: splitting`);
  }
});

test("where losses are frequent enough to be seen, all three agree with each other and with the chain", () => {
  const inputs: SetInputs = { n: 6, tolerates: 2, MTTF: 1000, mean_repair: 20, repair: "parallel" };
  const system = setOf(inputs);
  const exact = lossWithin({ blocks: 6, tolerates: 2, mttf: 1000, repair: 20, repairs: "parallel" }, 3000);
  const direct = directLoss(system, 3000, new Streams(6).get("direct"), { ...endless, most: 4000 });
  calm((direct.probability / exact - 1) / direct.relativeError, "direct");
  for (const estimate of [importanceLoss, splittingLoss]) {
    const found = estimate(system, 3000, new Streams(7).get("cycles"), {
      ...endless,
      most: estimate === importanceLoss ? 40_000 : 60,
    });
    // Time to loss is all but exponential here: the chain says by how much it is not.
    calm((found.probability / exact - 1) / Math.hypot(found.relativeError, 0.01), found.estimator);
  }
});

test("sets that share hosts, and shocks, are estimated without bias", () => {
  const groups = [
    [0, 1, 2, 3],
    [4, 5, 6, 7],
  ];
  const system: LossSystem = {
    hosts: 8,
    life: { law: "exponential", mean: 500 },
    repair: { law: "exponential", mean: 10 },
    repairs: "parallel",
    shocks: [{ rate: 1 / 2000, takes: { groups }, probability: 0.4 }],
    sets: [
      { members: [0, 1, 4], tolerates: 2 },
      { members: [1, 2, 3], tolerates: 2 },
      { members: [2, 5, 7], tolerates: 1 },
    ],
  };
  const direct = directLoss(system, 1000, new Streams(8).get("direct"), { ...endless, most: 3000 });
  const importance = importanceLoss(system, 1000, new Streams(8).get("biased"), { ...endless, most: 40_000 });
  const splitting = splittingLoss(system, 1000, new Streams(8).get("split"), { ...endless, most: 60 });
  for (const found of [importance, splitting]) {
    const z = (found.probability / direct.probability - 1) / Math.hypot(found.relativeError, direct.relativeError);
    calm(z, `${found.estimator} against direct simulation`);
  }
  calm((importance.meanLikelihood!.mean - 1) / importance.meanLikelihood!.error, "mean likelihood ratio");
});

test("a shock that takes some hosts at once loses data as often as the closed form of groups says", () => {
  const sets = Array.from({ length: 6 }, (_, i) => ({ members: [3 * i, 3 * i + 1, 3 * i + 2], tolerates: 2 }));
  const system: LossSystem = {
    hosts: 18,
    life: { law: "exponential", mean: 1e12 },
    repair: { law: "exponential", mean: 1e-6 },
    repairs: "parallel",
    shocks: [{ rate: 1, takes: { count: 6 }, probability: 1 }],
    sets,
  };
  // Within a mission of ln 2 half of the missions see no shock.
  const each = groupLoss({ hosts: 18, lost: 6 }, 3, 2);
  const expected = -Math.expm1(-Math.LN2 * each);
  const stream = new Streams(9).get("shocks");
  const tally = new Tally();
  for (let i = 0; i < 6000; i++) tally.add(losesData(system, Math.LN2, stream) ? 1 : 0);
  calm((tally.mean - expected) / Math.sqrt(tally.error), "shocks");
});

test("the pilot picks direct simulation where losses are seen, and another where they are not", () => {
  let now = 0;
  const clock = (): number => (now += 0.001);
  const often = setOf({ n: 4, tolerates: 3, MTTF: 100, mean_repair: 20, repair: "serial" });
  assert.is(chooseEstimator(often, 8760, new Streams(1).get("often"), clock).estimator, "direct");
  const rare = setOf({ n: 3, tolerates: 2, MTTF: 518_343, mean_repair: 24, repair: "parallel" });
  const choice = chooseEstimator(rare, 8760, new Streams(1).get("rare"), clock);
  assert.is.not(choice.estimator, "direct");
  assert.match(choice.why, /0 of 400 missions/);
  const worn: LossSystem = { ...rare, life: { law: "weibull", shape: 1.12, scale: 87_600 } };
  assert.match(chooseEstimator(worn, 8760, new Streams(1).get("worn"), clock).why, /weibull lives/);
  assert.throws(
    () => importanceLoss(worn, 8760, new Streams(1).get("worn"), { ...endless, most: 1 }, usualBias),
    /exponential laws only/,
  );
});

test.run();
