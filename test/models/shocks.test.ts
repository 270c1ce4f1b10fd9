import { test } from "uvu";
import * as assert from "uvu/assert";
import { interruptedWithin, type ShockedCluster, shockEffects } from "../../models/analytic/common-shock.ts";
import { allOutages } from "../../models/failures/all-outages.ts";
import { type FailureSource, noFailures, type ShockSpec } from "../../models/failures/failure-spec.ts";
import { type Shock, shocksOf } from "../../models/failures/shocks.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { loadScenario } from "../../scenarios/load.ts";
import { Streams } from "../../sim/index.ts";
import { referenceCases } from "./reference-values.ts";
import { assertZScores, zScore } from "./z-scores.ts";

const shock: ShockSpec = {
  name: "shock",
  strikes: { kind: "law", time: { law: "exponential", mean: 100 }, age: "new" },
  takes: { kind: "all" },
  probability: 1,
  within: 0,
  repair: { law: "deterministic", value: 5 },
  permanent: 0,
};
const centre = { racks: 3, hostsPerRack: 4 };

const strike = (spec: Partial<ShockSpec>, horizon: number, seed = 1, at = centre): readonly Shock[] => {
  const streams = new Streams(seed);
  return shocksOf({ ...shock, ...spec }, at, horizon, (name) => streams.get(name));
};
const hostsOf = ({ victims }: Shock): number[] => victims.map(({ component }) => component);

interface Inputs {
  readonly N_vms: number;
  readonly hosts_used: number;
  readonly racks_used: number;
  readonly MTTF_vm: number;
  readonly MTTF_host: number;
  readonly MTTF_rack: number;
}
interface Value {
  readonly cluster_MTTF_h: number;
  readonly P_interrupt_24h: number;
  readonly mean_VMs_lost_per_event: number;
  readonly frac_events_multi_VM: number;
}
const cases = referenceCases<Inputs, Value>("common-shock").map(({ name, inputs, value }) => {
  const cluster: ShockedCluster = {
    vms: inputs.N_vms,
    hosts: inputs.hosts_used,
    racks: inputs.racks_used,
    vmMttf: inputs.MTTF_vm,
    hostMttf: inputs.MTTF_host,
    rackMttf: inputs.MTTF_rack,
  };
  return { name, cluster, value };
});

test("common shocks interrupt a cluster as Marshall and Olkin say", () => {
  for (const { name, cluster, value } of cases) {
    const { mttf, vmsLost, several } = shockEffects(cluster);
    const found = [mttf, interruptedWithin(cluster, 24), vmsLost, several];
    const expected = [
      value.cluster_MTTF_h,
      value.P_interrupt_24h,
      value.mean_VMs_lost_per_event,
      value.frac_events_multi_VM,
    ];
    for (const [i, one] of found.entries())
      assert.ok(Math.abs(one - expected[i]!) <= 1e-9 * expected[i]!, `${name}: ${one} instead of ${expected[i]}`);
  }
});

/** The first interruption of one life, and how many of the VMs that are spread over the hosts it takes. */
const firstInterruption = ({ vms, hosts, racks, vmMttf, hostMttf, rackMttf }: ShockedCluster, seed: number) => {
  const law = (mean: number): FailureSource => ({
    kind: "law",
    time: { law: "exponential", mean },
    repair: { law: "deterministic", value: 1 },
    permanent: 0,
    age: "new",
  });
  const streams = new Streams(seed);
  const counts = { vm: vms, host: hosts, disk: hosts, slowDisk: hosts, rack: racks, uplink: racks, store: 1 };
  const failures = { ...noFailures, vm: law(vmMttf), host: law(hostMttf) };
  const horizon = 20 / (vms / vmMttf + hosts / hostMttf + racks / rackMttf);
  const own = allOutages(failures, counts, horizon, streams);
  const strikes = { kind: "law", time: { law: "exponential", mean: rackMttf }, age: "new" } as const;
  const rackShock: ShockSpec = { ...shock, strikes, takes: { kind: "rack" } };
  const shocks = shocksOf(rackShock, { racks, hostsPerRack: hosts / racks }, horizon, (name) =>
    streams.split("shocks").get(name),
  );
  const events = [
    ...own.vm.flat().map(({ start }) => ({ start, lost: 1 })),
    ...own.host.flat().map(({ start }) => ({ start, lost: vms / hosts })),
    ...shocks.map(({ start, victims }) => ({ start, lost: (victims.length * vms) / hosts })),
  ];
  return events.reduce((first, event) => (event.start < first.start ? event : first));
};

test("what fails by itself and by shocks interrupts a cluster as often as the closed form says, and takes as many VMs", () => {
  const checks: { [name: string]: number } = {};
  for (const [i, { name, cluster, value }] of cases.entries()) {
    const firsts = Array.from({ length: 400 }, (_, life) => firstInterruption(cluster, 10_000 * (i + 1) + life));
    checks[`${name}: time`] = zScore(
      firsts.map(({ start }) => start),
      value.cluster_MTTF_h,
    );
    checks[`${name}: within a day`] = zScore(
      firsts.map(({ start }) => (start <= 24 ? 1 : 0)),
      value.P_interrupt_24h,
    );
    checks[`${name}: VMs lost`] = zScore(
      firsts.map(({ lost }) => lost),
      value.mean_VMs_lost_per_event,
    );
    checks[`${name}: several VMs`] = zScore(
      firsts.map(({ lost }) => (lost > 1 ? 1 : 0)),
      value.frac_events_multi_VM,
    );
  }
  // The four figures of one case are of the same lives.
  for (const [name, z] of Object.entries(checks)) assert.ok(Math.abs(z) < 4, `${name}: z = ${z}`);
});

test("a shock takes all hosts, those of one rack, those it names, or so many drawn anew", () => {
  assert.equal(hostsOf(strike({}, 1e4)[0]!), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert.equal(hostsOf(strike({ takes: { kind: "hosts", hosts: [2, 7] } }, 1e4)[0]!), [2, 7]);
  const racks = strike({ takes: { kind: "rack" } }, 1e4).map(hostsOf);
  assert.equal([...new Set(racks.map(String))].sort(), ["0,1,2,3", "4,5,6,7", "8,9,10,11"]);
  const random = strike({ takes: { kind: "random", count: 3 } }, 1e4).map(hostsOf);
  assert.ok(random.every((hosts) => new Set(hosts).size === 3));
  assert.ok(new Set(random.map(String)).size > random.length / 2);
});

test("each host of the group is hit with the same probability, on its own, and fails within the window", () => {
  const shocks = strike({ probability: 0.3, within: 20 }, 3e5);
  const hit = shocks.map(({ victims }) => victims.length);
  const offsets = shocks.flatMap(({ start, victims }) => victims.map((one) => one.start - start));
  assert.ok(offsets.every((offset) => offset >= 0 && offset < 20));
  assertZScores({
    hit: zScore(hit, 12 * 0.3),
    spread: zScore(
      hit.map((count) => (count - 12 * 0.3) ** 2),
      12 * 0.3 * 0.7,
    ),
    window: zScore(offsets, 10),
  });
  assert.ok(shocks.flatMap(({ victims }) => victims).every(({ start, end }) => Math.abs(end - start - 5) < 1e-9));
});

test("a longer horizon and more racks add shocks and change none: policies meet the same failures", () => {
  const burst = { takes: { kind: "rack" }, probability: 0.5, within: 3 } as const;
  const short = strike(burst, 1000);
  const long = strike(burst, 4000, 1, { racks: 5, hostsPerRack: 4 });
  for (const one of short) assert.equal(long.filter(({ start }) => start === one.start).length, 1);
  assert.ok(long.length > short.length);
});

test("shocks at given times strike then, and none after the horizon", () => {
  const strikes = { kind: "times", times: [30, 10, 500] } as const;
  assert.equal(
    strike({ strikes }, 100).map(({ start }) => start),
    [10, 30],
  );
});

test("with google-bursts 37 % of the failures of nodes are in bursts: two or more within 120 s", () => {
  const text = "failures: { host: { law: exponential, mean: 207.6d }, shocks: [google-bursts] }";
  const files = { ...diskFiles, read: (path: string) => (path === "/case/a.yaml" ? text : diskFiles.read(path)) };
  const { scenario } = loadScenario("a.yaml", { files, folder: "/case" }).points[0]!;
  assert.ok(scenario.model === "cluster");
  const { failures } = scenario;
  const [racks, hostsPerRack, horizon] = [20, 40, 365 * 86_400];
  const counts = { vm: 0, host: racks * hostsPerRack, disk: 0, slowDisk: 0, rack: 0, uplink: 0, store: 0 };
  const shares = Array.from({ length: 12 }, (_, seed) => {
    const streams = new Streams(seed);
    const own = allOutages({ ...failures, vm: { kind: "none" } }, counts, horizon, streams).host.flat();
    const shocks = shocksOf(failures.shocks[0]!, { racks, hostsPerRack }, horizon, (name) => streams.get(name));
    const starts = [...own, ...shocks.flatMap(({ victims }) => victims)]
      .map(({ start }) => start)
      .sort((a, b) => a - b);
    const near = (i: number, j: number): boolean => Math.abs((starts[i] ?? Infinity) - (starts[j] ?? -Infinity)) <= 120;
    return starts.filter((_, i) => near(i, i - 1) || near(i, i + 1)).length / starts.length;
  });
  // Of the others, too, some fall within two minutes of each other by chance.
  const mean = shares.reduce((sum, one) => sum + one, 0) / shares.length;
  assert.ok(Math.abs(mean - 0.37) < 0.03, String(mean));
});

test.run();
