// needs: qemu-system-x86, qemu-utils, build-essential, iproute2
// limit: 500s
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ClusterPolicy } from "../../models/policies/cluster-policy.ts";
import { protect } from "../../models/policies/protect.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import type { AgentClient } from "../../real/agent/client.ts";
import type { GuestImage } from "../../real/guest/guest-image.ts";
import { bringImage } from "../../real/guest/hosted-guest.ts";
import { Testbed } from "../../real/hosts/testbed.ts";
import { guestAddresses } from "../../real/inventory/guest-addresses.ts";
import type { NamespaceInventory } from "../../real/inventory/inventory.ts";
import { readInventory } from "../../real/inventory/read-inventory.ts";
import { type Replayed, replay } from "../../real/replay/replay.ts";
import { replayObstacles } from "../../real/replay/replayable.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { loadScenario } from "../../scenarios/load.ts";
import { setTo } from "../../scenarios/text/override.ts";
import { brokenLaws } from "../conformance/life-cycle-laws.ts";
import { newProbe, probing } from "../conformance/probing-policy.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { testImage } from "./guest-image.ts";

const folder = mkdtempSync(join(tmpdir(), "replay-"));
const file = join(folder, "four.yaml");
const name = `r${process.pid.toString(36)}`;
writeFileSync(
  file,
  `name: ${name}\ndriver: namespace\nsubnet: 10.78.9.0/24\nrate: 1Gbit/s\nhosts: { h1: , h2: , h3: , h4: }\n`,
);
let testbed: Testbed | undefined;
let agents: AgentClient[] | undefined;
const test = suite("the real testbed");
test.after(async () => {
  await testbed?.close();
  await testbed?.end();
  rmSync(folder, { recursive: true, force: true });
});

const possible = async () =>
  process.getuid?.() !== 0 || ["ip", "tc", "qemu-img"].some((one) => findCommand(one) === undefined)
    ? undefined
    : testImage();

const scenarioWith = (...settings: string[]): ClusterScenario => {
  const overrides = settings.map((text) => setTo("--set", text));
  const { scenario } = loadScenario("replayed", { files: diskFiles, folder: "/", overrides }).points[0]!;
  assert.is(scenario.model, "cluster");
  return scenario as ClusterScenario;
};

const replayed = async (scenario: ClusterScenario, policy: ClusterPolicy, image: GuestImage): Promise<Replayed> => {
  assert.equal(replayObstacles(scenario, 4), []);
  const inventory = readInventory(diskFiles, file, "/") as NamespaceInventory;
  if (agents === undefined) {
    testbed = await Testbed.take(inventory);
    await testbed.make();
    agents = (await testbed.agents("own")).map(({ value, error }) => {
      if (value === undefined) throw error;
      return value;
    });
    for (const agent of agents) await bringImage(agent, image);
  }
  const stage = {
    agents,
    image,
    accelerator: "tcg",
    hostAddresses: inventory.hosts.map(({ address }) => address),
    network: { addresses: guestAddresses(inventory, scenario.cluster.vms), bits: inventory.subnet.bits },
  } as const;
  return replay(scenario, policy, stage, { seed: 1, signal: new AbortController().signal, say: () => {} });
};

const conforms = (scenario: ClusterScenario, { events, columns, notes, verifiedPoints }: Replayed): void => {
  assert.equal(brokenLaws(scenario, events), []);
  assert.equal(notes, []);
  assert.ok(verifiedPoints >= 1, `${verifiedPoints} restore points`);
  // On a machine that is busy with other tests a guest may be silent for too long, and be taken for dead as well.
  assert.ok(columns["rollbacks"]! >= 1, `${columns["rollbacks"]} rollbacks`);
  assert.is(columns["pIntact"], 1, "by the guests' own stamps");
  // A machine that is busy with other tests takes seconds to make copies.
  assert.ok(columns["snapshotsDurable"]! >= 1, `${columns["snapshotsDurable"]} durable`);
  assert.ok(columns["availability"]! > 0.3 && columns["availability"]! < 0.95, `available ${columns["availability"]}`);
  assert.ok(columns["pauseMean"]! > 0 && columns["rtoMean"]! > 2, `rto ${columns["rtoMean"]}`);
  const moved = columns["sourceBytes"]!;
  assert.ok(moved > 0 && columns["linkBytes"] === 2 * moved, `${moved} bytes over network cards`);
};

test(
  "brings a guest that dies back with its cluster, from records of what has changed",
  skipUnless(possible, "needs root, Debian, QEMU and a C compiler", async (image) => {
    const scenario = scenarioWith(
      "horizon=62s",
      "detection={heartbeat: 1s, timeout: 6s}",
      "snapshot.interval=7s",
      "snapshot.record=incremental",
      "snapshot.fullEvery=3",
      "storage.expired=keep-chain",
      "failures.vm={times: [{component: 0, start: 28s}]}",
      "failures.host=none",
    );
    const result = await replayed(scenario, protect, image);
    conforms(scenario, result);
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
  "restores what a lost host ran on another one, step by step as a policy asks",
  skipUnless(possible, "needs root, Debian, QEMU and a C compiler", async (image) => {
    const scenario = scenarioWith(
      "horizon=75s",
      "detection={heartbeat: 1s, timeout: 6s}",
      "snapshot.interval=6s",
      "failures.vm=none",
      "failures.host={times: [{component: 1, start: 36s, permanent: true}]}",
    );
    const probe = newProbe();
    const result = await replayed(scenario, probing(probe), image);
    assert.equal(probe.broken, []);
    assert.ok(probe.rollbacks >= 1 && probe.interrupts >= probe.rollbacks);
    conforms(scenario, result);
    const chosen = result.events.findLast((one) => one.kind === "rollback" && one.phase === "chosen");
    assert.ok(chosen?.kind === "rollback" && chosen.phase === "chosen");
    assert.not(chosen.places.some(({ host }) => host === "host 1"));
  }),
);

test.run();
