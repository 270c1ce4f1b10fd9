import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Columns } from "../../models/books/columns.ts";
import { type TrafficMatrix, trafficOf } from "../../models/cut/traffic.ts";
import type { Law } from "../../models/laws.ts";
import type { ClusterScenario, SnapshotPlan } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { watchCluster } from "../../models/watch.ts";
import { Streams } from "../../sim/index.ts";
import { type CutOutcome, cutMessageByMessage, type TalkingCluster } from "./message-by-message.ts";
import { referenceCases } from "./reference-values.ts";
import { delayBetween, latency, pause, spread, talkingCluster } from "./talking-cluster.ts";
import { assertZScores, zScore } from "./z-scores.ts";

const stream = new Streams(5).get("reference");

/** A cut of the slow model, of VMs that are ready as in {@link talkingCluster}. */
const reference = (protocol: TalkingCluster["protocol"], traffic: TrafficMatrix): CutOutcome => {
  const ready = Array.from({ length: traffic.vms }, () => stream.exponential(spread));
  return cutMessageByMessage({ protocol, ready, pause, traffic, delay: delayBetween }, stream);
};

const run = (scenario: ClusterScenario, replication = 0): Columns =>
  simulateCluster(scenario, { seed: 3, replication }).metrics;

/** When the VMs of each snapshot were cut, in the order of the cuts, from the instant for which the cut was planned. */
const cutTimes = (scenario: ClusterScenario): number[][] => {
  const cuts: number[][] = [];
  for (const events of watchCluster(scenario, { seed: 4, replication: 0 })) {
    for (const event of events) {
      if (event.kind !== "cut") continue;
      cuts[event.snapshot - 1] ??= [];
      cuts[event.snapshot - 1]!.push(event.at - event.snapshot * scenario.snapshot.interval);
    }
  }
  return cuts.filter((times) => times.length === scenario.cluster.vms);
};

/** z of the hypothesis that two samples have one mean. */
const between = (one: readonly number[], other: readonly number[]): number => {
  const moments = (values: readonly number[]): [mean: number, variance: number] => {
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    return [mean, values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1) / values.length];
  };
  const [[a, va], [b, vb]] = [moments(one), moments(other)];
  return (a - b) / Math.sqrt(va + vb);
};

const uneven: TrafficMatrix = {
  kind: "pairs",
  vms: 4,
  pairs: [
    { from: 0, to: 1, messagesPerSecond: 400 },
    { from: 0, to: 2, messagesPerSecond: 30 },
    { from: 1, to: 3, messagesPerSecond: 90 },
    { from: 2, to: 0, messagesPerSecond: 10 },
    { from: 3, to: 2, messagesPerSecond: 150 },
  ],
};

const clusters: { readonly [name: string]: TrafficMatrix } = {
  uniform: trafficOf("uniform", 5, 120),
  ring: trafficOf("ring", 6, 80),
  star: trafficOf("star", 4, 60),
  uneven,
};

for (const [name, traffic] of Object.entries(clusters)) {
  test(`${name}: cuts forced by messages come as when every message is drawn`, () => {
    const scenario = talkingCluster("colour", traffic, 400);
    const fast = cutTimes(scenario);
    const slow = Array.from({ length: 400 }, () => reference("colour", traffic));
    const sorted = slow.map(({ cuts }) => cuts.toSorted((a, b) => a - b));
    const checks: { [check: string]: number } = {};
    for (let k = 0; k < traffic.vms; k++) {
      const [a, b] = [fast, sorted].map((cuts) => cuts.map((times) => times[k]!)) as [number[], number[]];
      checks[`cut ${k}`] = between(a, b);
    }
    const squares = (cuts: number[][]): number[] => cuts.map((times) => (times.at(-1)! - times[0]!) ** 2);
    checks["squared skew"] = between(squares(fast), squares(sorted));
    const forced = Array.from({ length: 20 }, (_, i) => run({ ...scenario, horizon: 12.7 }, i)["cutsForced"]! / 50);
    checks["forced"] = between(
      forced,
      slow.map((one) => one.forced),
    );
    assertZScores(checks);
  });

  test(`${name}: messages that cross are as many as when every message is drawn`, () => {
    const checks: { [check: string]: number } = {};
    for (const [protocol, column] of [
      ["independent", "orphans"],
      ["drop", "messagesDropped"],
    ] as const) {
      const scenario = talkingCluster(protocol, traffic, 50);
      const fast = Array.from({ length: 25 }, (_, i) => run(scenario, i)[column]! / 50);
      const slow = Array.from({ length: 400 }, () => reference(protocol, traffic));
      checks[column] = between(
        fast,
        slow.map(({ orphans, dropped }) => orphans + dropped),
      );
    }
    assertZScores(checks);
  });
}

test("a barrier pauses every VM until the slowest of all is ready", () => {
  const vms = 6;
  const scenario = talkingCluster("barrier", trafficOf("uniform", vms, 100), 60);
  const means = Array.from({ length: 30 }, (_, i) => run(scenario, i));
  // The first of n exponential delays is 1/n of their mean, and the last the harmonic number H_n.
  const harmonic = Array.from({ length: vms }, (_, i) => 1 / (i + 1)).reduce((sum, x) => sum + x);
  const waited = spread * (harmonic - 1 / vms);
  assertZScores({
    pause: zScore(
      means.map((columns) => columns["pauseMean"]!),
      waited + pause,
    ),
    skew: zScore(
      means.map((columns) => columns["cutSkew"]!),
      waited,
    ),
  });
  for (const columns of means) assert.is(columns["orphans"], 0);
});

test("the last VM at a barrier comes when the expected maximum of all says", () => {
  interface Inputs {
    readonly N: number;
    readonly dist: "exponential" | "weibull";
    readonly mean?: number;
    readonly scale?: number;
    readonly shape?: number;
  }
  const checks: { [check: string]: number } = {};
  // The reference counts in its own unit; here one of it is a millisecond.
  for (const { name, inputs, value } of referenceCases<Inputs, { E_max: number }>("barrier-max")) {
    const { N, dist, mean, scale, shape } = inputs;
    if (N > 16) continue;
    const { snapshot, ...rest } = talkingCluster("barrier", trafficOf("none", N, 0), 400);
    const prepareSpread: Law =
      dist === "exponential"
        ? { law: "exponential", mean: mean! / 1e3 }
        : { law: "weibull", shape: shape!, scale: scale! / 1e3 };
    const last = cutTimes({ ...rest, snapshot: { ...snapshot, costs: { ...snapshot.costs, prepareSpread } } }).map(
      (times) => times.at(-1)!,
    );
    checks[name] = zScore(last, value.E_max / 1e3);
  }
  assert.is(Object.keys(checks).length, 2);
  assertZScores(checks);
});

test("TCP sees the pause of a cut as the delivery says", () => {
  const { snapshot, ...rest } = talkingCluster("barrier", trafficOf("uniform", 3, 50), 20);
  const together = { ...snapshot, costs: { ...snapshot.costs, prepareSpread: "none" } as const };
  const seen = (delivery: SnapshotPlan["delivery"]): number =>
    run({ ...rest, snapshot: { ...together, delivery } })["tcpInterruptionMax"]!;
  assert.ok(Math.abs(seen("buffered") - pause) < 1e-9);
  assert.ok(Math.abs(seen("fast-retransmit") - (pause + 2 * latency)) < 1e-9);
  assert.is(seen("timeout"), 0.2);
});

test("a cut that drops lets connections stand still from the first cut to the end of the last pause", () => {
  const interruption = (cut: "drop" | "colour"): number => {
    const { snapshot, ...rest } = talkingCluster(cut, trafficOf("uniform", 3, 50), 100);
    const columns = run({ ...rest, snapshot: { ...snapshot, delivery: "buffered" } });
    return columns["tcpInterruptionMean"]! - columns["cutSkew"]!;
  };
  assert.ok(Math.abs(interruption("drop") - pause) < 1e-9);
  assert.ok(interruption("colour") < 0.8 * pause, "with a forced cut only pauses that touch add up");
});

test("two VMs whose clocks differ lose λ E[(skew - delay)⁺] messages each way under scheduled cuts", () => {
  const [rate, clockSkew, delay] = [2000, 10e-3, 3e-3];
  const scenario = talkingCluster("scheduled", trafficOf("uniform", 2, rate), 50);
  const apart: ClusterScenario = {
    ...scenario,
    dataCentre: { ...scenario.dataCentre, latency: delay },
    cluster: { ...scenario.cluster, antiAffinity: "host" },
    snapshot: { ...scenario.snapshot, clockSkew, costs: { ...scenario.snapshot.costs, device: 0 } },
  };
  const means = Array.from({ length: 30 }, (_, i) => run(apart, i));
  // The difference of two uniform draws has density 2 (S - d) / S² on [0, S]: E[(d - δ)⁺] = (S - δ)³ / (3 S²).
  const orphans = (rate * (clockSkew - delay) ** 3) / (3 * clockSkew ** 2);
  assertZScores({
    orphans: zScore(
      means.map((columns) => columns["orphans"]! / 50),
      orphans,
    ),
    skew: zScore(
      means.map((columns) => columns["cutSkew"]!),
      clockSkew / 3,
    ),
  });
});

test("scheduled cuts have no orphans while the clocks differ by less than a message takes", () => {
  const scenario = talkingCluster("scheduled", trafficOf("uniform", 6, 5000), 200);
  const clocks = (clockSkew: number): Columns =>
    run({
      ...scenario,
      dataCentre: { ...scenario.dataCentre, latency: 5e-3 },
      snapshot: { ...scenario.snapshot, clockSkew, costs: { ...scenario.snapshot.costs, device: 0 } },
    });
  assert.is(clocks(5e-3)["orphans"], 0);
  assert.ok(clocks(5e-3)["cutSkew"]! > 2e-3);
  assert.ok(clocks(8e-3)["orphans"]! > 0);
});

test("VMs of one host see one clock", () => {
  const scenario = talkingCluster("scheduled", trafficOf("uniform", 2, 5000), 50);
  const columns = run({ ...scenario, snapshot: { ...scenario.snapshot, clockSkew: 10e-3 } });
  assert.ok(columns["cutSkew"]! < 1e-9, `skew ${columns["cutSkew"]}`);
});

test("who does not talk is neither forced nor orphaned, and sees no interruption", () => {
  for (const cut of ["independent", "colour", "drop", "scheduled"] as const) {
    const columns = run(talkingCluster(cut, trafficOf("none", 4, 0), 20));
    assert.equal([columns["orphans"], columns["cutsForced"], columns["messagesDropped"]], [0, 0, 0], cut);
    assert.ok(Number.isNaN(columns["tcpInterruptionMean"]), cut);
  }
});

test.run();
