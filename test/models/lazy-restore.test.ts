import { test } from "uvu";
import * as assert from "uvu/assert";
import { columnsOf } from "../../models/books/columns.ts";
import { LazyPages } from "../../models/guest/lazy-pages.ts";
import { pageSize } from "../../models/guest/memory.ts";
import type { LifeCycleEvent, RollbackEnds } from "../../models/life-cycle-events.ts";
import type { ClusterScenario, RollbackPlan, SnapshotPlan } from "../../models/scenario.ts";
import { restoreLine } from "../../models/transfer/restore-line.ts";
import { finishedDomain } from "./finished-domain.ts";
import { hostOutages, smallCluster } from "./small-cluster.ts";

const { dataCentre, cluster } = smallCluster;
const fast = 1e15;
const nic = 20e6;

/** One VM on host 0, which is lost at 1000 s; only network cards take time, and every page has two copies elsewhere. */
const loss = (rollback: Partial<RollbackPlan>, more: Partial<ClusterScenario> = {}): ClusterScenario =>
  hostOutages(
    {
      ...smallCluster,
      horizon: 1300,
      dataCentre: {
        ...dataCentre,
        uplink: fast,
        latency: 0,
        host: { ...dataCentre.host, nic, disk: { ...dataCentre.host.disk, read: fast, write: fast, latency: 0.004 } },
      },
      cluster: {
        ...cluster,
        vms: 1,
        quorum: 1,
        placement: "first-fit",
        traffic: { kind: "even", vms: 1, messagesPerSecond: 0 },
        workload: { ...cluster.workload, workingSet: { pages: 8000, within: 20, contiguity: 2, stability: 0.9 } },
      },
      snapshot: {
        ...smallCluster.snapshot,
        interval: 500,
        costs: { ...smallCluster.snapshot.costs, fault: 0, track: 0 },
      },
      storage: {
        ...smallCluster.storage,
        chunk: 2 ** 30,
        types: {
          ...smallCluster.storage.types,
          cacheClean: { copies: 2, onLoss: "fail" },
          anonymous: { copies: 2, onLoss: "fail" },
          kernel: { copies: 2, onLoss: "fail" },
        },
        placement: { kind: "random" },
      },
      rollback: { ...smallCluster.rollback, ...rollback },
      ...more,
    },
    [[0, 1000, 1e6]],
  );

/** No copy lies on the host to which the VM comes. */
const seed = [...Array(100).keys()].find((one) => {
  const { ledger, memory } = finishedDomain(loss({ resume: "eager" }), one);
  return ledger.sum("restoreSourceBytes") === memory.bytes;
})!;

const replay = (scenario: ClusterScenario) => {
  const events: LifeCycleEvent[] = [];
  const domain = finishedDomain(scenario, seed, { onEvent: (event) => events.push(event) });
  const done = events.filter(
    (one): one is RollbackEnds & LifeCycleEvent => one.kind === "rollback" && one.phase === "done",
  );
  return { domain, done, columns: columnsOf(domain.ledger, scenario.horizon), events };
};

const near = (one: number, other: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(one - other) <= tolerance * Math.abs(other), `${what}: ${one}, expected ${other}`);

const miss = 0.004 + (2 * pageSize) / nic;

test("on demand a guest starts at once, and is as slow as its misses make it while its pages come", () => {
  const eager = replay(loss({ resume: "eager" }));
  const { done, columns, domain } = replay(loss({ resume: "on-demand" }));
  const { rto, ttr, residency } = done[0]!;
  const bytes = domain.memory.bytes;
  const whole = bytes / nic;
  near(eager.done[0]!.rto - rto, whole, 1e-6, "the transfer that it does not wait for");
  near(residency! - rto, 0.1 + whole, 1e-6, "all pages came behind it, after it was announced");
  const lazy = new LazyPages({ pages: 8000, within: 20, contiguity: 2, stability: 0.9, window: 0, miss });
  lazy.changePace(0, 0, 1 / whole);
  near(ttr! - rto, 0.1 + lazy.responsiveAt(whole), 1e-6, "slow for so long");
  near(columns["restoreMisses"]!, lazy.misses(whole), 1e-6, "misses");
  assert.is(columns["pIntact"], 1);
});

test("the window of the working set comes first, and spares the misses that it foresaw", () => {
  const { done, columns, domain } = replay(loss({ resume: "working-set" }));
  const onDemand = replay(loss({ resume: "on-demand" }));
  const { rto, residency } = done[0]!;
  const window = 8000 * pageSize;
  near(rto - onDemand.done[0]!.rto, window / nic, 1e-6, "the window");
  const rest = domain.memory.bytes - window;
  near(residency! - rto, 0.1 + rest / nic, 1e-6, "the rest");
  const lazy = new LazyPages({ pages: 8000, within: 20, contiguity: 2, stability: 0.9, window: 1, miss });
  lazy.changePace(0, 0, nic / rest);
  near(columns["restoreMisses"]!, lazy.misses(rest / nic), 1e-6, "misses");
  assert.ok(columns["restoreMisses"]! < 0.2 * onDemand.columns["restoreMisses"]!);
  assert.ok(done[0]!.ttr! < onDemand.done[0]!.ttr!);
  near(columns["restoreBytes"]!, domain.memory.bytes, 1e-9, "every page once");
});

test("blocks of a local disk are none of the window: they come behind the guest, with the rest", () => {
  const vm = { ...cluster.vm, disk: { bytes: 2 ** 30, writeRate: 0, on: "local" } as const };
  const withDisk = (resume: RollbackPlan["resume"], pages = 8000): ClusterScenario => {
    const scenario = loss({ resume });
    const workload = { ...cluster.workload, workingSet: { pages, within: 20, contiguity: 2, stability: 0.9 } };
    const disk = { ...scenario.storage.disk, copies: 1 };
    return { ...scenario, cluster: { ...scenario.cluster, vm, workload }, storage: { ...scenario.storage, disk } };
  };
  const onDemand = replay(withDisk("on-demand"));
  const { done, domain, columns } = replay(withDisk("working-set"));
  const { rto, residency } = done[0]!;
  const window = 8000 * pageSize;
  near(rto - onDemand.done[0]!.rto, window / nic, 1e-6, "the window");
  const blocks = columns["restoreBytes"]! - domain.memory.bytes;
  assert.ok(blocks > 0);
  const rest = domain.memory.bytes - window + blocks;
  near(residency! - rto, 0.1 + rest / nic, 1e-6, "the rest");
  near(columns["restoreBytes"]!, onDemand.columns["restoreBytes"]!, 1e-9, "everything once");
  const all = replay(withDisk("working-set", (2 * domain.memory.bytes) / pageSize)).done[0]!;
  near(all.rto - onDemand.done[0]!.rto, domain.memory.bytes / nic, 1e-6, "all pages, and not one block");
  near(all.residency! - all.rto, 0.1 + blocks / nic, 1e-6, "all blocks");
});

test("a smaller window starts sooner and misses more; a background that is held back comes later", () => {
  const whole = replay(loss({ resume: "working-set" })).columns;
  const half = replay(loss({ resume: "working-set", window: 0.5 })).columns;
  assert.ok(half["rtoMean"]! < whole["rtoMean"]!);
  assert.ok(half["restoreMisses"]! > whole["restoreMisses"]!);
  const slow = replay(loss({ resume: "working-set", background: nic / 4 })).columns;
  assert.is(slow["rtoMean"], whole["rtoMean"]);
  assert.ok(slow["residencyMean"]! > whole["residencyMean"]! + 20);
});

test("guests see their clock jump from the cut, their clients silence until a segment gets through", () => {
  const { columns, done, events } = replay(loss({ resume: "eager" }, {}));
  const cut = events.findLast((one) => one.kind === "snapshot" && one.state === "cut" && one.at < 1000)!.at;
  near(columns["clockJumpMean"]!, 1000 + done[0]!.rto - cut, 1e-9, "to the first instruction");
  near(columns["tcpOutageMean"]!, done[0]!.ttr!, 1e-9, "buffered: until it is announced");
});

test("VMs that start after others each take their time to start", () => {
  const line = (startAfter: RollbackPlan["startAfter"]) =>
    replay(loss({ resume: "eager", startAfter }, {})).done[0]!.rto;
  assert.is(line([[]]), line([]));
  const three = (startAfter: RollbackPlan["startAfter"]): number => {
    const base = loss({ startAfter });
    return replay({
      ...base,
      cluster: { ...base.cluster, vms: 3, quorum: 3, traffic: { kind: "even", vms: 3, messagesPerSecond: 0 } },
    }).done[0]!.rto;
  };
  near(three([[], [0], [1]]) - three([]), 2 * 0.3, 1e-9, "two more starts");
  near(three([[], [0], [0]]) - three([]), 0.3, 1e-9, "one more");
});

test("a rollback whose pages still come when the run ends is counted, without its end", () => {
  const { columns, done } = replay(loss({ resume: "on-demand", background: 1000 }));
  assert.is(columns["rollbacks"], 1);
  assert.is(done[0]!.residency, undefined);
  assert.ok(columns["rtoMean"]! < 10 && Number.isNaN(columns["residencyMean"]!));
});

test("a restore line that never ends is refused with those who wait for each other", () => {
  assert.equal(restoreLine([[], [0], [0, 1], []]), [0, 1, 2, 0]);
  assert.throws(
    () => restoreLine([[2], [0], [1]]),
    /^VM 0 waits for VM 2 waits for VM 1 waits for VM 0: none of them starts$/,
  );
  assert.throws(() => restoreLine([[0]]), /waits for itself/);
});

const often = (record: SnapshotPlan["record"], rollback: Partial<RollbackPlan> = {}): ClusterScenario => {
  const base = loss({ resume: "on-demand", background: nic / 4, ...rollback });
  return { ...base, snapshot: { ...base.snapshot, record, interval: 8 } };
};
const cutsAfter = (events: readonly LifeCycleEvent[], from: number) =>
  events.flatMap((one) => (one.kind === "snapshot" && one.at > from ? [one] : []));

test("a cut before all pages are there builds on the point that they come from, which stays until then", () => {
  const scenario = often("lazy-incremental");
  const { events, done, columns } = replay(scenario);
  const [up, resident] = [1000 + done[0]!.rto, 1000 + done[0]!.residency!];
  const between = cutsAfter(events, up).filter(({ at }) => at < resident);
  const [point] = events.flatMap((one) => (one.kind === "rollback" && one.phase === "chosen" ? [one.snapshot] : []));
  const durable = between.filter(({ state }) => state === "durable");
  assert.ok(durable.length >= 3, `${durable.length} were durable before`);
  assert.not(
    cutsAfter(events, 1000).some(
      ({ snapshot, state, at }) => snapshot === point && state === "merged" && at < resident,
    ),
  );
  assert.ok(
    cutsAfter(events, 1000).some(
      ({ snapshot, state, at }) => snapshot === point && state === "merged" && at >= resident,
    ),
  );
  // Its pages come at the same pace, and what stalls it are its misses: cuts only add their pauses.
  const pauses = scenario.snapshot.costs.fixed * 2 * between.length;
  const alone = replay(loss({ resume: "on-demand", background: nic / 4 }));
  near(done[0]!.residency! - done[0]!.rto, alone.done[0]!.residency! - alone.done[0]!.rto, 1e-6, "residency");
  const [ttr, least] = [done[0]!.ttr! - done[0]!.rto, alone.done[0]!.ttr! - alone.done[0]!.rto];
  assert.ok(ttr >= least - 1e-9 && ttr <= least + pauses, `${ttr}, without cuts ${least}`);
  near(columns["restoreMisses"]!, alone.columns["restoreMisses"]!, 0.02, "misses");

  const again = up + 0.7 * (resident - up);
  const host = replay({ ...scenario, horizon: again }).domain.clusters[0]!.vms[0]!.host!.index;
  const twice = replay(
    hostOutages(scenario, [
      [0, 1000, 1e6],
      [host, again, 1e6],
    ]),
  );
  assert.is(twice.done.length, 2);
  assert.is(twice.done[0]!.residency, undefined);
  assert.ok(twice.done[1]!.rpo < 20, "what was cut meanwhile is a restore point");
  assert.is(twice.columns["pIntact"], 1);
});

test("a snapshot of all pages waits until they are there", () => {
  const { events, done } = replay(often("full"));
  const [up, resident] = [1000 + done[0]!.rto, 1000 + done[0]!.residency!];
  const first = cutsAfter(events, up).find(({ state }) => state === "cut")!;
  assert.ok(resident > up + 16 && first.at >= resident);
});

test("when a source dies its guest stalls until that is known, and another copy goes on; when the last does, the restore has failed", () => {
  const base = loss({ resume: "on-demand" });
  const { events, done } = replay(base);
  const begun = events.find((one) => one.kind === "transfer" && one.errand === "restore" && one.state === "begin");
  const sources = begun?.kind === "transfer" ? begun.from.map((name) => Number(name.slice(5))) : [];
  assert.ok(sources.length >= 2, `${sources}`);
  const during = 1000 + done[0]!.rto + 3;
  const host = begun?.kind === "transfer" ? Number(begun.to[0]?.slice(5) ?? -1) : -1;
  const others = sources.filter((one) => one !== host);
  const one = replay(
    hostOutages(base, [
      [0, 1000, 1e6],
      [others[0]!, during, during + 1e5],
    ]),
  );
  assert.equal(
    one.done.map(({ outcome }) => outcome),
    ["intact"],
    "each class has a copy more",
  );
  const { timeout, heartbeat } = base.detection;
  const late = one.done[0]!.residency! - done[0]!.residency!;
  assert.ok(late > timeout - heartbeat && late <= timeout, `nothing came until the death was known: ${late}`);
  const between = one.events.filter(({ at }) => at > during && at < during + timeout - heartbeat);
  assert.not(between.some(({ kind }) => kind === "transfer"));
  const guest = new LazyPages({ ...base.cluster.workload.workingSet, window: 0, miss });
  const whole = done[0]!.residency! - done[0]!.rto - 0.1;
  guest.changePace(0, 0, 1 / whole);
  const started = 1000 + done[0]!.rto + 0.1;
  guest.changePace(during - started, (during - started) / whole, "none");
  guest.changePace(during - started + late, (during - started) / whole, 1 / whole);
  near(one.done[0]!.ttr! - one.done[0]!.rto, 0.1 + guest.responsiveAt(whole + late), 1e-6, "slow until later");
  near(one.columns["restoreMisses"]!, guest.misses(whole + late), 1e-6, "to stand still is no miss more");
  const all = replay(
    hostOutages(base, [[0, 1000, 1e6], ...others.map((lost) => [lost, during, during + 100] as const)]),
  );
  assert.is(all.done[0]!.outcome, "failed");
  assert.is(all.done[0]!.residency, undefined);
  assert.is(all.done[0]!.ttr, undefined);
  assert.is(all.done.length, 2, "it waits for the hosts, and is rolled back once more");
  assert.ok(all.done[1]!.rpo < 10, "only what it had worked since its guest started");
});

test("a cluster that lost all points while its pages came starts cold, once", () => {
  const base = loss({ resume: "on-demand" }, { horizon: 1700 });
  const { done, events } = replay(base);
  const during = 1000 + done[0]!.rto + 3;
  const host = events.flatMap((one) => (one.kind === "rollback" && one.phase === "chosen" ? one.places : []))[0]!.host;
  const hosts = Array.from({ length: base.dataCentre.racks * base.dataCentre.hostsPerRack }, (_, i) => i);
  const gone = hosts
    .filter((one) => one !== 0 && `host ${one}` !== host)
    .map((one) => [one, during, during + 5, true] as const);
  const twice = replay(hostOutages(base, [[0, 1000, 1e6, true], ...gone]));
  assert.equal(
    twice.done.map(({ outcome }) => outcome),
    ["failed", "failed"],
    "the restore, and what follows: a start from the image",
  );
  assert.is(twice.columns["rollbacks"], 2);
  assert.is(twice.columns["clockJumpMean"], replay({ ...base, horizon: during }).columns["clockJumpMean"]);
});

test("a VM that fails before its pages are there is rolled back once more, counted from that failure", () => {
  const base = loss({ resume: "on-demand" });
  const { domain, done } = replay(base);
  const host = domain.clusters[0]!.vms[0]!.host!.index;
  const again = 1000 + done[0]!.rto + 5;
  const twice = replay(
    hostOutages(base, [
      [0, 1000, 1e6],
      [host, again, 1e6],
    ]),
  );
  assert.is(twice.done.length, 2);
  assert.is(twice.done[0]!.rto, done[0]!.rto);
  assert.is(twice.done[0]!.residency, undefined);
  assert.ok(twice.done[1]!.rto < 10, "from the second failure");
  assert.is(twice.columns["rollbacks"], 2);
});

test.run();
