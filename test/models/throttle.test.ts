import { test } from "uvu";
import * as assert from "uvu/assert";
import { preCopyRounds } from "../../models/analytic/pre-copy.ts";
import type { Columns } from "../../models/books/columns.ts";
import { copierRate } from "../../models/capture/copier.ts";
import { dirtyCurve } from "../../models/guest/dirty-curve.ts";
import { memoryTable, pageSize } from "../../models/guest/memory.ts";
import { leastSpeed, throttledUse } from "../../models/guest/throttle.ts";
import type { ClusterScenario, SnapshotPlan } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { loneVm, withCopies } from "./lone-vm.ts";
import { smallCluster } from "./small-cluster.ts";

const run = (scenario: ClusterScenario, horizon: number): Columns =>
  simulateCluster({ ...scenario, horizon }, { seed: 7, replication: 0 }).metrics;
const near = (found: number, expected: number, what: string, tolerance = 1e-6): void =>
  assert.ok(
    Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what}: ${found}, ${expected}`,
  );

/** A guest that dirties its hot pages faster than the copier can save them within the interval. */
const busy = (plan: Partial<SnapshotPlan>, costs: Partial<SnapshotPlan["costs"]> = {}): ClusterScenario => {
  const snapshot: SnapshotPlan = {
    ...loneVm.snapshot,
    capture: "post-copy",
    record: "lazy-incremental",
    interval: 2,
    onOverrun: "throttle",
    ...plan,
    costs: { ...loneVm.snapshot.costs, fault: 0, track: 0, copyRate: 4 * 2 ** 20, ...costs },
  };
  return withCopies({ ...loneVm, snapshot }, 1);
};

/** Figures of the later part of a run, when its cycles are alike. */
const settled = (scenario: ClusterScenario): ((column: string) => number) => {
  const [before, after] = [run(scenario, 601), run(scenario, 1201)];
  return (column) => (after[column]! * 1201 - before[column]! * 601) / 600;
};

test("the guest is slowed to where its capture takes the interval, by the closed form, and no more", () => {
  const scenario = busy({});
  const { costs, interval } = scenario.snapshot;
  const memory = memoryTable(scenario.cluster, scenario.storage);
  const curve = dirtyCurve(memory.classes, "uniform");
  const { latency } = scenario.dataCentre.host.disk;
  // device + arm V + V / B + latency = 0.99 I, and U(w) = V, and w / speed = I - pause.
  const bytes =
    (throttledUse * interval - costs.device - latency) /
    (costs.armPerPage / pageSize + 1 / copierRate(scenario.snapshot));
  let [low, high] = [0, 100];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (pageSize * curve.at(middle) < bytes) low = middle;
    else high = middle;
  }
  const pause = costs.device + (costs.armPerPage * bytes) / pageSize;
  const speed = low / (interval - pause);
  assert.ok(speed > 0.1 && speed < 0.9);
  const rate = settled(scenario);
  near(rate("workRatio"), low / interval, "work");
  near(rate("utilisationCapture"), throttledUse, "capture");
  near((rate("captureBytes") / 600) * 0 + rate("snapshots") / 1, rate("snapshots"), "snapshots");
  const ran = (horizon: number): number => run(scenario, horizon)["availability"]! * horizon;
  const stood = (horizon: number): number => run(scenario, horizon)["throttle"]! * ran(horizon);
  near((stood(1201) - stood(601)) / (ran(1201) - ran(601)), 1 - speed, "the part of its time that it stood still");
  const columns = run(scenario, 1201);
  assert.ok(columns["stall"]! >= columns["throttle"]!, "which counts as stall");
});

test("with throttling the interval holds that would be stretched without", () => {
  const [throttled, stretched] = (["throttle", "stretch"] as const).map((onOverrun) => {
    const [before, after] = [run(busy({ onOverrun }), 601), run(busy({ onOverrun }), 1201)];
    return 600 / (after!["snapshots"]! - before!["snapshots"]!);
  });
  near(throttled!, 2, "throttled", 0.004);
  assert.ok(stretched! > 2.5, `stretched to ${stretched} s`);
});

test("stalls of faults are part of the slow-down that is needed", () => {
  const [without, costly] = [busy({}), busy({}, { fault: 2e-4, track: 1e-4 })].map((scenario) => {
    const rate = settled(scenario);
    return { work: rate("workRatio"), use: rate("utilisationCapture"), throttle: run(scenario, 1201)["throttle"]! };
  });
  near(costly!.work, without!.work, "the work after which so much is dirty", 1e-4);
  near(costly!.use, throttledUse, "capture", 1e-4);
  assert.ok(costly!.throttle < without!.throttle, "faults have slowed the guest already");
});

test("a guest is slowed for its replications as well", () => {
  const { host } = loneVm.dataCentre;
  const narrow = {
    ...busy({}, { copyRate: 1e9 }),
    dataCentre: { ...loneVm.dataCentre, host: { ...host, nic: 4 * 2 ** 20 } },
  };
  const rate = settled(narrow);
  near(rate("utilisationReplicate"), throttledUse, "replicate", 0.01);
  assert.ok(rate("utilisationCapture") < 0.5);
});

test("a pre-copy is throttled to the highest speed at which the rounds of a whole interval end in time", () => {
  const scenario = busy(
    { capture: "pre-copy", record: "incremental", downtimeLimit: 0.2 },
    { copyRate: 8 * 2 ** 20, prepare: 0.01 },
  );
  const { interval, downtimeLimit, maxRounds, costs } = scenario.snapshot;
  const memory = memoryTable(scenario.cluster, scenario.storage);
  const curve = dirtyCurve(memory.classes, "uniform");
  const overhead = costs.prepare + costs.fixed + scenario.dataCentre.host.disk.latency;
  /** Seconds of a capture that begins with what so many seconds have dirtied at this speed. */
  const capture = (speed: number, seconds: number): number => {
    const dirtied = (wall: number): number => pageSize * curve.at(speed * wall);
    const rate = copierRate(scenario.snapshot);
    return overhead + preCopyRounds({ set: dirtied(seconds), rate, dirtied, downtimeLimit, maxRounds }).duration;
  };
  let [speed, tooFast] = [0, 1];
  for (let i = 0; i < 100; i++) {
    const middle = (speed + tooFast) / 2;
    if (capture(middle, interval) <= throttledUse * interval) speed = middle;
    else tooFast = middle;
  }
  assert.ok(speed > 0.1 && speed < 0.9, `speed ${speed}`);
  // After a capture that has left little of its interval the next finds little to do: long and short ones alternate.
  const took = [0, 0];
  for (let i = 0; i < 1000; i++) {
    const free = interval - took.at(-1)! + costs.prepare + scenario.dataCentre.host.disk.latency;
    took.push(capture(speed, free));
  }
  const use = (took.at(-1)! + took.at(-2)!) / 2 / interval;
  near(settled(scenario)("utilisationCapture"), use, "capture", 1e-3);
  const ran = (horizon: number): number => run(scenario, horizon)["availability"]! * horizon;
  const stood = (horizon: number): number => run(scenario, horizon)["throttle"]! * ran(horizon);
  near((stood(1201) - stood(601)) / (ran(1201) - ran(601)), 1 - speed, "throttle", 1e-3);
});

test("a guest whose stages keep up is not slowed", () => {
  const easy = run({ ...smallCluster, snapshot: { ...smallCluster.snapshot, onOverrun: "throttle" } }, 4000);
  const stretch = run(smallCluster, 4000);
  assert.is(easy["throttle"], 0);
  for (const column of ["workRatio", "stall", "intervalAchieved"]) assert.is(easy[column], stretch[column]);
});

test("a guest is never slowed below the least speed, and the interval stretches for the rest", () => {
  const hopeless = busy({ interval: 0.2 }, { copyRate: 1e6 });
  const columns = run(hopeless, 3000);
  assert.ok(columns["throttle"]! <= 1 - leastSpeed + 1e-9);
  assert.ok(columns["intervalAchieved"]! > 0.2);
});

test.run();
