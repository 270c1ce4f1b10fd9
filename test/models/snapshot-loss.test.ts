import { test } from "uvu";
import * as assert from "uvu/assert";
import { dataLoss } from "../../models/analytic/data-loss.ts";
import { copysetLoss } from "../../models/analytic/simultaneous-loss.ts";
import { directLoss, importanceLoss } from "../../models/rare-events/loss-estimate.ts";
import type { LossSystem } from "../../models/rare-events/loss-system.ts";
import { lossRateOfSets, snapshotLoss } from "../../models/rare-events/snapshot-loss.ts";
import type { ClusterScenario, FailureSource } from "../../models/scenario.ts";
import { Streams } from "../../sim/index.ts";
import { loneVm } from "./lone-vm.ts";

const day = 86_400;
const forGood = (mean: number, permanent = 1): FailureSource => ({
  kind: "law",
  time: { law: "exponential", mean },
  repair: { law: "exponential", mean: 3600 },
  permanent,
  age: "new",
});
const endless = { relativeError: 0, goOn: () => true };
const calm = (z: number, what: string): void => assert.ok(Math.abs(z) < 4, `${what}: z = ${z}`);

const scenario: ClusterScenario = {
  ...loneVm,
  dataCentre: { ...loneVm.dataCentre, racks: 2, hostsPerRack: 5 },
  storage: { ...loneVm.storage, repairDelay: 900 },
  failures: { ...loneVm.failures, host: forGood(100 * day, 0.5) },
};

test("the sets of a scenario are where its copies lie, guarded by the VM's own host", () => {
  const { system, types } = snapshotLoss(scenario, new Streams(1));
  assert.is(system.hosts, 10);
  assert.equal(system.life, { law: "exponential", mean: 200 * day });
  assert.ok(system.repair.law === "exponential" && system.repair.mean > 900 && system.repair.mean < 1000);
  for (const { type, fatal, sets } of types) {
    assert.is.not(type, "disk");
    if (type === "disk") continue;
    const copies = type === "cacheClean" ? 1 : 3;
    assert.is(fatal, scenario.storage.types[type].onLoss === "fail");
    for (const { members, tolerates, guard } of sets) {
      assert.is(members.length, copies);
      assert.is(tolerates, copies - 1);
      assert.ok(guard !== undefined && !members.includes(guard));
    }
  }
});

test("copies beside the VM's own host are lost as a set with one host more", () => {
  const guarded: LossSystem = {
    hosts: 3,
    life: { law: "exponential", mean: 100 },
    repair: { law: "exponential", mean: 5 },
    repairs: "parallel",
    shocks: [],
    sets: [{ members: [1, 2], tolerates: 1, guard: 0 }],
  };
  const exact = dataLoss({ blocks: 3, tolerates: 2, mttf: 100, repair: 5, repairs: "parallel" });
  assert.ok(Math.abs(lossRateOfSets(guarded)! * exact.mean - 1) < 1e-12);
  const found = importanceLoss(guarded, 1, new Streams(2).get("cycles"), { ...endless, most: 20_000 });
  calm((found.meanTime! / exact.mean - 1) / found.meanTimeError!, "guarded");
});

test("a code beside the VM's own host is lost when that is gone and too few fragments are left", () => {
  // Two of three fragments are needed: lost are the own host, and two of the others, in any order.
  const system: LossSystem = {
    hosts: 4,
    life: { law: "exponential", mean: 100 },
    repair: { law: "exponential", mean: 10 },
    repairs: "parallel",
    shocks: [],
    sets: [{ members: [1, 2, 3], tolerates: 1, guard: 0 }],
  };
  const direct = directLoss(system, 1000, new Streams(3).get("direct"), { ...endless, most: 4000 });
  const biased = importanceLoss(system, 1000, new Streams(3).get("biased"), { ...endless, most: 20_000 });
  calm((biased.probability / direct.probability - 1) / Math.hypot(biased.relativeError, direct.relativeError), "code");
  const alone = directLoss(
    { ...system, sets: [{ members: [1, 2, 3], tolerates: 1 }] },
    1000,
    new Streams(3).get("alone"),
    { ...endless, most: 2000 },
  );
  assert.ok(alone.probability > 2 * direct.probability, "the own host guards it");
});

test("the disk of a VM is lost with too many of its copies, and the restore with it", () => {
  const { vm } = scenario.cluster;
  const disk = { bytes: 2 ** 30, writeRate: 1e6, on: "local" } as const;
  const { storage } = scenario;
  const one: ClusterScenario = {
    ...scenario,
    cluster: { ...scenario.cluster, vm: { ...vm, disk } },
    storage: { ...storage, disk: { ...storage.disk, copies: 1 } },
  };
  const found = snapshotLoss(one, new Streams(1)).types.find(({ type }) => type === "disk")!;
  assert.ok(found.fatal, "memory without its disk is of no use");
  assert.is(found.chunks, Math.ceil(disk.bytes / storage.chunk));
  for (const { members, tolerates, guard } of found.sets) {
    assert.equal([members.length, tolerates, guard], [1, 0, 0]);
    assert.ok(!members.includes(0));
  }
  const onStore = { ...one, cluster: { ...one.cluster, vm: { ...vm, disk: { ...disk, on: "store" } as const } } };
  assert.not.ok(snapshotLoss(onStore, new Streams(1)).types.some(({ type }) => type === "disk"));
});

test("hosts that have been in use for long are lost as often as in the long run, new ones by their law", () => {
  // One host that holds the only copy: a Weibull law of shape 1/2 has mean 2 scale, and loses new hosts early.
  const system: LossSystem = {
    hosts: 1,
    life: { law: "weibull", shape: 0.5, scale: 50 },
    repair: { law: "exponential", mean: 1 },
    repairs: "parallel",
    shocks: [],
    sets: [{ members: [0], tolerates: 0 }],
  };
  const most = 20_000;
  const lostBy = (age: "new" | "stationary"): number =>
    directLoss({ ...system, age }, 10, new Streams(6).get(age), { ...endless, most }).probability;
  // P(X ≤ t), and ∫ P(X > x) dx / mean over [0, t] with P(X > x) = exp(-√(x / 50)).
  const root = Math.sqrt(10 / 50);
  for (const [age, exact] of [
    ["new", -Math.expm1(-root)],
    ["stationary", 1 - (1 + root) * Math.exp(-root)],
  ] as const)
    calm((lostBy(age) - exact) / Math.sqrt((exact * (1 - exact)) / most), age);
  const old = (age: "new" | "stationary"): ClusterScenario => ({
    ...scenario,
    failures: {
      ...scenario.failures,
      host: { ...forGood(day), time: system.life, age } as FailureSource,
    },
  });
  assert.is(snapshotLoss(old("stationary"), new Streams(1)).system.age, "stationary");
  assert.is(snapshotLoss(old("new"), new Streams(1)).system.age, "new");
});

test("what losses are estimated without is among the assumptions", () => {
  const { assumptions } = snapshotLoss(
    {
      ...scenario,
      domains: 3,
      failures: {
        ...scenario.failures,
        rack: { ...forGood(100 * day), time: { law: "weibull", shape: 0.5, scale: day } } as FailureSource,
        latentErrors: { kind: "law", time: { law: "exponential", mean: day } },
      },
    },
    new Streams(1),
  );
  const said = assumptions.join("\n");
  assert.match(said, /racks and shocks are taken as exponential/);
  assert.match(said, /latent errors are left out/);
  assert.match(said, /one of the 3 domains/);
});

test("copysets lose data less often than random placement does, and about as the closed form says", () => {
  const shocked = (placement: ClusterScenario["storage"]["placement"]): number => {
    const one: ClusterScenario = {
      ...scenario,
      dataCentre: { ...scenario.dataCentre, racks: 10, hostsPerRack: 3 },
      storage: { ...scenario.storage, placement, chunk: 2 ** 20 },
      failures: {
        ...scenario.failures,
        host: { kind: "none" },
        shocks: [
          {
            name: "storm",
            strikes: { kind: "law", time: { law: "exponential", mean: day }, age: "new" },
            takes: { kind: "random", count: 6 },
            probability: 1,
            within: 0,
            repair: { law: "deterministic", value: 1 },
            permanent: 1,
          },
        ],
      },
    };
    const { system, types } = snapshotLoss(one, new Streams(4));
    const sets = types.filter(({ fatal }) => fatal).flatMap(({ sets }) => sets.map(({ guard: _, ...set }) => set));
    const calmRepair = { law: "exponential", mean: 1 } as const;
    return directLoss({ ...system, repair: calmRepair, sets }, day, new Streams(5).get("losses"), {
      ...endless,
      most: 3000,
    }).probability;
  };
  const copysets = shocked({ kind: "copyset", scatterWidth: 2 });
  // Ten sets of one permutation, less the one with the capturing host; a Poisson number of storms in a day.
  const { expected } = copysetLoss({ hosts: 30, lost: 6 }, 3, 9);
  const form = -Math.expm1(-expected);
  calm((copysets - form) / Math.sqrt((form * (1 - form)) / 3000), "copysets");
  assert.ok(shocked({ kind: "random" }) > 5 * copysets);
});

test("what has no law has no loss model", () => {
  const listed: ClusterScenario = {
    ...scenario,
    failures: { ...scenario.failures, host: { kind: "times", outages: [] } },
  };
  assert.throws(
    () => snapshotLoss(listed, new Streams(1)),
    /failures\.host: losses are estimated from laws, not from times/,
  );
});

test.run();
