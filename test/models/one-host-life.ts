import type { Columns } from "../../models/books/columns.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { isDropped } from "../../models/store/redundancy.ts";

/** One failure of a cluster whose VMs all run on one host, with three hosts for copies and one to go to. */
export interface Life {
  readonly scenario: ClusterScenario;
  /** `vm`: the first VM fails and is rolled back in place; `host`: all VMs go to another host. */
  readonly failing: "vm" | "host";
  readonly failsAt: number;
}

const copies = 3;

/**
 * The columns of such a life, worked out step by step from model.md, without events, flows or generators. No stage may
 * overlap another one, and the failure comes after the last snapshot is durable and merged.
 */
export const liveOnOneHost = ({ scenario, failing, failsAt }: Life): Columns => {
  const { cluster, snapshot, dataCentre, rollback, detection, horizon } = scenario;
  const { costs, interval, capture, record } = snapshot;
  const { disk, nic } = dataCentre.host;
  const n = cluster.vms;
  const classes = cluster.workload.classes.filter(({ type }) => !isDropped(scenario.storage.types[type]));
  const memory = classes.reduce((sum, { pages }) => sum + pages * 4096, 0);
  const message = dataCentre.latency + disk.latency;

  const life = {
    up: 0,
    pause: 0,
    work: 0,
    faults: 0,
    stall: 0,
    run: 0,
    captures: [] as number[],
    latencies: [] as number[],
    intervals: [] as number[],
    copied: 0,
    storedSeconds: 0,
    storedPeak: 0,
  };
  let stored = 0;
  let storedSince = 0;
  const store = (at: number, change: number): void => {
    life.storedSeconds += stored * (at - storedSince);
    storedSince = at;
    stored += change;
    life.storedPeak = Math.max(life.storedPeak, stored);
  };

  const distinct = (work: number): number[] =>
    classes.map(({ pages, writesPerSecond }) => pages * (1 - Math.exp((-writesPerSecond * work) / pages)));
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

  /** Guest work and faults in `wall` seconds since a resume, when pages `set` are saved in the first `sweep` of them. */
  const run = (wall: number, set: readonly number[], sweep: number): { work: number; faults: number } => {
    const track = record === "full" ? 0 : costs.track;
    const tracks = record !== "full" && (set.length > 0 || tracking);
    const copyCost = record === "lazy-incremental" ? costs.fault - track : costs.fault;
    const swept = (work: number): number =>
      sum(
        set.map((pages, i) => {
          const a = (classes[i]!.writesPerSecond / classes[i]!.pages) * work;
          return pages * (a === 0 ? 0 : 1 - (1 - Math.exp(-a)) / a);
        }),
      );
    const solve = (seconds: number, stall: (work: number) => number): number => {
      let [low, high] = [0, seconds];
      for (let i = 0; i < 100; i++) {
        const middle = (low + high) / 2;
        if (middle + stall(middle) < seconds) low = middle;
        else high = middle;
      }
      return low;
    };
    const tracked = (work: number): number => (tracks ? sum(distinct(work)) : 0);
    const atSweep = solve(sweep, (work) => copyCost * swept(work) + track * tracked(work));
    const copying = set.length === 0 ? 0 : swept(atSweep);
    const work = solve(wall, (done) => copyCost * copying + track * tracked(done));
    const faults = record === "lazy-incremental" ? tracked(work) : tracked(work) + copying;
    return { work, faults };
  };
  const count = (wall: number, set: readonly number[], sweep: number, vms: number): number => {
    const { work, faults } = run(wall, set, sweep);
    life.faults += vms * faults;
    life.stall += vms * (wall - work);
    life.run += vms * wall;
    return work;
  };

  let tracking = false;
  /** The epoch that goes on: when the guests were resumed, and what the copier saves behind them. */
  let resumedAt = 0;
  let set: number[] = [];
  let sweep = 0;
  let lastCut: number | undefined;
  let versions = 0;
  const cut = (at: number): void => {
    const work = count(at - resumedAt, set, sweep, n);
    life.work += work;
    life.up += at - resumedAt;
    if (lastCut !== undefined) life.intervals.push(at - lastCut);
    lastCut = at;
    const pages = record === "full" || !tracking ? classes.map((one) => one.pages) : distinct(work);
    const whole = record === "full" || !tracking;
    tracking = record !== "full";
    const bytes = sum(pages) * 4096;
    const unprotect = capture === "post-copy" && record !== "lazy-incremental" ? costs.unprotectPerPage : 0;
    const copying = bytes / Math.min(4096 / (4096 / costs.copyRate + unprotect), disk.write / n);
    const pause =
      capture === "stop-and-copy" ? costs.fixed + copying : costs.device + (costs.armPerPage * bytes) / 4096;
    life.pause += pause;
    const captured = at + pause + (capture === "stop-and-copy" ? 0 : copying) + disk.latency;
    life.captures.push(captured - at);
    const durable = captured + message + bytes / Math.min(disk.read / n, nic / (copies * n), nic / n, disk.write / n);
    life.latencies.push(durable - at);
    life.copied += n * bytes;
    store(captured, n * copies * bytes);
    // A whole version replaces the one before; a delta is merged into it, at the pace of the slower of read and write.
    if (whole && versions > 0) store(durable, -n * copies * memory);
    if (!whole) store(durable + bytes / Math.min(disk.read / n, disk.write / n), -n * copies * bytes);
    versions = 1;
    resumedAt = at + pause;
    [set, sweep] = capture === "stop-and-copy" ? [[], 0] : [pages, copying];
  };

  for (let at = interval; at < failsAt; at += interval) cut(at);
  const work = run(failsAt - resumedAt, set, sweep).work;
  life.work += work;
  life.up += failsAt - resumedAt;
  const foundAt = failsAt + detection.timeout;
  const survivors = failing === "vm" ? n - 1 : 0;
  count(failsAt - resumedAt, set, sweep, n - survivors);
  if (survivors > 0) count(foundAt - resumedAt, set, sweep, survivors);
  const plannedAt = foundAt + rollback.planTime;
  const rate = failing === "vm" ? disk.read / n : Math.min(disk.read / (n / copies), nic / n, disk.write / n);
  const residentAt = plannedAt + message + memory / rate;
  const runningAt = residentAt + rollback.resumeTime;
  const upAt = runningAt + rollback.announceTime;
  life.work -= work;
  const cuts = life.captures.length;
  [resumedAt, set, sweep, lastCut] = [upAt, [], 0, undefined];
  for (let at = upAt + interval; at < horizon; at += interval) cut(at);
  const last = count(horizon - resumedAt, set, sweep, n);
  life.work += last;
  life.up += horizon - resumedAt;
  store(horizon, 0);

  const mean = (numbers: readonly number[]): number => sum(numbers) / numbers.length;
  const moved = failing === "host" ? n * memory : 0;
  return {
    availability: life.up / horizon,
    availabilityNet: (life.up - work) / horizon,
    workRatio: life.work / horizon,
    downtimeNoSpare: 0,
    downtimePlan: rollback.planTime / horizon,
    downtimeDetect: detection.timeout / horizon,
    downtimeTransfer: (residentAt - plannedAt) / horizon,
    downtimeResume: rollback.resumeTime / horizon,
    downtimeAnnounce: rollback.announceTime / horizon,
    downtimeColdStart: 0,
    downtimePause: life.pause / horizon,
    downtimeCatchUp: work / horizon,
    rpoMean: work,
    rtoMean: runningAt - failsAt,
    ttrMean: upAt - failsAt,
    residencyMean: residentAt - failsAt,
    pIntact: 1,
    pDegraded: 0,
    pFailed: 0,
    captureDurationMean: mean(life.captures),
    captureDurationMax: Math.max(...life.captures),
    pauseMean: life.pause / life.captures.length,
    durabilityLatencyMean: mean(life.latencies),
    durabilityLatencyMax: Math.max(...life.latencies),
    intervalAchieved: mean(life.intervals),
    faults: life.faults / (n * life.captures.length),
    stall: life.stall / life.run,
    storedBytes: life.storedSeconds / horizon,
    storedPeak: life.storedPeak,
    stagedBytes: life.storedSeconds / copies / horizon,
    sourceBytes: copies * life.copied + moved,
    linkBytes: 2 * (copies * life.copied + moved),
    repairBytes: 0,
    snapshots: life.captures.length,
    snapshotsDurable: life.captures.length,
    snapshotsFailed: 0,
    rollbacks: 1,
    cutsBeforeFailure: cuts,
  };
};
