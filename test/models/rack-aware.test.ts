import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { rackAware } from "../../models/placement/rack-aware.ts";
import { Streams } from "../../sim/index.ts";
import { zScore } from "./z-scores.ts";

const hostsOf = (racks: number, perRack: number, down: readonly number[] = []) =>
  Array.from({ length: racks * perRack }, (_, index) => ({
    index,
    rack: Math.floor(index / perRack),
    up: !down.includes(index),
  }));
const first = (): number => 0;

test("copies lie on hosts that are up, never two on one and none on the capturing host, racks filled evenly", () => {
  fc.assert(
    fc.property(
      fc.record({
        racks: fc.integer({ min: 1, max: 4 }),
        perRack: fc.integer({ min: 1, max: 4 }),
        copies: fc.integer({ min: 0, max: 5 }),
        down: fc.uniqueArray(fc.integer({ min: 0, max: 15 })),
        seed: fc.integer(),
      }),
      ({ racks, perRack, copies, down, seed }) => {
        const hosts = hostsOf(racks, perRack, down);
        const stream = new Streams(seed).get("placement");
        const capturing = stream.integer(0, hosts.length - 1);
        const chosen = rackAware(hosts, { copies, capturing, holders: [] }, (n) => stream.integer(0, n - 1));
        const able = hosts.filter(({ index, up }) => up && index !== capturing);
        assert.is(chosen.length, Math.min(copies, able.length), "as many as there are hosts for");
        assert.is(new Set(chosen).size, chosen.length);
        assert.ok(chosen.every((index) => able.some((host) => host.index === index)));
        const loads = Array.from(
          { length: racks },
          (_, rack) => chosen.filter((index) => hosts[index]!.rack === rack).length,
        );
        for (const [rack, load] of loads.entries()) {
          const room = able.filter((host) => host.rack === rack).length;
          for (const other of loads)
            assert.ok(load >= other - 1 || load === room, "a rack has less only when it is full");
        }
      },
    ),
    { seed: 5 },
  );
});

test("holders count for their racks and are not chosen again, also while they are down", () => {
  const hosts = hostsOf(2, 3, [4]);
  assert.equal(rackAware(hosts, { copies: 2, capturing: 0, holders: [4, 5] }, first), [1, 2]);
  assert.equal(rackAware(hosts, { copies: 1, capturing: 0, holders: [1] }, first), [3]);
});

test("among hosts of the same rack the choice is even", () => {
  const stream = new Streams(6).get("placement");
  const hosts = hostsOf(2, 4);
  const draws = Array.from(
    { length: 3000 },
    () => rackAware(hosts, { copies: 1, capturing: 0, holders: [] }, (n) => stream.integer(0, n - 1))[0]!,
  );
  for (const { index } of hosts.slice(1)) {
    assert.ok(
      Math.abs(
        zScore(
          draws.map((draw) => (draw === index ? 1 : 0)),
          1 / 7,
        ),
      ) < 4,
      `host ${index}`,
    );
  }
});

test.run();
