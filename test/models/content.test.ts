// limit: 300s
import { test } from "uvu";
import * as assert from "uvu/assert";
import { savingSteps, storedMix } from "../../models/analytic/storage-saving.ts";
import { type Deduplication, deduplications } from "../../models/guest/content.ts";
import { memoryTable, pageSize } from "../../models/guest/memory.ts";
import type { ClusterScenario, PageContent } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { assertBothFidelities } from "./both-fidelities.ts";
import { finishedDomain } from "./finished-domain.ts";
import { loneVm } from "./lone-vm.ts";
import { hostOutages, smallCluster } from "./small-cluster.ts";

const content: PageContent = { zero: 0.1, selfDuplicate: 0.15, interVm: { all: 0.25, pair: 0 }, unique: 0.5 };

/** Three VMs whose pages are alike in part, and compress to a half. */
const alike = (
  deduplication: Deduplication,
  compression: "none" | "classes" = "none",
  change: Partial<ClusterScenario> = {},
): ClusterScenario => {
  const { cluster, storage, dataCentre, snapshot } = smallCluster;
  const classes = cluster.workload.classes.map((one) => ({ ...one, content, compressRatio: 2 }));
  return {
    ...smallCluster,
    horizon: 2000,
    dataCentre: { ...dataCentre, racks: 3, hostsPerRack: 4 },
    cluster: { ...cluster, count: 1, vms: 3, quorum: 3, workload: { ...cluster.workload, classes } },
    snapshot: { ...snapshot, interval: 200, record: "full" },
    storage: { ...storage, keep: 1, deduplication, compression },
    ...change,
  };
};

test("every page is captured, dropped, zero, a duplicate, in common or stored: pages and writes are conserved", () => {
  for (const deduplication of deduplications) {
    const { cluster, storage } = alike(deduplication);
    const table = memoryTable(cluster, storage);
    const kept =
      table.classes.reduce((sum, one) => sum + one.pages, 0) + table.shared.reduce((sum, one) => sum + one.pages, 0);
    const expected = cluster.workload.classes
      .filter(({ type }) => type !== "free")
      .reduce((sum, { pages }) => sum + pages * (storage.dropZero ? 0.9 : 1), 0);
    assert.ok(Math.abs(kept - expected) < 1e-6, deduplication);
    for (const { source, pages, writesPerPage } of table.classes) {
      const found = writesPerPage * (pages + source.pages * (storage.dropZero ? source.content.zero : 0));
      assert.ok(
        Math.abs(found - source.writesPerSecond) < 1e-9 * (1 + source.writesPerSecond),
        "all writes fall on them",
      );
    }
    assert.is(table.shared.length > 0, deduplication === "host" || deduplication === "hosts");
  }
});

test("what a run stores is what the savings in their order leave, and they add up", () => {
  for (const deduplication of ["none", "vm", "hosts"] as const) {
    for (const compression of ["none", "classes"] as const) {
      const scenario = alike(deduplication, compression);
      const { classes } = scenario.cluster.workload;
      const mix = storedMix(classes, scenario.storage, 3, deduplication === "hosts" ? 3 : 1);
      const sum = savingSteps.reduce((total, step) => total + mix.steps[step], 0);
      assert.ok(Math.abs(sum - mix.saving) < 1e-12, "the steps add up");
      const domain = finishedDomain(scenario);
      const [chain] = domain.clusters.map((cluster) => domain.store.chain(cluster));
      const stored = chain!.memoryBytes / (chain!.versions.length * 3 * scenario.cluster.vm.memory);
      // One more version may be on its way; what is in common is never stored twice.
      const versions = chain!.versions.length;
      assert.is(versions, 1);
      assert.ok(Math.abs(stored - mix.bytes) < 1e-6, `${deduplication}, ${compression}: ${stored}, not ${mix.bytes}`);
    }
  }
});

test("compressed pages cross the links and are read back smaller, by their ratio", () => {
  const bytes = (compression: "none" | "classes"): number =>
    simulateCluster(alike("none", compression), { seed: 1, replication: 0 }).metrics["linkBytes"]!;
  assert.ok(Math.abs(bytes("classes") / bytes("none") - 0.5) < 1e-6);
});

test("what VMs have in common is sent once, also for full snapshots after the first", () => {
  const once = finishedDomain(alike("hosts", "none", { horizon: 250 })).ledger.sum("sourceBytes");
  const domain = finishedDomain(alike("hosts", "none", { horizon: 650 }));
  const three = domain.ledger.sum("sourceBytes");
  const shared = domain.memory.shared.reduce((sum, { pages, fragments }) => sum + pages * pageSize * fragments, 0);
  assert.ok(
    Math.abs(three - (3 * once - 2 * shared)) < 1e-6 * three,
    `${three} sent, ${once} for one, ${shared} in common`,
  );
});

test("a lost block that VMs have in common hurts all of them; blocks of their own only some", () => {
  const single = { copies: 1, onLoss: "kill-process" } as const;
  const lost = (deduplication: Deduplication, host: number): number => {
    const base = alike(deduplication, "none", { horizon: 500 });
    const types = { ...base.storage.types, anonymous: single, kernel: { copies: 3, onLoss: "fail" } as const };
    // All VMs are rolled back to hosts where nothing of theirs is staged.
    const scenario = hostOutages({ ...base, storage: { ...base.storage, types, chunk: 2 ** 30 } }, [
      [host, 300, Number.POSITIVE_INFINITY, true],
      ...finishedDomain({ ...base, horizon: 1 }).clusters[0]!.vms.map(
        (vm) => [vm.host!.index, 301, Number.POSITIVE_INFINITY, true] as const,
      ),
    ]);
    const { metrics } = simulateCluster(scenario, { seed: 7, replication: 0 });
    return Math.round(3 * metrics["pVmDegraded"]!);
  };
  const base = alike("hosts", "none", { horizon: 250 });
  const types = { ...base.storage.types, anonymous: single };
  const domain = finishedDomain({ ...base, storage: { ...base.storage, types, chunk: 2 ** 30 } });
  const [shared] = [...domain.store.chain(domain.clusters[0]!).sharedParts];
  const anonymous = domain.memory.shared.findIndex(({ source }) => source.type === "anonymous");
  const [holder] = [...shared!.copies.targets].find(([, parts]) => parts[anonymous]! > 0)!;
  assert.is(lost("hosts", holder.index), 3, "all VMs refer to it");
  assert.ok(lost("none", holder.index) < 3, "one host does not hold something of each");
});

test("jumps are exact with what VMs have in common, by host and over all, under every record", () => {
  for (const deduplication of ["vm", "host", "hosts"] as const) {
    for (const record of ["full", "incremental", "lazy-incremental"] as const) {
      const base = alike(deduplication, "classes", { horizon: 20_000 });
      const failing = hostOutages({ ...base, snapshot: { ...base.snapshot, interval: 60, record } }, [
        [0, 4_321, 5_000],
        [2, 9_000, Number.POSITIVE_INFINITY, true],
        [5, 12_345.6, 12_400],
      ]);
      assertBothFidelities(failing, `${deduplication}, ${record}`);
    }
  }
});

/** Full snapshots whose versions share the pages that have not changed. */
const versioned = (change: Partial<ClusterScenario["storage"]> = {}): ClusterScenario => ({
  ...loneVm,
  horizon: 2000,
  snapshot: { ...loneVm.snapshot, interval: 100, record: "full", capture: "stop-and-copy" },
  storage: { ...loneVm.storage, keep: 3, deduplicateVersions: true, ...change },
});

test("full snapshots of which versions are deduplicated capture all pages, and store those written since the last", () => {
  const domain = finishedDomain(versioned());
  const [cluster] = domain.clusters;
  const { versions } = domain.store.chain(cluster!);
  assert.equal(
    versions.map(({ whole }) => whole),
    [true, false, false],
  );
  const work = 100 - domain.ledger.sample("pause").mean;
  const [part] = versions[2]!.parts;
  domain.memory.classes.forEach(({ pages, writesPerPage }, c) => {
    const expected = pages * pageSize * -Math.expm1(-writesPerPage * work);
    assert.ok(Math.abs(part!.bytes[c]! - expected) <= 1e-6 * (1 + expected), `${part!.bytes[c]} and ${expected}`);
  });
  assert.is(part!.captured, domain.memory.bytes);
});

test("what no version refers to any more is let go without moving a byte", () => {
  const run = (deduplicateVersions: boolean, record: "full" | "incremental") => {
    const scenario = versioned({ deduplicateVersions });
    let merges = 0;
    const { ledger } = finishedDomain({ ...scenario, snapshot: { ...scenario.snapshot, record } }, 1, {
      onEvent: (event) => {
        if (event.kind === "transfer" && event.errand === "merge") merges += 1;
      },
    });
    return { captured: ledger.sum("captureBytes"), stored: ledger.sum("storedByteSeconds"), merges };
  };
  const [shared, apart] = [run(true, "full"), run(false, "full")];
  assert.is(shared.captured, apart.captured, "all is captured");
  assert.ok(shared.stored < 0.6 * apart.stored, `${shared.stored} of ${apart.stored}`);
  assert.is(shared.merges, 0);
  assert.is(run(true, "incremental").merges, 0);
  assert.ok(run(false, "incremental").merges > 0, "increments are merged");
});

test("jumps are exact over versions that share pages, with failures and with full snapshots now and then", () => {
  for (const change of [{ record: "full" }, { record: "lazy-incremental", fullEvery: 4 }] as const) {
    const scenario = versioned();
    const failing = hostOutages(
      { ...scenario, horizon: 40_000, snapshot: { ...scenario.snapshot, capture: "post-copy", ...change } },
      [
        [0, 14_321, 15_000],
        [2, 29_000, Number.POSITIVE_INFINITY, true],
      ],
    );
    assertBothFidelities(failing, change.record);
  }
});

test.run();
