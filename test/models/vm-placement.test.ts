import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { TrafficMatrix } from "../../models/cut/traffic.ts";
import type { SharedContent } from "../../models/placement/bytes-moved.ts";
import { jointPlacement } from "../../models/placement/joint-placement.ts";
import { similarityAware } from "../../models/placement/similarity-aware.ts";
import { placeVms } from "../../models/placement/vm-placement.ts";
import { NoRoomForVms, type PlacementProblem } from "../../models/placement/vm-room.ts";
import { type RollbackPlacement, rollbackPlacements } from "../../models/scenario.ts";
import { Streams } from "../../sim/index.ts";

const hostsOf = (racks: number, perRack: number, room: readonly number[], down: readonly number[] = []) =>
  Array.from({ length: racks * perRack }, (_, index) => ({
    index,
    rack: Math.floor(index / perRack),
    up: !down.includes(index),
    freeMemory: (room[index % room.length] ?? 0) * 10,
    freeCores: 4,
  }));

const silent = (vms: number): TrafficMatrix => ({ kind: "pairs", vms, pairs: [] });
const first = { pick: () => 0 };

const problemOf = (
  hosts: PlacementProblem["hosts"],
  stay: PlacementProblem["stay"],
  more: Partial<PlacementProblem> = {},
): PlacementProblem => ({ hosts, vm: { memory: 10, cores: 1 }, antiAffinity: "none", stay, spares: 0, ...more });

const fresh = (vms: number): undefined[] => Array.from({ length: vms }, () => undefined);

const places = (
  placement: RollbackPlacement,
  hosts: PlacementProblem["hosts"],
  stay: PlacementProblem["stay"],
): number[] => placeVms(placement, problemOf(hosts, stay), { traffic: silent(stay.length), ...first });

test("first-fit takes the first host with room, spread the one with fewest VMs of the cluster, then most memory", () => {
  const hosts = hostsOf(1, 4, [1, 2, 5, 3]);
  assert.equal(places("first-fit", hosts, fresh(4)), [0, 1, 1, 2]);
  assert.equal(places("spread", hosts, fresh(5)), [2, 3, 1, 0, 2]);
  assert.equal(places("spread", hosts, [2, 2, undefined]), [2, 2, 3], "VMs that stay count");
});

test("pack fills the hosts that are in use, then the largest, and leaves large gaps to others", () => {
  const hosts = hostsOf(2, 3, [1, 2, 4, 3, 4, 2]);
  assert.equal(places("pack", hosts, fresh(4)), [2, 2, 2, 2]);
  assert.equal(places("pack", hosts, fresh(2)), [1, 1], "a gap of 2, although a gap of 4 comes earlier in size");
  assert.equal(places("pack", hosts, [5, undefined, undefined, undefined]), [5, 5, 5, 3], "then on the same rack");
});

test("memory and cores that are left over in pieces too small for a VM are no room", () => {
  const pieces = Array.from({ length: 4 }, (_, index) => ({ index, rack: 0, up: true, freeMemory: 19, freeCores: 4 }));
  assert.equal(places("first-fit", pieces, fresh(4)), [0, 1, 2, 3]);
  assert.throws(() => places("first-fit", pieces, fresh(5)), /^5 VMs need hosts, and there is room for 4: /);
});

test("spares are room of which nothing is taken", () => {
  const hosts = hostsOf(3, 1, [2]);
  const ask = (spares: number, antiAffinity: "none" | "rack") => () =>
    placeVms("spread", problemOf(hosts, fresh(2), { spares, antiAffinity }), { traffic: silent(2), ...first });
  assert.is(ask(4, "none")().length, 2);
  assert.throws(ask(5, "none"), /^2 VMs and 5 spare need hosts, and there is room for 6: /);
  assert.is(ask(1, "rack")().length, 2);
  assert.throws(ask(2, "rack"), /^2 VMs and 2 spare need hosts, and there is room for 3, no two on one rack: /);
});

test("random takes every host with room as often as any other", () => {
  const draws = new Streams(8).get("placement");
  const counts = [0, 0, 0, 0];
  const [runs, chance] = [4000, 1 / 3];
  for (let i = 0; i < runs; i++) {
    const [host] = placeVms("random", problemOf(hostsOf(1, 4, [1, 0, 2, 9]), fresh(1)), {
      traffic: silent(1),
      pick: (n) => draws.integer(0, n - 1),
    });
    counts[host!]! += 1;
  }
  assert.is(counts[1], 0);
  for (const host of [0, 2, 3])
    assert.ok(Math.abs(counts[host]! - runs * chance) / Math.sqrt(runs * chance * (1 - chance)) < 4, `${counts}`);
});

test("VMs that talk are brought together, and to those that stay", () => {
  const pair = (from: number, to: number) => ({ from, to, messagesPerSecond: 10 });
  const hosts = hostsOf(2, 2, [2]);
  const traffic: TrafficMatrix = { kind: "pairs", vms: 4, pairs: [pair(0, 3), pair(1, 2)] };
  const apart = placeVms("traffic-aware", problemOf(hosts, fresh(4)), { traffic, ...first });
  assert.is(apart[0], apart[3]);
  assert.is(apart[1], apart[2]);
  const stay = [3, undefined, undefined, undefined];
  const around = placeVms("traffic-aware", problemOf(hosts, stay), { traffic, ...first });
  assert.equal([around[0], around[3]], [3, 3]);
});

test("VMs go where their content lies, or where others want the same", () => {
  const contents: SharedContent[] = [
    { bytes: 5, wantedBy: [0], heldBy: [2] },
    { bytes: 3, wantedBy: [1, 2], heldBy: [] },
  ];
  const chosen = similarityAware(problemOf(hostsOf(2, 2, [2]), fresh(3)), contents);
  assert.is(chosen[0], 2);
  assert.is(chosen[1], chosen[2]);
});

test("a joint placement follows the heavier weight, and refuses weights that say nothing", () => {
  // VM 0 talks to VM 1, which stays on host 0; its content lies on host 3.
  const talk: TrafficMatrix = { kind: "pairs", vms: 2, pairs: [{ from: 0, to: 1, messagesPerSecond: 1 }] };
  const contents: SharedContent[] = [{ bytes: 7, wantedBy: [0], heldBy: [3] }];
  const problem = problemOf(hostsOf(2, 2, [2]), [undefined, 0]);
  const place = (traffic: number, bytes: number) => jointPlacement(problem, talk, contents, { traffic, bytes })[0];
  assert.is(place(2, 1), 0);
  assert.is(place(1, 2), 3);
  for (const [traffic, bytes] of [
    [0, 0],
    [-1, 2],
    [Number.NaN, 1],
    [1, Number.POSITIVE_INFINITY],
  ] as const)
    assert.throws(() => place(traffic, bytes), /^placement weights: traffic .* must be finite/);
});

test("capacity and anti-affinity always hold, and no host that is down is chosen", () => {
  const kinds = [...rollbackPlacements, "similarity-aware", "joint"] as const;
  fc.assert(
    fc.property(
      fc.record({
        racks: fc.integer({ min: 1, max: 3 }),
        perRack: fc.integer({ min: 1, max: 3 }),
        room: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 9 }),
        down: fc.uniqueArray(fc.integer({ min: 0, max: 8 }), { maxLength: 3 }),
        count: fc.integer({ min: 0, max: 8 }),
        antiAffinity: fc.constantFrom("none" as const, "host" as const, "rack" as const),
        placement: fc.constantFrom(...kinds),
        stays: fc.boolean(),
        spares: fc.integer({ min: 0, max: 2 }),
        seed: fc.nat(),
      }),
      ({ racks, perRack, room, down, count, antiAffinity, placement, stays, spares, seed }) => {
        const hosts = hostsOf(racks, perRack, room, down);
        const stay = [...(stays ? [0] : []), ...fresh(count)];
        const draws = new Streams(seed).get("instance");
        const pairs = stay.flatMap((_, from) =>
          stay.flatMap((_, to) => (from < to ? [{ from, to, messagesPerSecond: draws.uniform(0.1, 1) }] : [])),
        );
        const traffic: TrafficMatrix = { kind: "pairs", vms: stay.length, pairs };
        const contents = stay.map((_, vm) => ({
          bytes: draws.uniform(0, 1),
          wantedBy: [vm],
          heldBy: [vm % hosts.length],
        }));
        const problem = problemOf(hosts, stay, { antiAffinity, spares });
        const place = (): number[] => {
          if (placement === "similarity-aware") return similarityAware(problem, contents);
          if (placement === "joint") return jointPlacement(problem, traffic, contents, { traffic: 1, bytes: 1 });
          return placeVms(placement, problem, { traffic, pick: (n) => draws.integer(0, n - 1) });
        };
        const free = (host: (typeof hosts)[number]): number => {
          const taken =
            stays && (antiAffinity === "host" ? host.index === 0 : antiAffinity === "rack" && host.rack === 0);
          return host.up && !taken ? Math.min(host.freeMemory / 10, host.freeCores) : 0;
        };
        const perHost = hosts.map(free);
        const most = {
          none: perHost.reduce((sum, one) => sum + one, 0),
          host: perHost.filter((one) => one > 0).length,
          rack: new Set(hosts.filter((_, i) => perHost[i]! > 0).map(({ rack }) => rack)).size,
        }[antiAffinity];
        if (count + spares > most) {
          assert.throws(place, (error: unknown) => error instanceof NoRoomForVms && error.needed === count);
          return;
        }
        const chosen = place();
        assert.is(chosen.length, stay.length);
        if (stays) assert.is(chosen[0], 0, "a VM that stays is not moved");
        const placed = chosen.slice(stays ? 1 : 0);
        for (const host of hosts) assert.ok(placed.filter((index) => index === host.index).length <= free(host));
        if (antiAffinity === "host") assert.is(new Set(chosen).size, chosen.length);
        if (antiAffinity === "rack") assert.is(new Set(chosen.map((index) => hosts[index]!.rack)).size, chosen.length);
      },
    ),
    { seed: 6, numRuns: 1500 },
  );
});

test.run();
