import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DataCentre } from "../../models/data-centre/data-centre.ts";
import { memoryTable } from "../../models/guest/memory.ts";
import { placeCopies } from "../../models/placement/copy-placement.ts";
import type { Copy } from "../../models/store/chunk.ts";
import { Copies } from "../../models/store/copies.ts";
import { missingOn, repaired } from "../../models/store/copy-repair.ts";
import { spoilOne, verify } from "../../models/store/latent-errors.ts";
import { FluidNetwork, Simulation, Streams } from "../../sim/index.ts";
import { smallCluster } from "./small-cluster.ts";

const memory = memoryTable(smallCluster.cluster, smallCluster.storage);
const centreOf = () =>
  new DataCentre(new FluidNetwork(new Simulation()), { ...smallCluster.dataCentre, racks: 2, hostsPerRack: 4 });
const placed = (seed = 1) => {
  const centre = centreOf();
  const stream = new Streams(seed).get("placement");
  const place = placeCopies({ kind: "rack-aware" }, centre.hosts, (n) => stream.integer(0, n - 1));
  const copies = Copies.place(centre.hosts, memory, smallCluster.storage.chunk, centre.hosts[0]!, place);
  return { hosts: centre.hosts, copies };
};
const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, one) => total + one, 0);
/** Copies of each class on live hosts. */
const live = (copies: Copies): number[] =>
  memory.classes.map((_, c) => sum([...copies.targets.values()].map((shares) => shares[c]!)));
const near = (found: readonly number[], expected: readonly number[]): void =>
  assert.ok(
    found.every((one, i) => Math.abs(one - expected[i]!) < 1e-9),
    `${found} instead of ${expected}`,
  );
const nominal = memory.classes.map(({ fragments }) => fragments);

test("every byte of a class has as many copies as its class asks for, none with the VM", () => {
  const { hosts, copies } = placed();
  near(live(copies), nominal);
  near([...copies.held], nominal);
  assert.not(copies.targets.has(hosts[0]!));
  const { from, missing } = copies.readers(hosts[0]!, undefined);
  near([...missing], [0, 0, 0, 0]);
  near(
    memory.classes.map((_, c) => sum([...from.values()].map((shares) => shares[c]!))),
    [1, 1, 1, 1],
  );
});

test("a reader takes what it holds itself, and shares the rest among those who hold it", () => {
  const { hosts, copies } = placed();
  for (const host of hosts) {
    const own = copies.targets.get(host);
    const { from } = copies.readers(host, undefined);
    if (own !== undefined) near([...from.get(host)!], [...own]);
    assert.ok([...from.values()].every((shares) => shares.every((share) => share >= 0 && share <= 1)));
  }
});

test("in any history of failures, repairs and returns no chunk has too many copies, and none is lost while one is left", () => {
  const step = fc.record({
    host: fc.integer({ min: 0, max: 7 }),
    what: fc.constantFrom("fail" as const, "destroy" as const, "return" as const, "repair" as const),
    away: fc.double({ min: 0, max: 1e3, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), fc.integer(), (history, seed) => {
      const { hosts, copies } = placed(seed);
      const due = (list: readonly Copy[]): void => {
        for (const copy of list) copy.due = true;
      };
      for (const { host: index, what, away } of history) {
        const host = hosts[index]!;
        if (what === "return" && !host.up) {
          host.up = true;
          due(copies.hostUp(host, away));
          due(copies.fill(hosts[0]!, 1));
        } else if ((what === "fail" || what === "destroy") && host.up) {
          host.up = false;
          copies.hostDown(host, what === "destroy");
          due(copies.fill(hosts[0]!, 1));
        } else if (what === "repair" && host.up) {
          const missing = missingOn(copies, host, undefined);
          assert.ok(missing.bytes >= 0);
          assert.ok(
            Math.abs(sum([...missing.from.values()].map(({ read }) => read)) - missing.bytes) <
              1e-6 * (1 + missing.bytes),
            "all that is missing is read somewhere",
          );
          assert.ok([...missing.from.keys()].every((source) => source.up && source !== host));
          repaired(copies, missing.copies, 0);
        }
        const up = hosts.filter((one) => one.up && one !== hosts[0]).length;
        live(copies).forEach((count, c) => {
          assert.ok(count <= nominal[c]! + 1e-9, "too many");
          assert.is(copies.full || up < nominal[c]! || count > 0, true);
        });
        assert.is(copies.targets.has(hosts[0]!), false);
        const { missing } = copies.readers(hosts[0]!, undefined);
        copies.lost.forEach((share, c) => {
          assert.ok(share <= missing[c]! + 1e-9, "what is lost cannot be read either");
        });
        assert.ok([...copies.targets.keys()].every((one) => one.up));
      }
    }),
    { seed: 17, numRuns: 200 },
  );
});

test("a substitute lacks all, a host that was away lacks what was written meanwhile", () => {
  const { hosts, copies } = placed();
  const [host, shares] = [...copies.targets][0]!;
  host.up = false;
  copies.hostDown(host, false);
  const substitutes = copies.fill(hosts[0]!, 1);
  assert.ok(substitutes.length > 0 && substitutes.every(({ lacking }) => lacking === 1));
  host.up = true;
  const back = copies.hostUp(host, 25);
  assert.equal(copies.hostsBehind, [host]);
  assert.ok(back.every((copy) => copy.host === host && copy.lacking > 0 && copy.lacking < 1));
  for (const copy of back) copy.due = true;
  const expected = memory.classes.map(({ pages, writesPerPage, fragments: n }, c) =>
    n === 1 ? 0 : shares[c]! * pages * 4096 * -Math.expm1(-writesPerPage * 25),
  );
  assert.ok(Math.abs(missingOn(copies, host, undefined).bytes - sum(expected)) < 1e-3);
});

test("a version that is written whole lies where the one before lies, on live hosts other than the VM's, and is complete", () => {
  const { hosts, copies } = placed();
  assert.is(copies.forNewVersion(hosts[0]!), copies, "nothing has changed");
  const [host] = [...copies.targets][0]!;
  const moved = copies.forNewVersion(host);
  assert.not(moved.targets.has(host));
  near(live(moved), nominal);
  host.up = false;
  copies.hostDown(host, false);
  copies.fill(hosts[0]!, 1);
  const fresh = copies.forNewVersion(hosts[0]!);
  assert.equal(fresh.hostsBehind, []);
  near([...fresh.held], nominal);
});

test("a host that is back still has what was wrong on its disk", () => {
  const { hosts, copies } = placed();
  const [host] = [...copies.targets][0]!;
  assert.is(
    spoilOne([copies], host, true, () => 0.5),
    copies,
  );
  host.up = false;
  copies.hostDown(host, false);
  // As long as nothing stands in for it, what it has is taken back.
  host.up = true;
  copies.hostUp(host, 0);
  assert.equal(
    verify(copies, host).map(({ lacking }) => lacking),
    [1],
  );
  assert.equal(verify(copies, host), [], "found once");
  assert.not(hosts[0] === host);
});

test.run();
