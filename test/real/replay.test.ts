// needs: qemu-system-x86, qemu-utils, build-essential, iproute2
// limit: 900s
// alone: yes
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ClusterPolicy } from "../../models/policies/cluster-policy.ts";
import { protect } from "../../models/policies/protect.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import type { GuestImage } from "../../real/guest/guest-image.ts";
import { NamespaceSwitch } from "../../real/hosts/namespace-switch.ts";
import { guestAddresses } from "../../real/inventory/guest-addresses.ts";
import { drawnScenario } from "../../real/replay/drawn-scenario.ts";
import { brokenBooks } from "../../real/replay/invariants.ts";
import { type Replayed, replay } from "../../real/replay/replay.ts";
import { replayObstacles } from "../../real/replay/replayable.ts";
import { soakScenario } from "../../real/replay/soak-scenario.ts";
import { brokenLaws } from "../conformance/life-cycle-laws.ts";
import { newProbe, probing } from "../conformance/probing-policy.ts";
import { skipUnless } from "../runner/skip.ts";
import { guestsPossible, NamespaceHosts, neededForGuests } from "./namespace-hosts.ts";
import { replayedScenario } from "./replayed-scenario.ts";

const hosts = new NamespaceHosts("r", "10.78.12.0/24", 4);
const test = suite("the real testbed");
test.after(() => hosts.end());

const replayed = async (
  scenario: ClusterScenario,
  policy: ClusterPolicy,
  image: GuestImage,
  { seed, checks }: { readonly seed: number; readonly checks: boolean } = { seed: 1, checks: false },
): Promise<Replayed> => {
  assert.equal(replayObstacles(scenario, 4), []);
  const { inventory } = hosts;
  const stage = {
    agents: await hosts.agents(image),
    image,
    accelerator: "tcg",
    hostAddresses: inventory.hosts.map(({ address }) => address),
    fabric: new NamespaceSwitch(inventory),
    network: { addresses: guestAddresses(inventory, scenario.cluster.vms), bits: inventory.subnet.bits },
  } as const;
  return replay(scenario, policy, stage, { seed, checks, signal: new AbortController().signal, say: () => {} });
};

const conforms = (scenario: ClusterScenario, { events, columns, notes, verifiedPoints }: Replayed): void => {
  assert.equal(brokenLaws(scenario, events), []);
  assert.equal(notes, []);
  assert.ok(verifiedPoints >= 1, `${verifiedPoints} restore points`);
  assert.is(columns["rollbacks"], 1);
  assert.is(columns["pIntact"], 1, "by the guests' own stamps");
  assert.ok(columns["snapshotsDurable"]! >= 2, `${columns["snapshotsDurable"]} durable`);
  assert.ok(columns["availability"]! > 0.3 && columns["availability"]! < 0.95, `available ${columns["availability"]}`);
  assert.ok(columns["pauseMean"]! > 0 && columns["rtoMean"]! > 2, `rto ${columns["rtoMean"]}`);
  const moved = columns["sourceBytes"]!;
  assert.ok(moved > 0 && columns["linkBytes"] === 2 * moved, `${moved} bytes over network cards`);
};

test(
  "restores what a lost host ran on another one, step by step as a policy asks, from records of what has changed",
  skipUnless(guestsPossible, neededForGuests, async (image) => {
    const scenario = replayedScenario(
      "horizon=75s",
      "detection={heartbeat: 1s, timeout: 6s}",
      "snapshot={interval: 10s, record: incremental, fullEvery: 3}",
      "storage.expired=keep-chain",
      "failures.vm=none",
      // Between two captures, in which guests may be silent for a while.
      "failures.host={times: [{component: 1, start: 39s, permanent: true}]}",
    );
    const probe = newProbe();
    const result = await replayed(scenario, probing(probe), image);
    assert.equal(probe.broken, []);
    assert.is(probe.rollbacks, 1);
    conforms(scenario, result);
    const chosen = result.events.find((one) => one.kind === "rollback" && one.phase === "chosen");
    assert.ok(chosen?.kind === "rollback" && chosen.phase === "chosen");
    assert.not(chosen.places.some(({ host }) => host === "host 1"));
    const sizes = result.events.flatMap((one) =>
      one.kind === "snapshot" && one.state === "captured" ? [{ whole: one.whole, bytes: one.bytes }] : [],
    );
    assert.equal(
      sizes.slice(0, 2).map(({ whole }) => whole),
      [true, false],
    );
    assert.ok(sizes[1]!.bytes < 0.7 * sizes[0]!.bytes, `${sizes[1]!.bytes} of ${sizes[0]!.bytes} bytes`);
  }),
);

test(
  "restores what a rack ran that was cut off for long, and then what a disk has lost",
  skipUnless(guestsPossible, neededForGuests, async (image) => {
    const scenario = replayedScenario(
      "horizon=100s",
      "dataCentre.racks=2",
      "dataCentre.hostsPerRack=2",
      "cluster.vm.disk={on: local, bytes: 64MiB, writeRate: 100kB/s}",
      "detection={heartbeat: 1s, timeout: 6s}",
      "snapshot.interval=12s",
      "failures.vm=none",
      "failures.host=none",
      "failures.uplink={times: [{component: 0, start: 8s, end: 10s}]}",
      "failures.rack={times: [{component: 0, start: 35s, end: 52s}]}",
      "failures.disk={times: [{component: 2, start: 79s, end: 93s}]}",
    );
    const { events, columns, notes, verifiedPoints } = await replayed(scenario, protect, image);
    assert.equal(brokenLaws(scenario, events), []);
    assert.equal(notes, []);
    assert.ok(verifiedPoints >= 1, `${verifiedPoints} restore points`);
    assert.equal(brokenBooks(events, scenario.horizon), []);
    assert.is(columns["rollbacks"], 2);
    assert.is(columns["pIntact"], 1, "by the guests' own stamps");
    assert.is(columns["falseSuspicions"], 0);
    const states = events.flatMap((one) => (one.kind === "vm" && one.vm === "cluster vm 0" ? [one] : []));
    const cut = states.filter(({ to }) => to === "detect").map(({ at }) => at);
    const told = (kind: "failure" | "return", component: "uplink" | "rack"): number =>
      events.find((one) => one.kind === kind && one.component === component)!.at;
    // It runs on at first, and is not up: a short cut is over before anybody misses it.
    const [uplink, rack] = [told("failure", "uplink"), told("failure", "rack")];
    for (const [i, at] of [uplink, rack].entries())
      assert.ok(cut[i]! >= at && cut[i]! < at + 1, `cut at ${cut[i]} s, failed at ${at} s`);
    const back = states.find(({ from, at }) => from === "detect" && at > cut[0]!);
    assert.ok(back?.to === "up" && back.at < told("return", "uplink") + 1, JSON.stringify(back));
    const detections = events.filter(({ kind }) => kind === "detection").map(({ at }) => at);
    assert.ok(detections[0]! > rack + 5 && detections[0]! < rack + 9, `found at ${detections[0]} s`);
    // A host of the rack that is missed later than the other makes a rollback be planned anew: what it ends with counts.
    const done = events.findIndex((one) => one.kind === "rollback" && one.phase === "done");
    const placesIn = (some: typeof events): string[] | undefined => {
      const chosen = some.findLast((one) => one.kind === "rollback" && one.phase === "chosen");
      return chosen?.kind === "rollback" && chosen.phase === "chosen"
        ? chosen.places.map(({ host }) => host)
        : undefined;
    };
    assert.equal(placesIn(events.slice(0, done))?.toSorted(), ["host 2", "host 3"]);
    assert.not(placesIn(events)!.includes("host 2"));
  }),
);

test(
  "keeps every invariant while hosts, disks and bytes fail at random",
  skipUnless(guestsPossible, neededForGuests, async (image) => {
    const calm = replayedScenario(
      "dataCentre.racks=2",
      "dataCentre.hostsPerRack=2",
      "cluster.vm.disk={on: local, bytes: 64MiB, writeRate: 100kB/s}",
      "detection={heartbeat: 1s, timeout: 6s}",
      "snapshot={interval: 12s, record: incremental, fullEvery: 3}",
      "storage.expired=keep-chain",
    );
    // A host comes back empty, a disk is lost meanwhile, and then that host again.
    const seed = 2;
    const storm = soakScenario(calm, 64);
    // And a guest dies when there are points of after that loss, so that there is a recovery to look at.
    const vm = { kind: "times", outages: [{ component: 0, start: 35, end: Infinity, permanent: false }] } as const;
    const { scenario } = drawnScenario({ ...storm, failures: { ...storm.failures, vm } }, seed);
    const { events, checked, notes, verifiedPoints } = await replayed(scenario, protect, image, { seed, checks: true });
    assert.equal(brokenLaws(scenario, events), []);
    assert.equal(brokenBooks(events, scenario.horizon), []);
    assert.equal(notes, []);
    assert.equal(checked?.broken, []);
    assert.ok(checked!.looks >= 1 && checked!.points >= 1, JSON.stringify(checked));
    assert.ok(verifiedPoints >= 1);
    const failed = events.flatMap((one) => (one.kind === "failure" && !one.ignored ? [one.name] : []));
    assert.ok(failed.includes("host 2") && failed.includes("host 3 disk"), failed.join());
  }),
);

test.run();
