import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ClusterScenario } from "../../models/scenario.ts";
import { finishedDomain } from "./finished-domain.ts";
import { copiesOf, holdings, loneVm, nominalCopies, withCopies } from "./lone-vm.ts";
import { hostOutages } from "./small-cluster.ts";

const until = (scenario: ClusterScenario, horizon: number) => finishedDomain({ ...scenario, horizon });
/** Copies of the snapshots are placed at the first cut, and nothing but a failure moves them. */
const placed = holdings(until(loneVm, 60));
const [holder, second] = [...placed.keys()] as [number, number];
const close = (found: number, expected: number): void =>
  assert.ok(Math.abs(found - expected) <= 1e-9 * Math.abs(expected), `${found} instead of ${expected}`);

const assertWhole = (domain: ReturnType<typeof until>): void => {
  const copies = copiesOf(domain);
  assert.equal(copies.hostsBehind, []);
  assert.equal(
    [...copies.held].map((held) => Math.round(held * 1e9) / 1e9),
    nominalCopies(domain),
  );
};

test("lost copies are repaired after the delay, with the bytes that were lost", () => {
  const scenario = hostOutages(loneVm, [[holder, 205, Number.POSITIVE_INFINITY, true]]);
  const before = until(scenario, 205 + 120);
  assert.is(before.ledger.sum("repairBytes"), 0);
  assert.ok(copiesOf(before).hostsBehind.length > 0);
  const after = until(scenario, 500);
  close(after.ledger.sum("repairBytes"), placed.get(holder)!);
  assertWhole(after);
});

test("a host that is back before the delay is over is only brought up to date", () => {
  const after = until(hostOutages(loneVm, [[holder, 205, 215]]), 500);
  // What was written to the only copy meanwhile went to its substitute.
  const lacked = after.memory.classes.map(({ pages, writesPerPage, fragments: copies }) =>
    copies === 1 ? 0 : pages * 4096 * -Math.expm1(-writesPerPage * 10),
  );
  const shares = [...copiesOf(until(loneVm, 60)).targets].find(([{ index }]) => index === holder)![1];
  close(
    after.ledger.sum("repairBytes"),
    lacked.reduce((sum, bytes, c) => sum + bytes * shares[c]!, 0),
  );
  assertWhole(after);
  assert.equal([...holdings(after)].sort(), [...placed].sort(), "and holds what it held");
});

test("the return of one host does not complete the substitutes of another", () => {
  const away = hostOutages(loneVm, [
    [holder, 205, 5000],
    [second, 206, 208],
  ]);
  const between = until(away, 300);
  assert.ok(copiesOf(between).hostsBehind.length > 0, "the delay is not over");
  const after = until(away, 600);
  assert.ok(after.ledger.sum("repairBytes") >= placed.get(holder)!);
  assert.equal(copiesOf(after).hostsBehind, []);
});

test("what is lost while another repair goes on is repaired too", () => {
  const slow: ClusterScenario = {
    ...loneVm,
    dataCentre: { ...loneVm.dataCentre, host: { ...loneVm.dataCentre.host, nic: 20 * 2 ** 20 } },
    storage: { ...loneVm.storage, repairDelay: 20 },
    snapshot: { ...loneVm.snapshot, interval: 200 },
  };
  const twice = hostOutages(slow, [
    [holder, 405, Number.POSITIVE_INFINITY, true],
    [second, 408, Number.POSITIVE_INFINITY, true],
  ]);
  assert.ok(until(twice, 428).ledger.sum("repairBytes") > 0, "the first repair has begun");
  assertWhole(until(twice, 590));
});

test("a copy that finds no host is made after one has come", () => {
  const few = { ...loneVm, dataCentre: { ...loneVm.dataCentre, hostsPerRack: 4 } };
  const scenario = hostOutages(few, [[3, 210, 500, true]]);
  assert.not(copiesOf(until(scenario, 499)).full);
  assertWhole(until(scenario, 1000));
});

test("without any copy left, copies are repaired from the disk of the host that captured them", () => {
  const single = withCopies(loneVm, 1);
  const all = [...holdings(until(single, 60)).keys()];
  const after = until(
    hostOutages(
      single,
      all.map((host) => [host, 205, 210, true]),
    ),
    600,
  );
  close(after.ledger.sum("repairBytes"), after.memory.bytes);
  assert.is(after.ledger.sum("snapshotsLost"), 0);
  assertWhole(after);
});

test("a repair whose source fails goes on from another with what is left", () => {
  const slow = {
    ...loneVm,
    dataCentre: { ...loneVm.dataCentre, host: { ...loneVm.dataCentre.host, nic: 20 * 2 ** 20 } },
  };
  const scenario = (outages: Parameters<typeof hostOutages>[1]) =>
    hostOutages({ ...slow, snapshot: { ...slow.snapshot, interval: 400 } }, [[holder, 500, 5000, true], ...outages]);
  const others = [...placed.keys()].filter((host) => host !== holder);
  for (const source of others) {
    const broken = until(scenario([[source, 622, 700]]), 790);
    assert.equal(copiesOf(broken).hostsBehind, [], `host ${source} was a source or a target`);
    const lost = placed.get(holder)!;
    assert.ok(broken.ledger.sum("repairBytes") >= lost * (1 - 1e-9));
  }
});

test("copies that nobody needs any more are not repaired on", () => {
  const full = { ...loneVm, snapshot: { ...loneVm.snapshot, record: "full" as const } };
  const durableAt = 240 + until(full, 280).ledger.sample("durabilityLatency").max;
  const repairDelay = durableAt - 205 - 0.1;
  const scenario = { ...full, storage: { ...full.storage, repairDelay } };
  const after = until(hostOutages(scenario, [[holder, 205, 5000, true]]), 2000);
  const repaired = after.ledger.sum("repairBytes");
  assert.ok(repaired > 0 && repaired < placed.get(holder)!, "the cut at 240 became durable on other hosts meanwhile");
});

test("once a VM is restored on a host, what lay there of its copies is made anew on others", () => {
  const chunk = 2 ** 20;
  for (const copies of [1, 3]) {
    const scenario = withCopies(loneVm, copies);
    const domain = finishedDomain(
      hostOutages({ ...scenario, horizon: 2000, storage: { ...scenario.storage, chunk } }, [
        [0, 310, Number.POSITIVE_INFINITY, true],
      ]),
    );
    const [vm] = domain.clusters[0]!.vms;
    assert.not(vm!.host!.index === 0, "it has moved");
    for (const { parts } of domain.store.chain(domain.clusters[0]!).versions) {
      assert.not(parts[0]!.copies.targets.has(vm!.host!), "none lies with it");
      assert.ok(parts[0]!.copies.full && parts[0]!.copies.hostsBehind.length === 0, "all are there again");
    }
    assert.ok(domain.ledger.sum("repairBytes") > 0);
  }
});

test.run();
