import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ClassStorage, ClusterScenario, StoragePlan } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { assertBothFidelities } from "./both-fidelities.ts";
import { finishedDomain } from "./finished-domain.ts";
import { loneVm } from "./lone-vm.ts";
import { hostOutages } from "./small-cluster.ts";

/** One VM, all of whose pages are stored alike. */
const stored = (all: ClassStorage, placement: StoragePlan["placement"]): ClusterScenario => ({
  ...loneVm,
  horizon: 60,
  dataCentre: { ...loneVm.dataCentre, racks: 4, hostsPerRack: 2 },
  snapshot: { ...loneVm.snapshot, record: "full" },
  storage: {
    ...loneVm.storage,
    keep: 1,
    placement,
    dropZero: false,
    types: { free: all, cacheClean: all, cacheDirty: all, anonymous: all, kernel: all },
  },
});
const spaceOf = (scenario: ClusterScenario): { readonly stored: number; readonly staged: number } => {
  const domain = finishedDomain(scenario);
  const [chain] = domain.clusters.map((cluster) => domain.store.chain(cluster));
  return {
    stored: chain!.memoryBytes / (chain!.versions.length * domain.memory.bytes),
    staged: chain!.stagedBytes,
  };
};
const near = (found: number, expected: number, what: string): void =>
  assert.ok(Math.abs(found - expected) < 1e-9 * Math.max(1, expected), `${what}: ${found}, not ${expected}`);

test("SCR's schemes: 2 B with a partner, B N / (N − 1) with XOR, B N / (N − k) with Reed–Solomon, own copy included", () => {
  const partner = spaceOf(stored({ copies: 2, onLoss: "fail" }, { kind: "partner" }));
  near(partner.stored, 2, "partner");
  assert.is(partner.staged, 0, "the capturing host's pages are the own copy, not beside it");
  for (const [size, parity] of [
    [8, 1],
    [8, 2],
    [4, 1],
  ] as const) {
    const group = spaceOf(stored({ group: { size, parity }, onLoss: "fail" }, { kind: "partner" }));
    near(group.stored, size / (size - parity), `group of ${size} with ${parity}`);
  }
});

test("copies count the capturing host's own only under local-first and partner", () => {
  const scenario = stored({ copies: 3, onLoss: "fail" }, { kind: "rack-aware" });
  near(spaceOf(scenario).stored, 3, "rack-aware");
  assert.ok(spaceOf(scenario).staged > 0, "beside the copies");
  const local = stored({ copies: 3, onLoss: "fail" }, { kind: "local-first" });
  near(spaceOf(local).stored, 3, "local-first");
  assert.is(spaceOf(local).staged, 0);
  const moved = (one: ClusterScenario): number =>
    simulateCluster(one, { seed: 1, replication: 0 }).metrics["linkBytes"]!;
  assert.ok(moved(local) < moved(scenario) * 0.9, "one copy less is sent");
});

const lost = (scenario: ClusterScenario, ...hosts: readonly number[]) =>
  simulateCluster(
    hostOutages(
      { ...scenario, horizon: 400 },
      hosts.map((host) => [host, 100, Number.POSITIVE_INFINITY, true] as const),
    ),
    { seed: 1, replication: 0 },
  ).metrics;

test("a single local copy is lost with its host; with a partner it is not", () => {
  assert.is(lost(stored({ copies: 1, onLoss: "fail" }, { kind: "local-first" }), 0)["pFailed"], 1);
  assert.is(lost(stored({ copies: 2, onLoss: "fail" }, { kind: "partner" }), 0)["pIntact"], 1);
});

test("a group gives back what was on a lost host from as many others as it needs, and not from fewer", () => {
  // Six hosts of eight keep parity of host 0; five of six are needed beside the lost one.
  const scenario = stored({ group: { size: 6, parity: 1 }, onLoss: "fail" }, { kind: "partner" });
  const alone = lost(scenario, 0);
  assert.is(alone["pIntact"], 1);
  const ring = [2, 4, 6, 1, 3];
  assert.is(lost(scenario, 0, ring[0]!)["pFailed"], 1, "a second loss in the group is one too many");
  assert.is(lost(scenario, 0, 7)["pIntact"], 1, "host 7 is not in it");
  const two = stored({ group: { size: 6, parity: 2 }, onLoss: "fail" }, { kind: "partner" });
  assert.is(lost(two, 0, ring[0]!)["pIntact"], 1, "two parities bear it");
});

test("jumps agree with the full simulation when own copies count, and copies move with their VM", () => {
  const cases: readonly [ClassStorage, StoragePlan["placement"]][] = [
    [{ copies: 2, onLoss: "fail" }, { kind: "local-first" }],
    [{ copies: 2, onLoss: "fail" }, { kind: "partner" }],
    [{ group: { size: 4, parity: 1 }, onLoss: "fail" }, { kind: "partner" }],
    [
      { copies: 3, onLoss: "fail" },
      { kind: "copyset", scatterWidth: 2 },
    ],
    [
      { copies: 2, onLoss: "fail" },
      { kind: "tiered", racks: 2 },
    ],
  ];
  for (const [storage, placement] of cases) {
    for (const record of ["full", "lazy-incremental"] as const) {
      const scenario = stored(storage, placement);
      const failing = hostOutages({ ...scenario, horizon: 20_000, snapshot: { ...scenario.snapshot, record } }, [
        [0, 4_321, 5_000],
        [2, 9_000, Number.POSITIVE_INFINITY, true],
        [3, 12_345.6, 12_400],
        [4, 13_000, 15_000],
      ]);
      assertBothFidelities(failing, `${placement.kind}, ${record}`);
    }
  }
});

test.run();
