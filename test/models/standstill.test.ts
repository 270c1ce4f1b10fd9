import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { longestStandstill } from "../../models/cut/standstill.ts";
import { type TrafficMatrix, trafficOf } from "../../models/cut/traffic.ts";
import { messagesPerSecond } from "./traffic-rates.ts";

interface Pauses {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** The same, pair by pair and instant by instant: times are whole numbers, and an instant is half of one. */
const slow = ({ from, to }: Pauses, traffic: TrafficMatrix, rejects: boolean): number => {
  let longest = 0;
  for (let a = 0; a < from.length; a++) {
    for (let b = 0; b < from.length; b++) {
      if (messagesPerSecond(traffic, a, b) === 0) continue;
      const still = (time: number, vm: number): boolean => from[vm]! <= time && time <= to[vm]!;
      const refused = (time: number): boolean =>
        rejects && Math.min(from[a]!, from[b]!) <= time && time <= Math.max(from[a]!, from[b]!);
      let run = 0;
      for (let time = 0; time <= 60; time += 0.5) {
        run = still(time, a) || still(time, b) || refused(time) ? run + 0.5 : 0;
        longest = Math.max(longest, run - 0.5);
      }
    }
  }
  return longest;
};

const pausesOf = (vms: number): fc.Arbitrary<Pauses> =>
  fc
    .array(fc.record({ from: fc.integer({ min: 0, max: 30 }), length: fc.integer({ min: 0, max: 20 }) }), {
      minLength: vms,
      maxLength: vms,
    })
    .map((all) => ({ from: all.map(({ from }) => from), to: all.map(({ from, length }) => from + length) }));

test("a connection stands still while either end does, and between their cuts where the later one rejects", () => {
  const life = fc
    .record({
      vms: fc.integer({ min: 2, max: 5 }),
      pattern: fc.constantFrom("uniform" as const, "ring" as const, "star" as const),
    })
    .chain(({ vms, pattern }) =>
      fc.record({
        pauses: pausesOf(vms),
        traffic: fc.constant(trafficOf(pattern, vms, 1)),
        rejects: fc.boolean(),
      }),
    );
  fc.assert(
    fc.property(life, ({ pauses, traffic, rejects }) => {
      assert.is(longestStandstill(pauses, traffic, rejects), slow(pauses, traffic, rejects));
    }),
    { numRuns: 400, seed: 4, includeErrorInReport: true },
  );
});

test("pauses of VMs that do not talk to each other do not add up", () => {
  const pauses = { from: [0, 3], to: [4, 8] };
  const silent: TrafficMatrix = { kind: "pairs", vms: 2, pairs: [] };
  assert.is(longestStandstill(pauses, silent, true), 0);
  assert.is(longestStandstill(pauses, trafficOf("uniform", 2, 1), false), 8);
});

test.run();
