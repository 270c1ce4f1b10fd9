import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { distributionSlots } from "../../models/analytic/distribution-slots.ts";
import { multicastTime, peerTime, unicastTime } from "../../models/analytic/distribution-time.ts";
import { nackTransmissions } from "../../models/analytic/nack-multicast.ts";
import { bytesApart, bytesMoved, type SharedContent } from "../../models/placement/bytes-moved.ts";
import { costOf } from "../../models/placement/placement-cost.ts";
import { groupsTime, groupVolume } from "../../models/transfer/group-volume.ts";
import { distinctAmong, imageContents, similarityLeft } from "../../models/transfer/image-contents.ts";
import { capGroups, type PageGroup, pageGroups } from "../../models/transfer/page-groups.ts";
import { Streams } from "../../sim/index.ts";
import { referenceCases, referenceFamily } from "./reference-values.ts";
import { assertZScores, zScore } from "./z-scores.ts";

const near = (found: number, expected: number, what: string): void =>
  assert.ok(Math.abs(found - expected) <= 1e-9 * Math.abs(expected), `${what}: ${found}, not ${expected}`);

interface Volumes {
  readonly unicast_pages: number;
  readonly distinct_pages_multicast_source: number;
  readonly host_dedup_pages: number;
  readonly rack_multicast_core_pages: number;
}

for (const { name, inputs, value } of referenceCases<
  { V: number; pages_per_vm: number; frac_shared_all: number; frac_shared_pair: number; hosts: number; racks: number },
  Volumes
>("multicast"))
  test(`${name}: unicast, pages inside hosts once, over uplinks once per rack, from the source once`, () => {
    const contents = imageContents(inputs.V, inputs.pages_per_vm, {
      all: inputs.frac_shared_all,
      pair: inputs.frac_shared_pair,
    });
    // Blocks: neighbours stand on one host, and hosts on one rack.
    const places = Array.from({ length: inputs.V }, (_, vm) => Math.floor((vm * inputs.hosts) / inputs.V));
    const racks = Array.from({ length: inputs.hosts }, (_, host) => Math.floor((host * inputs.racks) / inputs.hosts));
    const { source, rackUplinks, hosts } = groupVolume(pageGroups(contents, places), racks);
    assert.equal(
      [bytesApart(contents), source, hosts, rackUplinks],
      [
        value.unicast_pages,
        value.distinct_pages_multicast_source,
        value.host_dedup_pages,
        value.rack_multicast_core_pages,
      ],
    );
    assert.is(
      costOf(() => bytesMoved(contents, inputs.V, inputs.hosts), places),
      hosts,
      "placement counts the same",
    );
  });

test("p2p-1: unicast takes n F / u, and no way to send on is faster than the fluid bound", () => {
  const [first] = referenceFamily<
    readonly { file: number; server_up: number; client_down_min: number | string; peer_up: number; n: number }[],
    readonly { client_server_unicast: number; p2p_fluid_min: number }[]
  >("p2p");
  for (const [i, { file, server_up, client_down_min, peer_up, n }] of first!.inputs.entries()) {
    const given = {
      bytes: file,
      receivers: n,
      sourceUp: server_up,
      receiverDown: Number(client_down_min),
      receiverUp: peer_up,
    };
    near(unicastTime(given), first!.value[i]!.client_server_unicast, `unicast ${i}`);
    near(peerTime(given), first!.value[i]!.p2p_fluid_min, `peers ${i}`);
    assert.ok(multicastTime(given) <= peerTime(given));
  }
});

test("p2p-2: slots of the optimum, of a chain, of a tree and of unicast", () => {
  const second = referenceFamily<
    readonly { peers: number; chunks: number }[],
    readonly Readonly<Record<string, number>>[]
  >("p2p")[1]!;
  for (const [i, { peers, chunks }] of second.inputs.entries()) {
    const value = second.value[i]!;
    const slots = (["optimum", "chain", "tree", "unicast"] as const).map((one) =>
      distributionSlots(one, chunks, peers),
    );
    assert.equal(slots, [
      value["min_slots_equal_uplinks"],
      value["chain_pipeline_slots"],
      value["binomial_whole_file_slots"],
      value["sequential_unicast_slots"],
    ]);
  }
});

test("no schedule in slots beats the fluid bound or the optimum", () => {
  for (const receivers of [1, 2, 3, 5, 8, 33, 1000])
    for (const chunks of [1, 7, 100]) {
      const fluid = peerTime({ bytes: chunks, receivers, sourceUp: 1, receiverDown: 1, receiverUp: 1 });
      const optimum = distributionSlots("optimum", chunks, receivers);
      assert.ok(optimum >= fluid);
      for (const one of ["chain", "tree", "unicast"] as const)
        assert.ok(distributionSlots(one, chunks, receivers) >= optimum, `${one} of ${chunks} to ${receivers}`);
    }
});

// Derived numbers of the reference (literature.md, 4.9), to the two decimals that stand there.
for (const [loss, receivers, expected] of [
  [0.01, 8, 1.08],
  [0.01, 32, 1.28],
  [0.01, 80, 1.56],
  [0.001, 80, 1.08],
  [0.05, 80, 2.18],
] as const)
  test(`with ${100 * loss} % loss and ${receivers} receivers a packet is sent ${expected} times`, () => {
    assert.is(Number(nackTransmissions(loss, receivers).toFixed(2)), expected);
  });

test("transmissions are the greatest of as many geometric numbers, by inclusion and exclusion, and by draws", () => {
  for (const loss of [0, 1e-6, 0.3, 0.9])
    for (const receivers of [1, 2, 5]) {
      let exact = 0;
      for (let j = 1, choose = receivers; j <= receivers; choose = (choose * (receivers - j)) / (j + 1), j++)
        exact += ((j % 2 === 1 ? 1 : -1) * choose) / (1 - loss ** j);
      near(nackTransmissions(loss, receivers), exact, `${loss}, ${receivers}`);
    }
  const draws = new Streams(3).get("losses");
  const checks: Record<string, number> = {};
  for (const [loss, receivers] of [
    [0.05, 80],
    [0.5, 10],
    [0.2, 300],
  ] as const) {
    const sent = Array.from({ length: 2000 }, () => {
      let [missing, rounds] = [receivers as number, 0];
      for (; missing > 0; rounds++) {
        let left = 0;
        for (let i = 0; i < missing; i++) if (draws.bernoulli(loss)) left += 1;
        missing = left;
      }
      return rounds;
    });
    checks[`${loss}, ${receivers}`] = zScore(sent, nackTransmissions(loss, receivers));
  }
  assertZScores(checks);
});

test("what cannot be is refused: a loss of all, no receivers' number, parts above 1, no group", () => {
  assert.throws(() => nackTransmissions(1, 3), /loss must be below 1/);
  assert.throws(() => nackTransmissions(0.1, 1.5), /receivers must be a whole number/);
  assert.throws(() => imageContents(2, 10, { all: 0.7, pair: 0.4 }), /all \+ pair must lie between 0 and 1/);
  assert.throws(() => capGroups([], 0), /at least 1, not 0/);
  assert.throws(
    () => unicastTime({ bytes: 1, receivers: 0, sourceUp: 1, receiverDown: 1, receiverUp: 1 }),
    /receivers/,
  );
});

test("of what all share a VM has kept half after one half-life, and the distinct copies are as drawn", () => {
  near(similarityLeft(3600, 3600), 0.5, "one half-life");
  near(similarityLeft(0, 3600), 1, "at the start");
  near(distinctAmong(8, 1), 1, "all alike");
  near(distinctAmong(8, 0), 8, "all different");
  const draws = new Streams(4).get("kept");
  const checks: Record<string, number> = {};
  for (const [vms, kept] of [
    [2, 0.5],
    [16, 0.1],
    [5, 0.9],
  ] as const) {
    const counts = Array.from({ length: 4000 }, () => {
      const keepers = Array.from({ length: vms }, () => draws.bernoulli(kept)).filter((one) => one).length;
      return vms - keepers + Math.min(keepers, 1);
    });
    checks[`${vms} VMs, ${kept}`] = zScore(counts, distinctAmong(vms, kept));
  }
  assertZScores(checks);
});

test("pages that a host holds are not sent to it, and nothing is sent to none", () => {
  const contents: SharedContent[] = [
    { bytes: 5, wantedBy: [0, 1, 2], heldBy: [1] },
    { bytes: 3, wantedBy: [2], heldBy: [2] },
  ];
  assert.equal(pageGroups(contents, [0, 1, 2]), [{ bytes: 5, hosts: [0, 2], contents: [0] }]);
});

test("a cap merges the groups that waste least, keeps every want, and leaves pages for one host alone", () => {
  const groups: PageGroup[] = [
    { bytes: 10, hosts: [0, 1], contents: [0] },
    { bytes: 10, hosts: [0, 1, 2], contents: [1] },
    { bytes: 10, hosts: [7, 8], contents: [2] },
    { bytes: 4, hosts: [3], contents: [3] },
  ];
  const { hosts } = groupVolume(groups, new Array(9).fill(0));
  const capped = capGroups(groups, 2);
  assert.equal(capped, [
    { bytes: 20, hosts: [0, 1, 2], contents: [0, 1] },
    { bytes: 10, hosts: [7, 8], contents: [2] },
    { bytes: 4, hosts: [3], contents: [3] },
  ]);
  assert.is(groupVolume(capped, new Array(9).fill(0)).hosts, hosts + 10, "the page that host 2 drops");
});

test("whatever the cap, no more groups, the same bytes from the source, and no host goes without", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          bytes: fc.integer({ min: 1, max: 100 }),
          hosts: fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 1 }),
        }),
        { maxLength: 14 },
      ),
      fc.integer({ min: 1, max: 6 }),
      (raw, most) => {
        const groups = pageGroups(
          raw.map(({ bytes, hosts }) => ({ bytes, wantedBy: hosts, heldBy: [] })),
          [0, 1, 2, 3, 4, 5, 6, 7],
        );
        const capped = capGroups(groups, most);
        const racks = new Array<number>(8).fill(0);
        const [before, after] = [groupVolume(groups, racks), groupVolume(capped, racks)];
        assert.ok(capped.filter(({ hosts }) => hosts.length > 1).length <= most);
        assert.is(after.source, before.source);
        for (let host = 0; host < 8; host++) {
          const got = (all: readonly PageGroup[]): number =>
            all.reduce((sum, { bytes, hosts }) => sum + (hosts.includes(host) ? bytes : 0), 0);
          assert.ok(got(capped) >= got(groups));
        }
        const shared = groups.filter(({ hosts }) => hosts.length > 1).length;
        if (shared <= most) assert.is(after.hosts, before.hosts, "no merge without need");
      },
    ),
    { seed: 3, numRuns: 500 },
  );
});

test("groups go one after the other at the rate of their slowest receiver, after they are joined", () => {
  const groups: PageGroup[] = [
    { bytes: 100, hosts: [0, 1], contents: [0] },
    { bytes: 100, hosts: [2], contents: [1] },
  ];
  const given = { sourceRate: 50, receiverRates: [50, 10, 100], joinTime: 0.25 };
  assert.is(groupsTime(groups, given), 100 / 10 + 0.25 + 100 / 50);
  near(groupsTime(groups, { ...given, loss: 0.5 }), (100 / 10) * (8 / 3) + 0.25 + (100 / 50) * 2, "with repair");
});

test.run();
