import { test } from "uvu";
import * as assert from "uvu/assert";
import { columnsOf } from "../../models/books/columns.ts";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import { type ClusterScenario, type PageContent, transferWays } from "../../models/scenario.ts";
import type { SimulatedDomain } from "../../models/simulation/simulated-domain.ts";
import { finishedDomain } from "./finished-domain.ts";
import { hostOutages, smallCluster, vmFailures } from "./small-cluster.ts";

const MiB = 2 ** 20;
const fast = 1e6 * MiB;

interface Options {
  readonly transfer?: ClusterScenario["rollback"]["transfer"];
  readonly content?: PageContent;
  readonly dropZero?: boolean;
  readonly rollback?: Partial<ClusterScenario["rollback"]>;
  readonly cluster?: Partial<ClusterScenario["cluster"]>;
  readonly storage?: Partial<ClusterScenario["storage"]>;
}

const similar: PageContent = { zero: 0.1, selfDuplicate: 0.1, interVm: { all: 0.3, pair: 0.1 }, unique: 0.4 };

/** Four VMs in rack 0 of three, which is lost at 1000 s; disks and uplinks are no bottleneck. */
const rackLoss = ({
  transfer = "multicast",
  content = similar,
  dropZero = true,
  ...more
}: Options = {}): ClusterScenario => {
  const { dataCentre, cluster, storage, rollback } = smallCluster;
  const scenario: ClusterScenario = {
    ...smallCluster,
    horizon: 1500,
    dataCentre: {
      ...dataCentre,
      racks: 3,
      hostsPerRack: 2,
      uplink: fast,
      host: { ...dataCentre.host, cores: 4, disk: { ...dataCentre.host.disk, read: fast, write: fast } },
    },
    cluster: {
      ...cluster,
      vms: 4,
      quorum: 4,
      placement: "first-fit",
      traffic: { kind: "even", vms: 4, messagesPerSecond: 100 },
      workload: { ...cluster.workload, classes: cluster.workload.classes.map((one) => ({ ...one, content })) },
      ...more.cluster,
    },
    storage: {
      ...storage,
      dropZero,
      chunk: 512 * MiB,
      types: { ...storage.types, cacheClean: { copies: 2, onLoss: "re-read" } },
      ...more.storage,
    },
    rollback: { ...rollback, transfer, ...more.rollback },
  };
  return hostOutages(scenario, [
    [0, 1000, 1e6],
    [1, 1000, 1e6],
  ]);
};

const restored = (options?: Options) => {
  const events: LifeCycleEvent[] = [];
  const domain = finishedDomain(rackLoss(options), 7, { onEvent: (event) => events.push(event) });
  const columns = columnsOf(domain.ledger, 1500);
  assert.is(columns["rollbacks"], 1);
  const transfers = events.flatMap((one) =>
    one.kind === "transfer" && one.errand === "restore" && one.state === "done" ? [one] : [],
  );
  return { domain, columns, transfers };
};

const near = (one: number, other: number, what: string): void =>
  assert.ok(Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(other)), `${what}: ${one}, expected ${other}`);

/** Bytes of the pages that are stored of each VM, zeros left out. */
const storedOf = (domain: SimulatedDomain): number => domain.memory.bytes;

test("what a restore has is what it saves and what is sent, whatever the way", () => {
  for (const dropZero of [true, false]) {
    for (const transfer of transferWays) {
      const { columns: c } = restored({ transfer, dropZero });
      const saved = ["Drop", "Zero", "Self", "InterVm", "Held", "Compression"].reduce(
        (sum, one) => sum + c[`restoreSaved${one}`]!,
        0,
      );
      near(c["restoreRawBytes"]!, saved + c["restoreBytes"]! - c["reReadBytes"]!, `${transfer}, ${dropZero}`);
      near(c["restoreRawBytes"]!, 4 * 512 * MiB, "four VMs");
    }
  }
});

test("pages that all or pairs share come once; zeros and duplicates inside a VM do not come at all", () => {
  const { domain, columns, transfers } = restored();
  const all = (4 * 0.3 - 0.3) / 0.9;
  const pairs = (4 * 0.1 - 2 * 0.1) / 0.9;
  near(columns["restoreSavedInterVm"]!, (all + pairs) * storedOf(domain), "between VMs");
  near(columns["restoreSavedSelf"]!, ((4 * 0.1) / 0.9) * storedOf(domain), "inside VMs");
  const together = transfers.filter(({ vms }) => vms !== undefined);
  const sizes = together.map(
    ({ vms, bytes }) => `${vms!.length} VMs: ${((bytes * 0.9) / storedOf(domain)).toFixed(6)}`,
  );
  assert.equal(sizes.sort(), ["2 VMs: 0.100000", "2 VMs: 0.100000", "4 VMs: 0.300000"]);
});

test("where VMs share nothing every way is unicast", () => {
  const content: PageContent = { zero: 0, selfDuplicate: 0, interVm: { all: 0, pair: 0 }, unique: 1 };
  const [unicast, ...others] = transferWays.map((transfer) => restored({ transfer, content }).columns);
  for (const columns of others) assert.equal(columns, unicast);
});

test("unicast moves most over every tier of links, and multicast least", () => {
  const of = Object.fromEntries(transferWays.map((transfer) => [transfer, restored({ transfer }).columns]));
  for (const column of ["restoreSourceBytes", "restoreLinkBytes", "restoreUplinkBytes"]) {
    for (const way of transferWays) {
      assert.ok(of["multicast"]![column]! <= of[way]![column]! * (1 + 1e-9), `${way} ${column}`);
      assert.ok(of["unicast"]![column]! >= of[way]![column]! * (1 - 1e-9) || column === "restoreLinkBytes", `${way}`);
    }
  }
  assert.ok(of["multicast"]!["rtoMean"]! < of["unicast"]!["rtoMean"]!);
});

test("what VMs share fades with their uptime", () => {
  // Cut about 1000 s after the start: k = 2^(-1000 / halfLife), with the rollback's own delay.
  const { columns, domain } = restored({ cluster: { similarityHalfLife: 1000 } });
  const { columns: whole } = restored();
  const k = 2 ** -((columns["restoreSavedInterVm"]! > 0 ? 1004.5 : Number.NaN) / 1000);
  const different = 1 - (1 - k) ** 4 - 4 * k * (1 - k) ** 3;
  const all = 4 * k * (1 - (1 - k) ** 3) - different;
  const expected = ((0.3 * all + 0.1 * 2 * k ** 2) / 0.9) * storedOf(domain);
  assert.ok(
    Math.abs(columns["restoreSavedInterVm"]! / expected - 1) < 5e-3,
    `${columns["restoreSavedInterVm"]} ${expected}`,
  );
  assert.ok(columns["restoreSavedInterVm"]! < 0.5 * whole["restoreSavedInterVm"]!);
  assert.is(restored({ cluster: { similarityHalfLife: 1 } }).columns["restoreSavedInterVm"]! < 1, true);
});

test("with fewer groups hosts get pages that they drop", () => {
  const many = restored().columns;
  const one = restored({ rollback: { multicast: { groups: 1, join: 0.01 } } }).columns;
  near(one["restoreBytes"]!, many["restoreBytes"]!, "every page still once");
  assert.ok(one["restoreLinkBytes"]! > many["restoreLinkBytes"]! * 1.01);
});

test("a host joins its groups one after the other before it gets anything of them", () => {
  const quick = restored({ rollback: { multicast: { groups: 64, join: 0 } } }).columns;
  const slow = restored({ rollback: { multicast: { groups: 64, join: 30 } } }).columns;
  assert.ok(slow["rtoMean"]! > quick["rtoMean"]! + 30, "two groups a host");
});

test("what a neighbour had left on a disk that fails in the middle comes over the network after all", () => {
  // VM 1 comes to the host of VM 0, whose pages lie there; disks are slow, so that all takes a while.
  const { dataCentre, cluster, rollback } = smallCluster;
  const content: PageContent = { zero: 0, selfDuplicate: 0, interVm: { all: 0.5, pair: 0 }, unique: 0.5 };
  for (const deduplication of ["none", "hosts"] as const) {
    const base: ClusterScenario = {
      ...smallCluster,
      horizon: 1400,
      dataCentre: { ...dataCentre, hostsPerRack: 5, racks: 1, host: { ...dataCentre.host, nic: 20 * MiB } },
      cluster: {
        ...cluster,
        vms: 2,
        quorum: 2,
        traffic: { kind: "even", vms: 2, messagesPerSecond: 1 },
        workload: { ...cluster.workload, classes: cluster.workload.classes.map((one) => ({ ...one, content })) },
      },
      storage: {
        ...smallCluster.storage,
        deduplication,
        types: { ...smallCluster.storage.types, cacheClean: { copies: 3, onLoss: "fail" } },
      },
      rollback: { ...rollback, placement: "first-fit", transfer: "multicast" },
    };
    const lost = hostOutages(base, [[1, 1000, 1e6, true]]);
    const quiet = columnsOf(finishedDomain(lost).ledger, 1400);
    const held = quiet["restoreSavedHeld"]!;
    const disk = { kind: "times", outages: [{ component: 0, start: 1004.2, end: 1300, permanent: true }] } as const;
    const domain = finishedDomain({ ...lost, failures: { ...lost.failures, disk } });
    const c = columnsOf(domain.ledger, 1400);
    assert.is(c["rollbacks"], 1);
    const after = held - c["restoreSavedHeld"]!;
    assert.ok(after > 0.1 * held && after < held, `${deduplication}: ${after} of ${held} bytes are held no more`);
    // Copies that lay on that disk, too, come from elsewhere beside them.
    const more = c["restoreSourceBytes"]! - quiet["restoreSourceBytes"]!;
    assert.ok(more >= after * (1 - 1e-9) && more < after + 512 * MiB, `${deduplication}: ${more} instead of ${after}`);
  }
});

test("a receiver that fails in the middle leaves the others what they have, and all come back", () => {
  for (const transfer of transferWays) {
    const base = rackLoss({ transfer });
    const quiet = finishedDomain(base);
    const places = quiet.clusters[0]!.vms.map(({ host }) => host!.index);
    const undisturbed = columnsOf(quiet.ledger, 1500);
    const events: LifeCycleEvent[] = [];
    const during = 1000 + undisturbed["rtoMean"]! - 1.5;
    const again = hostOutages(base, [
      [0, 1000, 1e6],
      [1, 1000, 1e6],
      [places[0]!, during, during + 1e5],
    ]);
    const domain = finishedDomain(again, 7, { onEvent: (event) => events.push(event) });
    const columns = columnsOf(domain.ledger, 1500);
    assert.ok(events.some((one) => one.kind === "transfer" && one.errand === "restore" && one.state === "broken"));
    assert.is(columns["rollbacks"], 1, "one rollback, merged with the second failure");
    assert.is(columns["intact"] ?? columns["pIntact"], 1);
    assert.ok(columns["rtoMean"]! > undisturbed["rtoMean"]! + 2, "the second failure is detected first");
    const { vms } = domain.clusters[0]!;
    assert.ok(vms.every(({ host, state }) => host !== undefined && host.index !== places[0] && state === "up"));
  }
});

test("what the store shares between VMs is one group of its own", () => {
  const { columns: c, domain } = restored({ storage: { deduplication: "hosts" } });
  near(
    c["restoreRawBytes"]!,
    ["Drop", "Zero", "Self", "InterVm", "Held"].reduce((sum, one) => sum + c[`restoreSaved${one}`]!, 0) +
      c["restoreBytes"]! -
      c["reReadBytes"]!,
    "all counted",
  );
  const pairs = (4 * 0.1 - 2 * 0.1) / 0.9;
  near(
    c["restoreSavedInterVm"]!,
    3 * domain.memory.sharedBytes + pairs * (storedOf(domain) + domain.memory.sharedBytes),
    "three of four copies, and pairs",
  );
});

test("what is not staged comes over the network once more when a VM fails before the next snapshot", () => {
  const twice = (stage: boolean) => {
    const domain = finishedDomain(vmFailures(rackLoss({ rollback: { stage } }), [[0, 1014]]));
    const columns = columnsOf(domain.ledger, 1500);
    assert.is(columns["rollbacks"], 2);
    return columns;
  };
  const [staged, not] = [twice(true), twice(false)];
  near(not["restoreSourceBytes"]!, 2 * staged["restoreSourceBytes"]!, "all VMs, once or twice");
  near(staged["restoreSavedHeld"]!, 4 * 384 * MiB * 0.9, "in place the second time");
});

test.run();
