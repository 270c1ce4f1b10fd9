import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DataCentre } from "../../models/data-centre/data-centre.ts";
import { RouteBuilder } from "../../models/data-centre/route.ts";
import { placeCopies } from "../../models/placement/copy-placement.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import type { Copy } from "../../models/store/chunk.ts";
import { Copies } from "../../models/store/copies.ts";
import { missingOn, repaired } from "../../models/store/copy-repair.ts";
import { addMerge } from "../../models/store/copy-routes.ts";
import { asCode } from "../../models/store/redundancy.ts";
import { FluidNetwork, Simulation, Streams } from "../../sim/index.ts";
import { assertBothFidelities } from "./both-fidelities.ts";
import { loneVm } from "./lone-vm.ts";
import { hostOutages, smallCluster } from "./small-cluster.ts";

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, one) => total + one, 0);
const near = (found: number, expected: number, what: string): void =>
  assert.ok(Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${what}: ${found}, not ${expected}`);

/** 64 chunks of 1 MiB with a code, on ten hosts of which the first captures. */
const coded = (data: number, parity: number, seed = 1) => {
  const centre = new DataCentre(new FluidNetwork(new Simulation()), {
    ...smallCluster.dataCentre,
    racks: 2,
    hostsPerRack: 5,
  });
  const stream = new Streams(seed).get("placement");
  const table = {
    dirtyModel: "uniform" as const,
    classes: [{ pages: 64 * 256, writesPerPage: 0.001, density: 1, ...asCode(data, parity) }],
  };
  const place = placeCopies({ kind: "rack-aware" }, centre.hosts, (n) => stream.integer(0, n - 1));
  const copies = Copies.place(centre.hosts, table, 2 ** 20, centre.hosts[0]!, place);
  return { centre, hosts: centre.hosts, copies };
};
const bytes = 64 * 2 ** 20;

test("a code of `data` and `parity` fragments stores (data + parity) / data bytes for each byte", () => {
  for (const [data, parity] of [
    [1, 1],
    [4, 2],
    [6, 3],
  ] as const) {
    const { hosts, copies } = coded(data, parity);
    near(copies.held[0]!, (data + parity) / data, "held");
    near(sum([...copies.targets.values()].map((shares) => shares[0]!)), (data + parity) / data, "sent when written");
    const { from } = copies.readers(hosts[0]!, undefined);
    near(sum([...from.values()].map((shares) => shares[0]!)), 1, "read by a restore");
  }
});

test("a reader that holds a fragment is sent only the others", () => {
  const { hosts, copies } = coded(4, 2);
  const holder = hosts.find((host) => copies.targets.has(host))!;
  const own = copies.readers(holder, undefined).from.get(holder)![0]!;
  near(own, copies.targets.get(holder)![0]!, "read from its own disk");
});

test("any `data` fragments give a chunk back, fewer never", () => {
  for (let down = 0; down <= 6; down++) {
    const { hosts, copies } = coded(4, 2, down + 1);
    // Nine hosts beside the capturing one hold 64 chunks of six fragments each.
    const gone = hosts.slice(1, 1 + down);
    const fragments = new Map(hosts.map((host) => [host, copies.targets.get(host)?.[0] ?? 0]));
    for (const host of gone) {
      host.up = false;
      copies.hostDown(host, true);
    }
    const { missing } = copies.readers(hosts[0]!, undefined);
    assert.is(missing[0]! > 0, copies.lost[0]! > 0, "for good, what cannot be read now is lost");
    if (down <= 2) assert.is(missing[0], 0, `${down} hosts lost`);
    if (down === 6) assert.ok(missing[0]! > 0.5, "most chunks had more than two fragments on six of nine hosts");
    near(copies.held[0]!, 1.5 - sum(gone.map((host) => fragments.get(host)!)), "what is left");
  }
});

test("in any history of failures, repairs and returns a chunk is readable just when enough different fragments live", () => {
  const step = fc.record({
    host: fc.integer({ min: 1, max: 9 }),
    what: fc.constantFrom("fail" as const, "destroy" as const, "return" as const, "repair" as const),
  });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer(),
      (history, data, parity, seed) => {
        const { hosts, copies } = coded(data, parity, seed);
        const due = (list: readonly Copy[]): void => {
          for (const copy of list) copy.due = true;
        };
        for (const { host: index, what } of history) {
          const host = hosts[index]!;
          if (what === "return" && !host.up) {
            host.up = true;
            due(copies.hostUp(host, 0));
            due(copies.fill(hosts[0]!, 1));
          } else if ((what === "fail" || what === "destroy") && host.up) {
            host.up = false;
            copies.hostDown(host, what === "destroy");
            due(copies.fill(hosts[0]!, 1));
          } else if (what === "repair" && host.up) {
            const missing = missingOn(copies, host, undefined);
            // One fragment is written for `data` that are read.
            near(sum([...missing.from.values()].map(({ read }) => read)), data * missing.bytes, "read for a repair");
            near(sum([...missing.from.values()].map(({ sent }) => sent)), data * missing.bytes, "sent for a repair");
            repaired(copies, missing.copies, 0);
          }
          const held = copies.held[0]!;
          assert.ok(held <= (data + parity) / data + parity + 1e-9, "at most all fragments, and those of hosts away");
          const { missing } = copies.readers(hosts[0]!, undefined);
          assert.ok(copies.lost[0]! <= missing[0]! + 1e-9, "what is lost cannot be read either");
          if (copies.full && copies.hostsBehind.length === 0) assert.is(missing[0], 0, "complete, so readable");
        }
      },
    ),
    { seed: 3, numRuns: 300 },
  );
});

test("a host that returns with a fragment that was rebuilt elsewhere does not count twice", () => {
  const { hosts, copies } = coded(2, 1, 4);
  const [a, b, c] = [...copies.targets.keys()];
  const fail = (host: (typeof hosts)[number], permanent: boolean): void => {
    host.up = false;
    copies.hostDown(host, permanent);
  };
  fail(a!, false);
  for (const copy of copies.fill(hosts[0]!, 1)) copy.due = true;
  for (const host of hosts) if (host.up) repaired(copies, missingOn(copies, host, undefined).copies, 0);
  near(copies.readers(hosts[0]!, undefined).missing[0]!, 0, "rebuilt");
  a!.up = true;
  copies.hostUp(a!, 0);
  assert.ok(copies.held[0]! <= 1.5 + 1e-9, `${copies.held[0]} bytes for each byte`);
  fail(b!, true);
  fail(c!, true);
  // Chunks with fragments on both have one left; were the returned one counted beside its double, none would be missing.
  assert.ok(copies.lost[0]! > 0);
});

test("repairing a fragment reads `data` of them; a staged host computes it alone", () => {
  const { hosts, copies } = coded(4, 2, 2);
  const victim = hosts.find((host) => copies.targets.has(host))!;
  const lost = copies.targets.get(victim)![0]! * bytes;
  victim.up = false;
  copies.hostDown(victim, true);
  for (const copy of copies.fill(hosts[0]!, 1)) copy.due = true;
  const amounts = hosts.filter(({ up }) => up).map((host) => missingOn(copies, host, hosts[0]));
  near(sum(amounts.map((one) => one.bytes)), lost, "written");
  near(sum(amounts.flatMap(({ from }) => [...from.values()].map(({ sent }) => sent))), 4 * lost, "sent");
});

test("merging a byte into a coded base reads and writes 1 + parity bytes, and sends its difference to every parity", () => {
  const { centre, copies } = coded(4, 2);
  const route = new RouteBuilder(centre);
  addMerge(route, copies, 0, undefined);
  const { over, sourceShare } = route.build();
  const disks = sum(over.filter(({ link }) => link.name.includes("disk")).map(({ share }) => share));
  near(disks, 2 * 3, "read and written");
  near(sourceShare, 2, "sent");
});

const storedAs = (storage: ClusterScenario["storage"]["types"]["kernel"]): ClusterScenario => {
  const types = { free: storage, cacheClean: storage, cacheDirty: storage, anonymous: storage, kernel: storage };
  return {
    ...loneVm,
    dataCentre: { ...loneVm.dataCentre, racks: 2, hostsPerRack: 4 },
    storage: { ...loneVm.storage, types: { ...loneVm.storage.types, ...types }, dropZero: false },
  };
};

test("a VM comes back from a code after its host and as many holders as it has parity are gone for good", () => {
  const scenario = storedAs({ erasure: { data: 2, parity: 2 }, onLoss: "fail" });
  const gone = (...hosts: number[]) =>
    simulateCluster(
      hostOutages(
        { ...scenario, horizon: 400 },
        hosts.map((host) => [host, 200, Number.POSITIVE_INFINITY, true] as const),
      ),
      { seed: 3, replication: 0 },
    ).metrics;
  assert.is(gone(0, 2, 3)["pIntact"], 1, "two fragments of each chunk are left at least");
  assert.is(gone(0, 2, 3, 4, 5, 6)["pFailed"], 1, "of seven holders two are left: some chunks have one fragment");
  assert.is(gone(0, 2, 3, 4, 5, 6)["pVmFailed"], 1);
});

test("jumps over repeating cycles agree with the full simulation under a code", () => {
  const scenario = storedAs({ erasure: { data: 3, parity: 2 }, onLoss: "fail" });
  const failing = hostOutages({ ...scenario, horizon: 20_000 }, [
    [0, 4_321, 5_000],
    [2, 9_000, Number.POSITIVE_INFINITY, true],
    [3, 12_345.6, 12_400],
  ]);
  assertBothFidelities(failing, "a code of 3 + 2");
});

test.run();
