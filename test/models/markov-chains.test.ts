import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "uvu";
import { coordinated, coordinatedOptimum } from "../../models/analytic/coordinated.ts";
import { dataLoss, lossWithin, type RedundantSet } from "../../models/analytic/data-loss.ts";
import { kOfN } from "../../models/analytic/k-of-n.ts";
import { exitRate, type MarkovChain, stationary, untilAbsorption } from "../../models/analytic/markov-chain.ts";
import { young } from "../../models/analytic/optimal-interval.ts";
import { renewalFractions } from "../../models/analytic/renewal.ts";
import { probabilitiesAfter } from "../../models/analytic/transient-chain.ts";
import { allClose, closeTo } from "./close-to.ts";
import { referenceCases, referenceFamily } from "./reference-values.ts";

test("k of n hosts with repair crews have the figures of their birth-death chain", () => {
  type Inputs = { readonly [name in "n" | "k" | "MTTF_host" | "MTTR" | "crews"]: number };
  for (const { name, inputs, value } of referenceCases<Inputs, Record<string, number>>("kofn")) {
    const { n, k, MTTF_host: mttf, MTTR: mttr, crews } = inputs;
    const figures = kOfN({ hosts: n, needed: k, mttf, mttr, crews });
    const got = {
      availability: figures.availability,
      MTTF_from_all_up: figures.timeToFailure,
      failure_frequency: figures.failureFrequency,
      mean_up_time: figures.meanUpTime,
      mean_down_time: figures.meanDownTime,
      expected_up_hosts: figures.hostsUp,
    };
    allClose(got, value, name);
    closeTo(figures.availability + figures.unavailability, 1, 1e-14, "up or down");
  }
});

test("the same chain is the machine-repairman model", () => {
  type Inputs = { readonly [name in "N" | "lam" | "mu" | "c"]: number };
  for (const { name, inputs, value } of referenceCases<Inputs, Record<string, number>>("finite-source")) {
    const { N, lam, mu, c } = inputs;
    const { hostsDown, hostFailures, allUp } = kOfN({ hosts: N, needed: N, mttf: 1 / lam, mttr: 1 / mu, crews: c });
    const mean_response = hostsDown / hostFailures;
    allClose({ L_down: hostsDown, throughput: hostFailures, mean_response, P_all_up: allUp }, value, name);
  }
});

const rate = fc.double({ min: -6, max: 6, noNaN: true }).map((exponent) => 10 ** exponent);

test("with a crew for each host, hosts are independent: all of n are up with probability Aⁿ", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), rate, (hosts, ratio) => {
      const crews = Number.POSITIVE_INFINITY;
      const { availability, unavailability } = kOfN({ hosts, needed: hosts, mttf: ratio, mttr: 1, crews });
      const exponent = -hosts * Math.log1p(1 / ratio);
      closeTo(availability, Math.exp(exponent), 1e-11, "availability");
      closeTo(unavailability, -Math.expm1(exponent), 1e-11, "unavailability");
      const any = kOfN({ hosts, needed: 1, mttf: ratio, mttr: 1, crews });
      closeTo(any.unavailability, Math.exp(-hosts * Math.log1p(ratio)), 1e-11, "all of them down");
    }),
    { seed: 3, numRuns: 200 },
  );
});

test("large fleets and extreme rates keep their digits", () => {
  // 5000 hosts that are hardly ever up, and as many that are hardly ever down.
  const [hosts, crews] = [5000, Number.POSITIVE_INFINITY];
  const worn = kOfN({ hosts, needed: hosts, mttf: 1, mttr: 1e6, crews });
  closeTo(worn.hostsUp, hosts / (1 + 1e6), 1e-10, "up on average");
  assert.equal(worn.availability, 0);
  const sound = kOfN({ hosts, needed: 1, mttf: 1e12, mttr: 1, crews: 1 });
  closeTo(sound.hostsDown, hosts / 1e12, 1e-7, "a queue that is almost never longer than one");
  const pair = kOfN({ hosts: 2, needed: 1, mttf: 1e15, mttr: 1, crews: 2 });
  closeTo(pair.unavailability, 1e-30, 1e-12, "both down");
  closeTo(pair.timeToFailure, (3e-15 + 1) / 2e-30, 1e-12, "(3 λ + μ) / (2 λ²)");
});

test("a cluster of VMs with coordinated snapshots has the stationary figures of its four states", () => {
  type Inputs = {
    readonly [name in "N" | "MTTF_vm" | "mean_work_between_snapshots" | "mean_C" | "mean_D" | "mean_R"]: number;
  };
  for (const { id, inputs, value } of referenceFamily<Inputs, Record<string, number>>("ctmc-coord")) {
    const cluster = {
      vms: inputs.N,
      mttf: inputs.MTTF_vm,
      workInterval: inputs.mean_work_between_snapshots,
      pause: inputs.mean_C,
      detect: inputs.mean_D,
      restore: inputs.mean_R,
    };
    const figures = coordinated(cluster);
    const got = {
      pi_work: figures.working,
      pi_snapshot: figures.snapshot,
      pi_detect: figures.detecting,
      pi_restore: figures.restoring,
      availability: figures.availability,
      useful_rate: figures.useful,
      rollbacks_per_day: figures.rollbackRate * 86_400,
      mean_lost_work_per_rollback: figures.lostPerRollback,
    };
    allClose(got, value, id);
    // The general solver finds the same from the generator.
    const failure = inputs.N / inputs.MTTF_vm;
    const chain: MarkovChain = {
      states: 4,
      transitions: [
        { from: 0, to: 1, rate: 1 / cluster.workInterval },
        { from: 1, to: 0, rate: 1 / cluster.pause },
        { from: 0, to: 2, rate: failure },
        { from: 1, to: 2, rate: failure },
        { from: 2, to: 3, rate: 1 / cluster.detect },
        { from: 3, to: 2, rate: failure },
        { from: 3, to: 0, rate: 1 / cluster.restore },
      ],
    };
    const solved = stationary(chain);
    const { working, snapshot, detecting, restoring } = figures;
    for (const [state, share] of [working, snapshot, detecting, restoring].entries()) {
      closeTo(solved[state]!, share, 1e-13, `${id} state ${state}`);
    }
    closeTo(
      exitRate(chain, solved, (state) => state < 2),
      figures.rollbackRate,
      1e-13,
      `${id} rollbacks`,
    );
  }
});

const seconds = fc.double({ min: 0.001, max: 1000, noNaN: true });

test("exponential phases lose a whole interval where fixed ones lose half: the optimum is Young's over √2", () => {
  fc.assert(
    fc.property(seconds, seconds, seconds, fc.integer({ min: 1, max: 100 }), (pause, detect, restore, vms) => {
      const mttf = 1e12 * vms;
      const optimum = coordinatedOptimum({ vms, mttf, pause });
      closeTo(optimum, young({ mtbf: 1e12, pause }) / Math.SQRT2, 1e-8, "optimum of rare failures");
      const short = { vms, mttf: 1000 * vms, pause, detect, restore };
      const best = coordinatedOptimum(short);
      const useful = (workInterval: number): number => coordinated({ ...short, workInterval }).useful;
      assert.ok(useful(best) > useful(best * 1.01) && useful(best) > useful(best / 1.01), "a maximum at every rate");
    }),
    { seed: 4 },
  );
});

test("as failures become rare, coordinated snapshots stop as much as periodic ones, and lose T where those lose T/2", () => {
  const phases = { workInterval: 300, pause: 5, detect: 20, restore: 60 };
  const fixed = renewalFractions({ ...phases, mtbf: 1e9 });
  const memoryless = coordinated({ ...phases, vms: 4, mttf: 4e9 });
  closeTo(memoryless.working, fixed.executing, 1e-7, "work");
  closeTo(memoryless.snapshot, fixed.snapshot, 1e-6, "pauses");
  closeTo(memoryless.restoring, fixed.restoring, 1e-6, "restores");
  closeTo(memoryless.lostPerRollback, 300, 1e-6, "the mean of an interval");
  // Half of it in work, all of it in the pause.
  closeTo(fixed.lostPerRollback, (300 * 150 + 5 * 300) / 305, 1e-6, "of a fixed interval");
  const never = coordinated({ ...phases, vms: 1, mttf: Number.POSITIVE_INFINITY });
  assert.deepEqual([never.useful, never.restoring, never.rollbackRate], [never.working, 0, 0]);
});

test("the mean time to data loss, its leading term and its chance within a year are those of the chain", () => {
  type Inputs = {
    readonly n: number;
    readonly tolerates: number;
    readonly MTTF: number;
    readonly mean_repair: number;
    readonly repair: "parallel" | "serial";
    readonly P_UE_per_critical_rebuild?: number;
  };
  const setOf = ({ n, tolerates, MTTF, mean_repair, repair, ...rest }: Inputs): RedundantSet => ({
    blocks: n,
    tolerates,
    mttf: MTTF,
    repair: mean_repair,
    repairs: repair,
    unreadable: rest.P_UE_per_critical_rebuild ?? 0,
  });
  const year = 365 * 24;
  for (const { name, inputs, value } of referenceCases<Inputs, Record<string, number>>("mttdl")) {
    const set = setOf(inputs);
    const { mean, approximation, perEpisode } = dataLoss(set);
    const got: Record<string, number> = {
      MTTDL_h: mean,
      MTTDL_years: mean / year,
      approx_MTTDL_h: approximation,
      P_loss_before_all_repaired: perEpisode,
    };
    if (value["P_loss_1yr"] !== undefined) got["P_loss_1yr"] = lossWithin(set, year);
    allClose(got, value, name);
  }
  for (const { name, inputs, value } of referenceCases<Inputs, Record<string, number>>("mttdl-lse")) {
    allClose({ MTTDL_h: dataLoss(setOf(inputs)).mean }, value, name);
  }
});

test("ten machines with three spares and one repairer crash after 12340 in the mean", () => {
  const breaking = [0, 1, 2, 3].map((broken) => ({ from: broken, to: broken + 1, rate: 10 / 100 }));
  const mending = [1, 2, 3].map((broken) => ({ from: broken, to: broken - 1, rate: 1 }));
  closeTo(
    untilAbsorption({ states: 5, transitions: [...breaking, ...mending] }, 0).mean,
    12_340,
    1e-14,
    "time to crash",
  );
});

test("a chain of two states comes to rest exponentially, from both", () => {
  const [out, back] = [3, 0.5];
  const chain = {
    states: 2,
    transitions: [
      { from: 0, to: 1, rate: out },
      { from: 1, to: 0, rate: back },
    ],
  };
  for (const t of [0, 1e-9, 0.1, 1, 10, 1e6]) {
    const away = (out / (out + back)) * -Math.expm1(-(out + back) * t);
    closeTo(probabilitiesAfter(chain, 0, t)[1]!, away, 1e-12, `away after ${t} s`);
    closeTo(
      probabilitiesAfter(chain, 1, t)[1]!,
      (out + back * Math.exp(-(out + back) * t)) / (out + back),
      1e-12,
      "still",
    );
  }
});

test("stationary probabilities balance the flows of any irreducible chain", () => {
  const chains = fc.integer({ min: 2, max: 12 }).chain((states) => {
    const state = fc.integer({ min: 0, max: states - 1 });
    const extra = fc.array(fc.record({ from: state, to: state, rate }), { maxLength: 30 });
    return fc.tuple(extra, fc.array(rate, { minLength: states, maxLength: states })).map(([more, ring]) => ({
      states,
      transitions: [...ring.map((r, from) => ({ from, to: (from + 1) % states, rate: r })), ...more],
    }));
  });
  fc.assert(
    fc.property(chains, (chain) => {
      const probabilities = stationary(chain);
      closeTo(
        probabilities.reduce((sum, p) => sum + p, 0),
        1,
        1e-12,
        "sum",
      );
      for (let state = 0; state < chain.states; state++) {
        const leaving = exitRate(chain, probabilities, (other) => other === state);
        const entering = exitRate(chain, probabilities, (other) => other !== state);
        closeTo(entering, leaving, 1e-11, `state ${state}`);
      }
      // The way from state 0 to the last state, which now keeps whoever comes.
      const last = chain.states - 1;
      const trap = { ...chain, transitions: chain.transitions.filter(({ from }) => from !== last) };
      const { mean, times } = untilAbsorption(trap, 0);
      closeTo(
        times.reduce((sum, time) => sum + time, 0),
        mean,
        1e-11,
        "time is spent somewhere",
      );
      assert.equal(times[last], 0);
    }),
    { seed: 5, numRuns: 500 },
  );
});

test("impossible chains and figures are refused by name", () => {
  const trap = {
    states: 3,
    transitions: [
      { from: 0, to: 1, rate: 1 },
      { from: 1, to: 2, rate: 1 },
    ],
  };
  assert.throws(() => stationary(trap), /state 2 does not lead back to state 0/);
  assert.throws(
    () => untilAbsorption({ ...trap, states: 2, transitions: [] }, 5),
    /start must be a whole number from 0 to 1/,
  );
  const ring = {
    states: 2,
    transitions: [
      { from: 0, to: 1, rate: 1 },
      { from: 1, to: 0, rate: 1 },
    ],
  };
  assert.throws(() => untilAbsorption(ring, 0), /no state is absorbing/);
  assert.throws(
    () => stationary({ states: 2, transitions: [{ from: 0, to: 2, rate: 1 }] }),
    /to must be a whole number/,
  );
  assert.throws(() => stationary({ states: 2, transitions: [{ from: 0, to: 1, rate: -1 }] }), /the rate from 0 to 1/);
  const service = { hosts: 5, needed: 3, mttf: 100, mttr: 1, crews: 1 };
  assert.throws(() => kOfN({ ...service, needed: 6 }), /needed must be a whole number from 1 to 5, not 6/);
  assert.throws(() => kOfN({ ...service, hosts: 2.5 }), /hosts must be a whole number/);
  assert.throws(() => kOfN({ ...service, mttr: 0 }), /mttr must be above 0, not 0/);
  assert.throws(() => kOfN({ ...service, crews: 0 }), /crews must be above 0/);
  const cluster = { vms: 4, mttf: 1000, workInterval: 10, pause: 1, detect: 1, restore: 1 };
  assert.throws(() => coordinated({ ...cluster, detect: -1 }), /detect must be 0 or more/);
  assert.throws(() => coordinatedOptimum({ ...cluster, pause: 0 }), /pause must be above 0/);
  const set: RedundantSet = { blocks: 3, tolerates: 3, mttf: 1, repair: 1, repairs: "serial" };
  assert.throws(() => dataLoss(set), /tolerates must be a whole number from 0 to 2/);
  assert.throws(() => dataLoss({ ...set, tolerates: 1, unreadable: 2 }), /unreadable must lie between 0 and 1/);
});

test.run();
