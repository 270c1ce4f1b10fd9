import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { placeCopies } from "../../models/placement/copy-placement.ts";
import { slack } from "../../real/disk/shared-rate.ts";
import { HostFiles } from "../../real/replay/host-files.ts";
import { RealCluster } from "../../real/replay/real-cluster.ts";
import { RealHost } from "../../real/replay/real-host.ts";
import { RealStore } from "../../real/replay/real-store.ts";
import { RunEvents } from "../../real/replay/run-events.ts";
import { slowRates } from "../../real/replay/slow-rates.ts";
import { AgentHost } from "./agent-host.ts";
import { replayedScenario } from "./replayed-scenario.ts";
import { unattendedFailures } from "./unattended-failures.ts";

const test = suite("disks that are slow for a while in a replay");
const made = ["h1", "h2"].map((name) => new AgentHost(`s${process.pid.toString(36)}`, name));
test.before(async () => {
  for (const host of made) await host.start();
});
test.after(async () => {
  for (const host of made) await host.end();
});

const second = 1000;
const address = "127.0.0.1";
const token = "0123456789abcdef".repeat(2);
const bytes = 2 ** 22;
let copies = 0;

/** Seconds for copying a file from the first host to the second. */
const copy = async ([from, to]: readonly RealHost[]): Promise<number> => {
  const given = { address, token, milliseconds: 20 * second };
  const { port } = await to!.agent.ask("takeFile", { ...given, name: `copy${copies++}` }, second);
  const began = performance.now();
  await from!.agent.ask("giveFile", { ...given, port, name: "f" }, 20 * second);
  return (performance.now() - began) / second;
};

test("begins and ends when the scenario says, and with the run, whatever else befalls the disk", async () => {
  const calmScenario = replayedScenario(
    "failures.vm=none",
    "failures.host=none",
    "dataCentre.host.disk={read: 216MB/s, write: 200MB/s}",
  );
  const slowFrom = (start: number, end: number, component: number) => ({ component, start, end, permanent: false });
  // Those of a trace may overlap.
  const outages = [slowFrom(0.1, 2, 0), slowFrom(0.2, 0.3, 0), slowFrom(2.1, Number.POSITIVE_INFINITY, 1)];
  const failing = { ...calmScenario.failures, slowDiskRate: 0.02, slowDisk: { kind: "times", outages } } as const;
  const scenario = { ...calmScenario, failures: failing };
  const rates = slowRates(scenario);
  assert.equal(rates, { read: 4_320_000, write: 4_000_000 });
  const events = new RunEvents(100);
  const hosts = made.map(
    ({ agent }, i) => new RealHost(i, agent, { address, offset: 0, spec: scenario.dataCentre }),
  ) as [RealHost, RealHost];
  const cluster = new RealCluster(scenario, events);
  const files = new HostFiles(hosts, events);
  const store = new RealStore(
    hosts,
    files,
    events,
    scenario.storage,
    placeCopies(scenario.storage.placement, hosts, () => 0),
  );
  const data = Buffer.alloc(2 ** 18, "content ").toString("base64");
  for (let offset = 0; offset < bytes; offset += 2 ** 18)
    await hosts[0].agent.ask("writeFile", { name: "f", offset, data }, second);
  const { failures, errors } = unattendedFailures({ scenario, events, hosts, cluster, store });
  events.start();
  failures.start();
  try {
    await sleep(400);
    assert.equal(
      hosts.map(({ hasSlowDisk }) => hasSlowDisk),
      [true, false],
      "the second outage of a disk that is slow already does not end the first",
    );
    hosts[0].loseDisk();
    hosts[0].replaceDisk();
    const slow = await copy(hosts);
    assert.ok(events.now < 2, `the copy took ${slow} s`);
    assert.ok(slow >= bytes / rates.read - slack, `${slow} s`);
    await sleep(Math.max(0, second * (2.3 - events.now)));
    assert.equal(
      hosts.map(({ hasSlowDisk }) => hasSlowDisk),
      [false, true],
    );
    const taken = await copy(hosts);
    assert.ok(taken >= bytes / rates.write - slack, `${taken} s`);
  } finally {
    await failures.stop();
  }
  assert.not(hosts[1].hasSlowDisk);
  const calm = Math.min(await copy(hosts), await copy(hosts), await copy(hosts));
  assert.ok(calm < bytes / rates.write - slack, `${calm} s when the run is over`);
  assert.equal(errors, []);
  const told = events.inOrder.flatMap((one) =>
    one.kind === "failure" || one.kind === "return"
      ? [[one.kind, one.component, one.name, one.kind === "failure" && one.ignored, Math.floor(one.at)]]
      : [],
  );
  assert.equal(told, [
    ["failure", "slowDisk", "host 0 disk", false, 0],
    ["failure", "slowDisk", "host 0 disk", true, 0],
    ["return", "slowDisk", "host 0 disk", false, 2],
    ["failure", "slowDisk", "host 1 disk", false, 2],
  ]);
});

test.run();
