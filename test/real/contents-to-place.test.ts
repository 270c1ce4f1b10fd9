import { suite } from "uvu";
import * as assert from "uvu/assert";
import { contentsToPlace } from "../../real/replay/contents-to-place.ts";
import type { RealHost } from "../../real/replay/real-host.ts";
import type { RealPart } from "../../real/replay/real-snapshot.ts";
import { placedVms } from "./placed-vms.ts";

const test = suite("contents that real VMs are placed by");

const MiB = 2 ** 20;
const sizes = new Map([
  ["common.pack", 8 * MiB],
  ["v0.record", MiB],
  ["v1.record", MiB],
  ["v2.record", 2 * MiB],
  ["v2.disk", MiB],
]);

/** Three VMs on the first of four hosts, which is lost; the first two have a pack in common. */
const stage = (...settings: string[]) => {
  const packed = ["cluster.vms=3", "cluster.placement=pack", "dataCentre.host.cores=4"];
  const { hosts, cluster, ...placed } = placedVms(...packed, ...settings);
  const pack = { name: "common.pack", group: 0, record: "v0.record", from: hosts[0], harm: "fatal" } as const;
  const parts: RealPart[] = cluster.vms.map((vm, i) => ({
    ...{ vm, source: hosts[0]!, records: [`v${i}.record`], bytes: 0 },
    packs: i < 2 ? [pack] : [],
    disks: i === 2 ? ["v2.disk", "v2.empty"] : [],
  }));
  const files = {
    sizeOf: (name: string): number => sizes.get(name) ?? 0,
    holders: (name: string): RealHost[] => hosts.filter((host) => host.files.has(name)),
  };
  return { ...placed, hosts, cluster, contents: () => contentsToPlace(parts, cluster.vms, files) };
};

test("are files by who wants and who holds them, each once for a host", () => {
  const { hosts, contents } = stage();
  for (const name of ["common.pack", "v2.record", "v2.disk"]) hosts[1]!.files.add(name);
  hosts[3]!.files.add("common.pack");
  hosts[0]!.files.add("v0.record");
  const held = [
    { bytes: 8 * MiB, wantedBy: [0, 1], heldBy: [1, 3] },
    { bytes: 3 * MiB, wantedBy: [2], heldBy: [1] },
  ];
  assert.equal(contents(), [{ bytes: MiB, wantedBy: [0], heldBy: [0] }, ...held]);
  hosts[0]!.suspect();
  assert.equal(contents(), held, "what nobody can read is brought nowhere");
});

const weighted = "rollback.placementWeights={traffic: 1, bytes: 0}";

for (const [placement, told, places] of [
  // The pack decides for two of them, and its own files for the third.
  ["similarity-aware", [], [3, 3, 2]],
  ["joint", [], [3, 3, 2]],
  // Where only traffic counts they are together, wherever it is.
  ["joint", [weighted], [1, 1, 1]],
  ["spread", [], [1, 2, 3]],
] as const)
  test(`decide where VMs go: ${[placement, ...told].join(", ")}`, () => {
    const { scenario, hosts, cluster, placement: real, contents } = stage(`rollback.placement=${placement}`, ...told);
    hosts[3]!.files.add("common.pack");
    for (const name of ["v2.record", "v2.disk"]) hosts[2]!.files.add(name);
    hosts[0]!.suspect();
    const pairs = [0, 1].map((from) => ({ from, to: 2, messagesPerSecond: told.length === 0 ? 0 : 10 }));
    const known = { traffic: { kind: "pairs", vms: 3, pairs } as const, contents: contents() };
    assert.is(real.replace(cluster, scenario.rollback, known), true);
    assert.equal(
      cluster.vms.map(({ host }) => host!.index),
      places,
    );
  });

test.run();
