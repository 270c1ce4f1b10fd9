import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { copysetCount, copysetLoss, groupLoss } from "../../models/analytic/simultaneous-loss.ts";
import { type CopyPlacement, placeCopies } from "../../models/placement/copy-placement.ts";
import { copysetFamilies, copysetsOf } from "../../models/placement/copysets.ts";
import { Streams } from "../../sim/index.ts";

const hostsOf = (racks: number, perRack: number) =>
  Array.from({ length: racks * perRack }, (_, index) => ({ index, rack: Math.floor(index / perRack), up: true }));
const picker = (seed: number) => {
  const stream = new Streams(seed).get("placement");
  return (n: number): number => stream.integer(0, n - 1);
};

const placements: readonly CopyPlacement[] = [
  { kind: "random" },
  { kind: "rack-aware" },
  { kind: "local-first" },
  { kind: "partner" },
  { kind: "copyset", scatterWidth: 4 },
  { kind: "tiered", racks: 1 },
];

test("copies lie on different hosts that are up, never on one that holds or captures the chunk, whatever the placement", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...placements),
      fc.integer({ min: 2, max: 4 }),
      fc.integer({ min: 3, max: 5 }),
      fc.integer({ min: 1, max: 3 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }),
      fc.integer(),
      (placement, racks, perRack, of, down, held, seed) => {
        const hosts = hostsOf(racks, perRack);
        for (const index of down) hosts[index]!.up = false;
        const holders = held.slice(0, of);
        const copies = of - holders.length;
        const chosen = placeCopies(placement, hosts, picker(seed))({ copies, of, capturing: 0, holders });
        assert.ok(chosen.length <= copies);
        assert.is(new Set(chosen).size, chosen.length, "different");
        for (const index of chosen) {
          assert.ok(hosts[index]!.up && index !== 0 && !holders.includes(index), `host ${index}`);
        }
        const free = hosts.filter(({ up, index }) => up && index !== 0 && !holders.includes(index)).length;
        if (placement.kind !== "tiered" && placement.kind !== "copyset") {
          assert.is(chosen.length, Math.min(copies, free), "as many as there are hosts for");
        }
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

test("rack-aware and local-first copies use as many racks as there can be, counting that of the own copy", () => {
  const hosts = hostsOf(3, 4);
  const racksOf = (chosen: readonly number[]): number => new Set(chosen.map((index) => hosts[index]!.rack)).size;
  for (let seed = 0; seed < 50; seed++) {
    const request = { copies: 2, of: 2, capturing: 0, holders: [] };
    const local = placeCopies({ kind: "local-first" }, hosts, picker(seed))(request);
    assert.is(racksOf([0, ...local]), 3);
    assert.is(racksOf(placeCopies({ kind: "rack-aware" }, hosts, picker(seed))({ ...request, copies: 3, of: 3 })), 3);
  }
});

test("partners are always the same hosts, on other racks", () => {
  const hosts = hostsOf(3, 4);
  const place = placeCopies({ kind: "partner" }, hosts, picker(1));
  for (const { index, rack } of hosts) {
    const request = { copies: 1, of: 1, capturing: index, holders: [] };
    const [partner] = place(request);
    assert.equal(place(request), [partner]);
    assert.is.not(hosts[partner!]!.rack, rack);
  }
  const partners = hosts.map(({ index }) => place({ copies: 1, of: 1, capturing: index, holders: [] })[0]!);
  assert.is(new Set(partners).size, hosts.length, "each is the partner of just one");
});

test("tiered copies lie all but one in front, and one on the backup racks", () => {
  const hosts = hostsOf(4, 3);
  for (let seed = 0; seed < 30; seed++) {
    const place = placeCopies({ kind: "tiered", racks: 1 }, hosts, picker(seed));
    const chosen = place({ copies: 3, of: 3, capturing: 0, holders: [] });
    assert.is(chosen.filter((index) => hosts[index]!.rack === 3).length, 1);
    const [repaired] = place({ copies: 1, of: 3, capturing: 0, holders: chosen.slice(0, 2) });
    assert.is(
      hosts[repaired!]!.rack === 3,
      chosen.slice(0, 2).every((index) => hosts[index]!.rack < 3),
    );
    assert.ok(hosts[place({ copies: 1, of: 1, capturing: 0, holders: [] })[0]!]!.rack < 3, "a single copy is in front");
  }
});

test("copysets: ⌈S / (R − 1)⌉ permutations with N / R sets each, across racks, and no host shares sets with more than S others", () => {
  for (const { racks, perRack, size, scatterWidth } of [
    { racks: 4, perRack: 6, size: 3, scatterWidth: 2 },
    { racks: 5, perRack: 6, size: 3, scatterWidth: 6 },
    { racks: 6, perRack: 5, size: 2, scatterWidth: 3 },
  ]) {
    const hosts = hostsOf(racks, perRack);
    const families = copysetFamilies(hosts, size, scatterWidth, picker(racks));
    assert.is(families.length, Math.ceil(scatterWidth / (size - 1)));
    const sets = families.flatMap(copysetsOf);
    assert.is(sets.length, copysetCount(hosts.length, size, scatterWidth), "as many as theory counts");
    for (const set of sets) assert.is(new Set(set.map((index) => hosts[index]!.rack)).size, size, "one rack each");
    for (const { index } of hosts) {
      const others = new Set(sets.filter((set) => set.includes(index)).flat());
      assert.ok(others.size - 1 <= Math.ceil(scatterWidth / (size - 1)) * (size - 1));
    }
  }
});

test("all copies of a chunk lie in one copyset, and a member that is down is replaced alike for all its chunks", () => {
  const hosts = hostsOf(4, 6);
  const place = placeCopies({ kind: "copyset", scatterWidth: 2 }, hosts, picker(9));
  const whole = (capturing: number) => place({ copies: 3, of: 3, capturing, holders: [] }).toSorted((a, b) => a - b);
  const seen = new Set(Array.from({ length: 300 }, (_, i) => whole(i % 24).join(" ")));
  assert.ok(seen.size <= 8, `${seen.size} sets of 24 hosts in one permutation`);
  const [first, second, third] = [...seen][0]!.split(" ").map(Number) as [number, number, number];
  hosts[third]!.up = false;
  const replacements = new Set(
    Array.from({ length: 50 }, () => place({ copies: 1, of: 3, capturing: -1, holders: [first, second, third] })[0]),
  );
  assert.is(replacements.size, 1);
});

/** How often hosts that are lost at once take all copies of some chunk, and what the closed form says. */
const lossOf = (placement: CopyPlacement, racks: number, perRack: number, lost: number, trials: number): number => {
  const hosts = hostsOf(racks, perRack);
  const place = placeCopies(placement, hosts, picker(2));
  const chunks = Array.from({ length: 4000 }, () => place({ copies: 3, of: 3, capturing: -1, holders: [] }));
  const sets = [...new Set(chunks.map((chunk) => chunk.toSorted((a, b) => a - b).join(" ")))].map((set) =>
    set.split(" ").map(Number),
  );
  const stream = new Streams(3).get("losses");
  let losses = 0;
  for (let trial = 0; trial < trials; trial++) {
    const gone = new Set<number>();
    while (gone.size < lost) gone.add(stream.integer(0, hosts.length - 1));
    if (sets.some((set) => set.every((index) => gone.has(index)))) losses += 1;
  }
  return losses / trials;
};

test("simultaneous losses hit placed copies as often as the closed forms say: random, copysets, groups", () => {
  const trials = 20_000;
  const z = (found: number, expected: number): number =>
    (found - expected) / Math.sqrt((expected * (1 - expected)) / trials);
  const groups = groupLoss({ hosts: 60, lost: 6 }, 3, 2);
  assert.ok(Math.abs(z(lossOf({ kind: "copyset", scatterWidth: 2 }, 60, 1, 6, trials), groups)) < 4, "groups");
  // Two permutations: 40 sets, all used by 4,000 chunks.
  const { expected } = copysetLoss({ hosts: 60, lost: 6 }, 3, 40);
  const found = lossOf({ kind: "copyset", scatterWidth: 4 }, 60, 1, 6, trials);
  assert.ok(Math.abs(z(found, expected)) < 4, `copysets: ${found}, not ${expected}`);
  // 4,000 chunks on 34,220 possible sets: 3,774 different ones; 20 sets are lost of all.
  const random = lossOf({ kind: "random" }, 60, 1, 6, trials);
  const hit = 1 - (1 - 20 / 34_220) ** 4000;
  assert.ok(Math.abs(random - hit) < 0.03, `random: ${random}, not ${hit}`);
});

test.run();
