// needs: iproute2
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { TransferEnds } from "../../models/life-cycle-events.ts";
import { hostFolder } from "../../real/ownership/private-folder.ts";
import { HostFiles } from "../../real/replay/host-files.ts";
import { RealCluster } from "../../real/replay/real-cluster.ts";
import { RealHost } from "../../real/replay/real-host.ts";
import { filesOf, RealSnapshot } from "../../real/replay/real-snapshot.ts";
import { Recorder } from "../../real/replay/recorder.ts";
import { RunEvents } from "../../real/replay/run-events.ts";
import { sharedFiles, togetherBy, type Wanted } from "../../real/replay/shared-files.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { NamespaceHosts } from "./namespace-hosts.ts";
import { replayedScenario } from "./replayed-scenario.ts";
import { streamOf, syntheticLinux } from "./synthetic-linux.ts";

const test = suite("files that several hosts want");
const testbed = new NamespaceHosts("w", "10.78.20.0/24", 4);
test.after(() => testbed.end());

const MiB = 2 ** 20;
const sizes = new Map([
  ["all", 2 * MiB],
  ["pair", MiB],
  ["one", MiB / 2],
]);
const sizeOf = (name: string): number => sizes.get(name)!;

/** Three VMs of which all want `all`, the last two `pair` and the last `one`; all lie on the first of four hosts. */
const stage = async (isReal: boolean) => {
  const scenario = replayedScenario("cluster.vms=3");
  const events = new RunEvents(1000);
  const agents = isReal ? await testbed.agents() : [];
  const hosts = Array.from({ length: 4 }, (_, index) => {
    const address = testbed.inventory.hosts[index]!.address;
    return new RealHost(index, agents[index]!, { address, offset: 0, spec: scenario.dataCentre });
  });
  const cluster = new RealCluster(scenario, events);
  const names = [["all"], ["all", "pair"], ["all", "pair", "one"]];
  const wanted: Wanted[] = cluster.vms.map((vm, i) => ({
    part: { vm, source: hosts[0]!, records: names[i]!, packs: [], disks: [], bytes: 0 },
    host: hosts[i + 1]!,
  }));
  const taken = { cutAt: 0, pause: 0, captureDuration: 0, whole: true, parts: wanted.map(({ part }) => part) };
  return { scenario, events, hosts, cluster, wanted, snapshot: new RealSnapshot(cluster, 1, taken) };
};

test("are grouped by their hosts, without those that have them", async () => {
  const { wanted, hosts, cluster } = await stage(false);
  const [first, second, third] = cluster.vms.map(({ name }) => name);
  const groups = (most: number) =>
    sharedFiles(wanted, { filesOf, groups: most, sizeOf }).toSorted(
      (one, other) => other.hosts.length - one.hosts.length,
    );
  assert.equal(groups(Number.POSITIVE_INFINITY), [
    { names: ["all"], hosts: [1, 2, 3], vms: [first, second, third] },
    { names: ["pair"], hosts: [2, 3], vms: [second, third] },
  ]);
  assert.equal(groups(1), [{ names: ["all", "pair"], hosts: [1, 2, 3], vms: [first, second, third] }]);
  hosts[3]!.files.add("all").add("pair");
  assert.equal(groups(8), [{ names: ["all"], hosts: [1, 2], vms: [first, second] }]);
});

for (const transfer of ["multicast", "chain"] as const)
  test(
    `come once from their source by ${transfer}, and the rest by unicast`,
    skipUnless(
      () => process.getuid?.() === 0 && findCommand("ip") && findCommand("tc"),
      "needs root and iproute2",
      async () => {
        const { scenario, events, hosts, wanted, snapshot } = await stage(true);
        const files = new HostFiles(hosts, events);
        const folderOf = (host: string): string => join(hostFolder(testbed.name, host), "files");
        const contents = new Map([...sizes].map(([name, bytes]) => [name, randomBytes(bytes)]));
        for (const [name, bytes] of contents) writeFileSync(join(folderOf("h1"), name), bytes, { mode: 0o600 });
        files.written(hosts[0]!, sizes);
        events.start();
        const together = togetherBy({ ...scenario.rollback, transfer }, scenario.dataCentre.host.nic)!;
        await files.bringTogether(snapshot, wanted, together);
        for (const { part, host } of wanted) await files.bring(snapshot, part, host, "restore");
        const ends = events.inOrder.filter((one) => one.kind === "transfer" && one.state !== "begin") as TransferEnds[];
        assert.equal(
          ends.map(({ to, bytes, moved, state, sourceBytes }) => [
            to.length,
            bytes,
            moved,
            state,
            sourceBytes >= bytes,
          ]),
          [
            [3, 2 * MiB, 2 * MiB, "done", true],
            [2, MiB, MiB, "done", true],
            [1, MiB / 2, MiB / 2, "done", true],
          ],
        );
        const [three, two] = ends as [TransferEnds, TransferEnds];
        if (transfer === "chain")
          assert.equal([three.sourceBytes, three.linkBytes, two.linkBytes], [2 * MiB, 12 * MiB, 4 * MiB]);
        else assert.equal([three.linkBytes, two.linkBytes], [4 * three.sourceBytes, 3 * two.sourceBytes]);
        for (const [i, { part }] of wanted.entries())
          for (const name of part.records)
            assert.ok(readFileSync(join(folderOf(`h${i + 2}`), name)).equals(contents.get(name)!), name);
        assert.not(existsSync(join(folderOf("h2"), "pair")));
        for (const host of hosts) await host.wipe();
      },
    ),
  );

test(
  "are what guests share: it comes once to all hosts by multicast, and with the rest every memory is there byte by byte",
  skipUnless(
    () => process.getuid?.() === 0 && findCommand("ip") && findCommand("tc"),
    "needs root and iproute2",
    async () => {
      const { scenario, events, hosts, cluster } = await stage(true);
      const files = new HostFiles(hosts, events);
      const storage = { ...scenario.storage, deduplication: "hosts" as const };
      const recorder = new Recorder({ files, storage, isIncremental: false, onNote: assert.unreachable });
      const folder = join(hostFolder(testbed.name, "h1"), "files");
      // All three guests run on the first host, and have 30 of 40 pages in common.
      const streams = cluster.vms.map(({ index }) =>
        streamOf(
          syntheticLinux(
            Array.from({ length: 40 }, (_, i) => ({ mapping: 1n, fill: i < 30 ? 1 + i : 50 + 20 * index + i })),
          ),
        ),
      );
      const captures = cluster.vms.map((vm, i) => {
        vm.host = hosts[0]!;
        vm.disks = [`v${i}.disk`];
        writeFileSync(join(folder, `v${i}`), streams[i]!, { mode: 0o600 });
        writeFileSync(join(folder, `v${i}.disk`), "a disk", { mode: 0o600 });
        const times = { untilCut: 0, cutAt: 0, pause: 0, duration: 0, bytes: 1 };
        return { vm, captured: { mode: "post-copy" as const, disk: `v${i}.disk`, file: `v${i}`, ...times } };
      });
      const parts = (await recorder.record(captures, true)).map(({ part }) => part);
      const taken = { cutAt: 0, pause: 0, captureDuration: 0, whole: true, parts };
      const snapshot = new RealSnapshot(cluster, 1, taken);
      const wanted = parts.map((part, i) => ({ part, host: hosts[i + 1]! }));
      events.start();
      const together = togetherBy({ ...scenario.rollback, transfer: "multicast" }, scenario.dataCentre.host.nic)!;
      await files.bringTogether(snapshot, wanted, together);
      for (const [i, { part, host }] of wanted.entries()) {
        await files.rebuild(snapshot, part, host, "stream");
        const rebuilt = readFileSync(join(hostFolder(testbed.name, `h${i + 2}`), "files", "stream"));
        assert.ok(rebuilt.equals(streams[i]!), `guest ${i}`);
        await host.agent.ask("removeFile", { name: "stream" }, 1000);
      }
      const ends = events.inOrder.filter((one) => one.kind === "transfer" && one.state !== "begin") as TransferEnds[];
      const shared = parts[0]!.packs.find(({ from }) => from !== undefined)!;
      assert.ok(files.sizeOf(shared.name) >= 30 * 4096);
      assert.equal(
        ends.map(({ to, bytes, state }) => [to.length, bytes === files.sizeOf(shared.name), state]),
        [
          [3, true, "done"],
          [1, false, "done"],
          [1, false, "done"],
          [1, false, "done"],
        ],
      );
      const [together3, ...alone] = ends as [TransferEnds, ...TransferEnds[]];
      assert.is(
        together3.linkBytes,
        4 * together3.sourceBytes,
        "once from the first host, and once to each of the others",
      );
      assert.ok(together3.sourceBytes < 1.2 * together3.bytes);
      // Ten pages and the record of each.
      assert.ok(
        alone.every(({ bytes }) => bytes < 25 * 4096),
        alone.map(({ bytes }) => bytes).join(),
      );
      for (const host of hosts) await host.wipe();
    },
  ),
);

test.run();
