// needs: iproute2, nftables
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { TrafficMatrix } from "../../models/cut/traffic.ts";
import type { AgentClient } from "../../real/agent/client.ts";
import { trafficReport } from "../../real/commands/traffic-report.ts";
import { namespaceOf } from "../../real/hosts/namespaces.ts";
import { RealHost } from "../../real/replay/real-host.ts";
import { RunEvents } from "../../real/replay/run-events.ts";
import { TrafficMeter } from "../../real/replay/traffic-meter.ts";
import { measuredTraffic } from "../../real/traffic/measured-traffic.ts";
import { countersIn, countingRules } from "../../real/traffic/tap-counters.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { NamespaceHosts } from "./namespace-hosts.ts";
import { placedVms } from "./placed-vms.ts";
import { replayedScenario } from "./replayed-scenario.ts";

const test = suite("measured traffic");
const testbed = new NamespaceHosts("t", "10.78.22.0/24", 3);
test.after(() => testbed.end());

const canCount = (): boolean =>
  process.getuid?.() === 0 && ["ip", "tc", "nft"].every((one) => findCommand(one) !== undefined);

const counter = (from: number, to: number, packets: number, bytes: number) => ({ from, to, packets, bytes });

test("is what was sent over the window, also by a VM that has moved to another host", () => {
  const samples = [
    { at: 0, counters: [counter(0, 1, 0, 0)] },
    { at: 2, counters: [counter(0, 1, 200, 10_000)] },
    { at: 4, counters: [counter(0, 1, 400, 20_000), counter(0, 1, 0, 0), counter(1, 0, 5, 500)] },
    { at: 6, counters: [counter(0, 1, 400, 20_000), counter(0, 1, 20, 1000), counter(1, 0, 5, 500)] },
    { at: 8, counters: [counter(0, 1, 400, 20_000), counter(0, 1, 20, 1000), counter(1, 0, 5, 500)] },
  ];
  assert.equal(measuredTraffic(samples, { until: 7, window: 4 }), {
    since: 2,
    until: 6,
    pairs: [
      { from: 0, to: 1, packetsPerSecond: 220 / 4, bytesPerSecond: 11_000 / 4 },
      { from: 1, to: 0, packetsPerSecond: 5 / 4, bytesPerSecond: 500 / 4 },
    ],
  });
  assert.equal(measuredTraffic(samples, { until: 9, window: 3 })?.pairs, []);
  assert.equal(measuredTraffic(samples, { until: 9, window: 100 })?.since, 0);
  // A single sample tells of no rate, and what was looked at too late of none either.
  for (const when of [
    { until: 1, window: 10 },
    { until: -1, window: 10 },
    { until: 9, window: 1 },
  ])
    assert.is(measuredTraffic(samples, when), undefined);
});

test("is read from counters of ours alone, whatever else a host counts", () => {
  const named = (name: string, table = "snapback", family = "netdev") => ({
    counter: { family, table, name, handle: 1, packets: 3, bytes: 156 },
  });
  const text = (...counters: unknown[]): string => JSON.stringify({ nftables: [{ metainfo: {} }, ...counters] });
  assert.equal(countersIn(text(named("from0to15"), named("web", "filter"), named("from1to2", "snapback", "inet"))), [
    counter(0, 15, 3, 156),
  ]);
  assert.equal(countersIn(text()), []);
  assert.throws(() => countersIn("no json"), /JSON/);
  assert.throws(() => countersIn(text({ counter: { name: "from0to1" } })), /./);
});

/** Four VMs of which three have hosts of their own, and the first has lost its own. */
const bereft = (...settings: string[]) => {
  const racks = ["cluster.vms=4", "dataCentre.racks=2", "dataCentre.hostsPerRack=2"];
  const { scenario, cluster, placement, hosts } = placedVms(...racks, ...settings);
  assert.equal(
    cluster.vms.map(({ host }) => host!.index),
    [0, 1, 2, 3],
  );
  hosts[0]!.suspect();
  return { scenario, cluster, placement, hosts };
};

const onePair = (vms: number, from: number, to: number): TrafficMatrix => ({
  kind: "pairs",
  vms,
  pairs: [{ from, to, messagesPerSecond: 1000 }],
});

for (const [other, host] of [
  [1, 1],
  [2, 2],
  [3, 3],
] as const)
  test(`decides that a VM without a host goes where VM ${other} is that it talks to`, () => {
    // The scenario says otherwise.
    const said = "cluster.traffic={matrix: [[0, 0, 9/s, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]}";
    const { cluster, placement, scenario } = bereft("rollback.placement=traffic-aware", said);
    assert.is(placement.replace(cluster, scenario.rollback, { traffic: onePair(4, 0, other) }), true);
    assert.equal(
      cluster.vms.map((vm) => vm.host!.index),
      [host, 1, 2, 3],
    );
  });

test("sends a VM to the rack of the one that it talks to where that one's host is full, and nowhere where all are", () => {
  const { cluster, placement, scenario, hosts } = bereft("rollback.placement=traffic-aware");
  hosts[3]!.freeCores = 0;
  const { freeMemory } = hosts[2]!;
  hosts[1]!.freeCores = 0;
  hosts[2]!.freeCores = 0;
  assert.is(placement.replace(cluster, scenario.rollback, { traffic: onePair(4, 0, 3) }), false);
  assert.is(cluster.vms[0]!.host, undefined);
  hosts[1]!.freeCores = 2;
  hosts[2]!.freeCores = 1;
  assert.is(placement.replace(cluster, scenario.rollback, { traffic: onePair(4, 0, 3) }), true);
  assert.is(cluster.vms[0]!.host!.index, 2);
  assert.is(hosts[2]!.freeMemory, freeMemory - scenario.cluster.vm.memory);
});

const macOf = (vm: number): string => `52:54:00:00:01:0${vm}`;

/** A cable that ends at a host like the tap of a guest, on which a program sends datagrams of 24 bytes to VMs. */
const sending = async (
  namespace: string,
  agent: AgentClient,
  vm: number,
  rates: readonly (readonly [to: number, perSecond: number])[],
): Promise<ChildProcess> => {
  const ip = (...args: string[]) => execFileSync("ip", ["-n", namespace, ...args]);
  const [tap, card] = [`tap${vm}`, `card${vm}`];
  ip("link", "add", tap, "up", "type", "veth", "peer", "name", card);
  ip("link", "set", card, "up", "address", macOf(vm));
  ip("address", "add", `192.0.2.${100 + vm}/24`, "dev", card);
  for (const [to] of rates) ip("neigh", "add", `192.0.2.${100 + to}`, "lladdr", macOf(to), "dev", card);
  const to = [0, 1, 2].filter((one) => one !== vm).map((one) => ({ vm: one, mac: macOf(one) }));
  await agent.ask("countTraffic", { tap, from: vm, to }, 10_000);
  const program = `
    const socket = require("dgram").createSocket("udp4");
    const sent = {};
    for (const [to, rate] of ${JSON.stringify(rates)})
      setInterval(() => {
        socket.send(Buffer.alloc(24), 7000, "192.0.2." + (100 + to));
        sent[to] = (sent[to] ?? 0) + 1;
      }, 1000 / rate);
    process.stdin.on("end", () => process.stdout.write(JSON.stringify(sent), () => process.exit())).resume();`;
  return spawn("ip", ["netns", "exec", namespace, process.execPath, "-e", program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
};

test(
  "comes from the interfaces, where all is counted that was sent, and not from what the scenario says",
  skipUnless(canCount, "needs root, iproute2 and nftables", async () => {
    const scenario = replayedScenario(
      "cluster.vms=3",
      "cluster.traffic={matrix: [[0, 900/s, 0], [0, 0, 0], [0, 0, 0]]}",
      "rollback.placement=traffic-aware",
      "detection={heartbeat: 100ms, timeout: 300ms}",
    );
    const agents = (await testbed.agents()).slice(0, 3);
    const hosts = agents.map(
      (agent, index) => new RealHost(index, agent, { address: "", offset: 0, spec: scenario.dataCentre }),
    );
    const notes: string[] = [];
    const events = new RunEvents(1000);
    const meter = new TrafficMeter({ scenario, events, hosts, onNote: (note) => notes.push(note) });
    await meter.check();
    events.start();
    meter.listen();
    meter.stop();
    assert.match(notes.join(), /^a rollback began before any traffic was measured/);
    assert.equal(meter.matrix, scenario.cluster.traffic);

    const abort = new AbortController();
    const space = (host: number): string => namespaceOf(testbed.name, `h${host + 1}`);
    const senders = [
      await sending(space(0), agents[0]!, 0, [
        [1, 10],
        [2, 50],
      ]),
      await sending(space(1), agents[1]!, 1, [[0, 25]]),
    ];
    try {
      meter.listen();
      const running = meter.run(abort.signal).catch((error: Error) => error.name);
      await sleep(11_000);
      meter.stop();
      abort.abort();
      assert.is(await running, "AbortError");
    } finally {
      for (const sender of senders) sender.stdin!.end();
    }
    const sent = await Promise.all(
      senders.map(async (sender) => {
        const [said] = (await once(sender.stdout!, "data")) as [Buffer];
        return JSON.parse(`${said}`) as { readonly [to: string]: number };
      }),
    );

    const counted = (await Promise.all(agents.map((agent) => agent.ask("traffic", {}, 10_000)))).map((one) =>
      one.counters.filter(({ packets }) => packets > 0),
    );
    const exactly = (from: number, to: number) => counter(from, to, sent[from]![to]!, sent[from]![to]! * (24 + 8 + 20));
    assert.equal(counted, [[exactly(0, 1), exactly(0, 2)], [exactly(1, 0)], []]);

    const [measured] = meter.found;
    assert.ok(measured !== undefined && measured.until - measured.since >= 2, JSON.stringify(measured));
    const rateOf = (from: number, to: number): number =>
      measured.pairs.find((pair) => pair.from === from && pair.to === to)!.bytesPerSecond;
    // Timers of a busy machine are late for all alike.
    const ratio = rateOf(0, 2) / rateOf(0, 1) / (sent[0]![2]! / sent[0]![1]!);
    assert.ok(ratio > 0.8 && ratio < 1.25, `off by ${ratio}`);
    assert.is(measured.pairs.length, 3);
    assert.equal(meter.matrix, {
      kind: "pairs",
      vms: 3,
      pairs: measured.pairs.map(({ from, to, bytesPerSecond }) => ({ from, to, messagesPerSecond: bytesPerSecond })),
    });
    assert.match(
      trafficReport(meter.found, scenario.cluster.traffic).join(),
      /by which a rollback placed VMs:\n.*\n +vm 0 +vm 2 +0 +\S+ +\S+\n/,
    );

    // In another life it has another tap, and its counters go on.
    const gone = { tap: "tap9", from: 0, to: [{ vm: 1, mac: macOf(1) }] };
    await agents[0]!.ask("countTraffic", gone, 10_000);
    execFileSync("ip", ["-n", space(0), "link", "set", "tap0", "down", "name", "tap7"]);
    execFileSync("ip", ["-n", space(0), "link", "set", "tap7", "up"]);
    await agents[0]!.ask("countTraffic", { ...gone, tap: "tap7" }, 10_000);
    for (const tap of ['tap"; flush ruleset; #', "Tap", ""])
      assert.match(
        await agents[0]!.ask("countTraffic", { ...gone, tap }, 10_000).then(String, (error) => error.message),
        /^h1: countTraffic: what it was given is not what it takes$/,
      );
    const { counters } = await agents[0]!.ask("traffic", {}, 10_000);
    assert.ok(counters.find(({ to }) => to === 1)!.packets >= sent[0]![1]!);
  }),
);

test("is counted at the tap by the address of its receiver, by rules that make room for those of an earlier life", () => {
  const rules = countingRules({ tap: "t0x1", from: 0, to: [{ vm: 3, mac: macOf(3) }] });
  assert.match(rules, /ingress device "t0x1"/);
  assert.match(rules, /ether daddr 52:54:00:00:01:03 counter name "from0to3"/);
  assert.ok(rules.indexOf("delete chain") < rules.indexOf("ingress"));
});

test.run();
