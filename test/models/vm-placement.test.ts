import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { placeVms } from "../../models/placement/vm-placement.ts";

const hostsOf = (racks: number, perRack: number, room: readonly number[], down: readonly number[] = []) =>
  Array.from({ length: racks * perRack }, (_, index) => ({
    index,
    rack: Math.floor(index / perRack),
    up: !down.includes(index),
    freeMemory: (room[index % room.length] ?? 0) * 10,
    freeCores: 4,
  }));
const vm = { memory: 10, cores: 1 };
const kind = (antiAffinity: "none" | "host" | "rack") => ({ vm, antiAffinity });

test("first-fit takes the first host with room, spread the one with fewest VMs of the cluster, then most memory", () => {
  const hosts = hostsOf(1, 4, [1, 2, 5, 3]);
  assert.equal(placeVms("first-fit", hosts, kind("none"), [], 4), [0, 1, 1, 2]);
  assert.equal(placeVms("spread", hosts, kind("none"), [], 5), [2, 3, 1, 0, 2]);
  assert.equal(placeVms("spread", hosts, kind("none"), [2, 2], 1), [3], "VMs that stay count");
});

test("capacity and anti-affinity always hold, and no host that is down is chosen", () => {
  fc.assert(
    fc.property(
      fc.record({
        racks: fc.integer({ min: 1, max: 3 }),
        perRack: fc.integer({ min: 1, max: 3 }),
        room: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 9 }),
        down: fc.uniqueArray(fc.integer({ min: 0, max: 8 }), { maxLength: 3 }),
        count: fc.integer({ min: 0, max: 8 }),
        antiAffinity: fc.constantFrom("none" as const, "host" as const, "rack" as const),
        placement: fc.constantFrom("first-fit" as const, "spread" as const),
        stay: fc.boolean(),
      }),
      ({ racks, perRack, room, down, count, antiAffinity, placement, stay }) => {
        const hosts = hostsOf(racks, perRack, room, down);
        const placed = stay ? [0] : [];
        const chosen = placeVms(placement, hosts, kind(antiAffinity), placed, count);
        const free = (host: (typeof hosts)[number]): number =>
          host.up &&
          !(
            antiAffinity !== "none" &&
            placed.some((one) => (antiAffinity === "host" ? one === host.index : hosts[one]!.rack === host.rack))
          )
            ? Math.min(host.freeMemory / 10, host.freeCores)
            : 0;
        const perHost = hosts.map(free);
        const most = {
          none: perHost.reduce((sum, one) => sum + one, 0),
          host: perHost.filter((one) => one > 0).length,
          rack: new Set(hosts.filter((_, i) => perHost[i]! > 0).map(({ rack }) => rack)).size,
        }[antiAffinity];
        assert.is(chosen === undefined, count > most, "all of them find room, or none is placed");
        for (const host of hosts) {
          const here = chosen?.filter((index) => index === host.index).length ?? 0;
          assert.ok(here <= free(host));
        }
        const all = [...placed, ...(chosen ?? [])];
        if (antiAffinity === "host") assert.is(new Set(all).size, all.length);
        if (antiAffinity === "rack") assert.is(new Set(all.map((index) => hosts[index]!.rack)).size, all.length);
      },
    ),
    { seed: 6, numRuns: 500 },
  );
});

test.run();
