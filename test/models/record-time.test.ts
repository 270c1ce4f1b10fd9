import { suite } from "uvu";
import * as assert from "uvu/assert";
import { recordTime } from "../../models/capture/record-time.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { watchCluster } from "../../models/watch.ts";
import { smallCluster } from "./small-cluster.ts";

const test = suite("records of what was captured");
const MiB = 2 ** 20;

const recordedAt = (recordRate: number, change: Partial<ClusterScenario> = {}): ClusterScenario => ({
  ...smallCluster,
  ...change,
  snapshot: {
    ...smallCluster.snapshot,
    capture: "stop-and-copy",
    record: "full",
    costs: { ...smallCluster.snapshot.costs, recordRate },
  },
});

test("are made one after the other on a host, side by side on several, and at once where they cost nothing", () => {
  const [one, other] = [{}, {}];
  const parts = [
    { source: one, captured: 300 * MiB },
    { source: one, captured: 100 * MiB },
    { source: other, captured: 350 * MiB },
  ];
  assert.is(recordTime(parts, { recordRate: 50 * MiB }), 8);
  assert.is(recordTime(parts.slice(1), { recordRate: 50 * MiB }), 7);
  assert.is(recordTime(parts, { recordRate: Number.POSITIVE_INFINITY }), 0);
  assert.is(recordTime([], { recordRate: 1 }), 0);
  // A slow disk writes 50 MiB/s less fast than it would: its host has most to do though it has captured less.
  const slowness = (host: object): number => (host === other ? 0 : 1 / (50 * MiB));
  assert.is(recordTime(parts, { recordRate: 50 * MiB }, slowness), 16);
  assert.is(recordTime(parts.slice(1), { recordRate: 50 * MiB }, slowness), 7);
});

test("put off the copies by their time, and nothing else of a quiet cycle", () => {
  const run = { seed: 1, replication: 0 };
  const [free, dear] = [Number.POSITIVE_INFINITY, 80 * MiB].map(
    (rate) => simulateCluster(recordedAt(rate, { horizon: 400 }), run).metrics,
  );
  // Each of three VMs has a host of its own, and all but its free pages.
  const seconds = 384 / 80;
  assert.ok(Math.abs(dear!["durabilityLatencyMean"]! - free!["durabilityLatencyMean"]! - seconds) < 1e-9);
  for (const column of ["pauseMean", "captureDurationMean", "captureBytes", "availability"])
    assert.is(dear![column], free![column], column);
  const begins = (rate: number): number[] =>
    [...watchCluster(recordedAt(rate, { horizon: 200 }), run)]
      .flat()
      .flatMap((event) =>
        event.kind === "transfer" && event.state === "begin" && event.errand === "replicate" ? [event.at] : [],
      );
  const [early, late] = [begins(Number.POSITIVE_INFINITY), begins(80 * MiB)];
  assert.ok(early.length > 0 && late.length === early.length);
  for (const [i, at] of late.entries()) assert.ok(Math.abs(at - early[i]! - seconds) < 1e-9, `${at}`);
});

test("take longer by what a slow disk is late in writing them, while it is", () => {
  const slowed = (rate: number): ClusterScenario => {
    const scenario = recordedAt(rate, { horizon: 200 });
    const outages = [{ component: 0, start: 60, end: 100, permanent: false }];
    const slowDisk = { kind: "times", outages } as const;
    return { ...scenario, failures: { ...scenario.failures, slowDisk, slowDiskRate: 0.1 } };
  };
  const begins = (rate: number): Map<number | undefined, number> =>
    new Map(
      [...watchCluster(slowed(rate), { seed: 1, replication: 0 })]
        .flat()
        .flatMap((event) =>
          event.kind === "transfer" && event.state === "begin" && event.errand === "replicate"
            ? [[event.snapshot, event.at] as const]
            : [],
        ),
    );
  const [free, dear] = [begins(Number.POSITIVE_INFINITY), begins(80 * MiB)];
  const late = 384 * MiB * ((1 / 0.1 - 1) / smallCluster.dataCentre.host.disk.write);
  // Cut at 40 s and at 80 s, of which the disk is slow at the second.
  for (const [snapshot, slow] of [
    [1, 0],
    [2, late],
  ] as const) {
    const seconds = dear.get(snapshot)! - free.get(snapshot)!;
    assert.ok(Math.abs(seconds - 384 / 80 - slow) < 1e-9, `snapshot ${snapshot}: ${seconds} s`);
  }
});

test("that take longer than the interval put off the next cut, and jumps over such cycles change no column", () => {
  const cycles = { horizon: 40 * 60 };
  for (const rate of [80 * MiB, 8 * MiB]) {
    const [full, forward] = (["full", "fast-forward"] as const).map((fidelity) =>
      simulateCluster(recordedAt(rate, { ...cycles, fidelity }), { seed: 7, replication: 0 }),
    );
    assert.match(forward!.notes[0]!, /exact: \d{2,} repeated cycles/);
    for (const [column, value] of Object.entries(full!.metrics)) {
      const other = forward!.metrics[column]!;
      assert.ok(Object.is(value, other) || Math.abs(value - other) <= 1e-8 * Math.max(1e-3, Math.abs(value)), column);
    }
  }
  const slow = simulateCluster(recordedAt(8 * MiB, cycles), { seed: 7, replication: 0 }).metrics;
  // 48 s of records a snapshot, of which one more may wait: no cut every 40 s.
  assert.ok(slow["intervalAchieved"]! > 48, `${slow["intervalAchieved"]}`);
});

test.run();
