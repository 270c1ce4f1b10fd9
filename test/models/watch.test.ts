import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { type WatchOptions, watchCluster } from "../../models/watch.ts";
import { hostOutages, smallCluster, vmFailures } from "./small-cluster.ts";

const run = { seed: 7, replication: 0 };
const watch = (scenario: ClusterScenario, options: WatchOptions = {}): LifeCycleEvent[] =>
  [...watchCluster(scenario, run, options)].flat();

/** Hosts that fail in a replication, in a capture and in the rollback from that, and a VM that is lost: everything happens. */
const eventful = vmFailures(
  hostOutages({ ...smallCluster, horizon: 1200 }, [
    [4, 80.7, 90],
    [0, 280.1, 500],
    [1, 284, 700, true],
    [2, 900, 901],
  ]),
  [[1, 610.5]],
);

test("events come in the order in which they happen, from the first to the end of the run", () => {
  const events = watch(eventful);
  assert.equal([events[0]!.kind, events[0]!.at], ["begin", 0]);
  assert.equal([events.at(-1)!.kind, events.at(-1)!.at], ["end", 1200]);
  for (const [i, { at }] of events.entries()) assert.ok(i === 0 || at >= events[i - 1]!.at, `event ${i}`);
});

test("who watches changes nothing, and what is watched up to a time is the beginning of the whole", () => {
  const { metrics } = simulateCluster(eventful, run);
  const events = watch(eventful);
  for (const [state, column] of [
    ["cut", "snapshots"],
    ["durable", "snapshotsDurable"],
    ["failed", "snapshotsFailed"],
    ["lost", "snapshotsLost"],
  ] as const) {
    const found = events.filter((event) => event.kind === "snapshot" && event.state === state).length;
    assert.is(found, metrics[column], state);
  }
  assert.ok(metrics["rollbacks"]! > 0 && metrics["snapshotsFailed"]! > 0);
  const early = watch(eventful, { until: 650 });
  const open = early.filter((event) => event.at === 650);
  const before = early.slice(0, early.length - open.length);
  assert.equal(before, events.slice(0, before.length));
  assert.ok(open.every((event) => event.kind === "end" || (event.kind === "transfer" && event.state === "unfinished")));
});

test("a VM is in one state at a time, and goes on from the state that it came to", () => {
  const states = new Map<string, string>();
  for (const event of watch(eventful)) {
    if (event.kind !== "vm") continue;
    assert.is(event.from, states.get(event.vm) ?? "up");
    assert.is.not(event.to, event.from);
    states.set(event.vm, event.to);
  }
  assert.is(states.size, smallCluster.cluster.vms);
});

test("each transfer begins once and ends once, with all its bytes unless something stopped it", () => {
  const open = new Map<number, number>();
  const seen = new Set<string>();
  for (const event of watch(eventful)) {
    if (event.kind !== "transfer") continue;
    if (event.state === "begin") {
      assert.is(open.has(event.id), false);
      open.set(event.id, event.bytes);
      continue;
    }
    assert.ok(event.moved <= open.get(event.id)!);
    if (event.state === "done") assert.is(event.moved, open.get(event.id));
    assert.ok(open.delete(event.id));
    seen.add(event.errand).add(event.state);
  }
  assert.is(open.size, 0);
  for (const one of ["capture", "replicate", "merge", "repair", "restore", "broken", "cancelled"]) {
    assert.ok(seen.has(one), one);
  }
});

test("a jump tells how many cycles no event tells of", () => {
  const calm: ClusterScenario = { ...smallCluster, horizon: 8000, fidelity: "fast-forward" };
  const events = watch(calm);
  const cuts = events.filter((event) => event.kind === "snapshot" && event.state === "cut").length;
  const jumped = events.reduce((sum, event) => sum + (event.kind === "jump" ? event.cycles : 0), 0);
  assert.ok(jumped > 100);
  assert.is(cuts + jumped, simulateCluster({ ...calm, fidelity: "full" }, run).metrics["snapshots"]);
});

test.run();
