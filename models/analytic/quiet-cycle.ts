import { buildsOnVersions } from "../cut/extent.ts";
import { dirtyCurve } from "../guest/dirty-curve.ts";
import { type MemoryTable, memoryTable, pageSize } from "../guest/memory.ts";
import type { ClusterScenario } from "../scenario.ts";
import { overheadOf, redundancyOf } from "../store/redundancy.ts";
import { faultsWithBackground } from "./lazy-restore.ts";
import { type PreCopyRounds, preCopyRounds } from "./pre-copy.ts";
import { expectedFastest, expectedSlowest } from "./slowest.ts";

/** The cycle of full snapshots behind a barrier, while nothing fails. Seconds. */
export interface QuietCycle {
  /** For which a VM stands still once all are ready. */
  readonly hold: number;
  /** For which the first to be ready waits for the last, on average. */
  readonly skew: number;
  /** What is known only if no two VMs share a disk. */
  readonly alone?: LoneCycle;
}

export interface LoneCycle {
  /** From when the cut was due until the guest is paused: the rounds of pre-copy. */
  readonly lead: number;
  /** From the cut until all is saved. */
  readonly capture: number;
  /** What the copier of one VM saves. */
  readonly bytes: number;
  /** Write faults of a VM; undefined where they are no plain sum over the classes. */
  readonly faults?: number;
  /** What each of them stalls the guest for. */
  readonly perFault: number;
  readonly preCopy?: PreCopyRounds;
}

/**
 * What such a cycle costs, if it is known: the pause of post-copy always, because no disk lengthens it; all else only if
 * each VM has a disk of its own, and all that a snapshot moves would be moved before the next one even if it went one by
 * one, so that no snapshot meets another.
 */
export const quietCycle = (scenario: ClusterScenario): QuietCycle | undefined => {
  const { snapshot, cluster, policy } = scenario;
  const { capture, cut, costs } = snapshot;
  if (policy !== "protect" || cut !== "barrier" || cluster.vm.disk !== undefined) return undefined;
  if (buildsOnVersions(snapshot, scenario.storage)) return undefined;
  const memory = memoryTable(cluster, scenario.storage);
  const { latency } = scenario.dataCentre.host.disk;
  const rate = loneRate(scenario);
  const copying = memory.bytes / rate;
  switch (capture) {
    case "stop-and-copy": {
      const hold = costs.fixed + copying;
      if (!isApart(scenario, memory.bytes, hold)) return undefined;
      return {
        hold,
        skew: 0,
        alone: { lead: 0, capture: hold + latency, bytes: memory.bytes, faults: 0, perFault: 0 },
      };
    }
    case "pre-copy": {
      // The faults of tracking would slow the guest, and with it what the rounds find dirty.
      if (costs.track > 0) return undefined;
      const rounds = preCopyRounds({
        set: memory.bytes / pageSize,
        rate: rate / pageSize,
        dirtied: dirtyCurve(memory.classes, memory.dirtyModel).at,
        downtimeLimit: snapshot.downtimeLimit,
        maxRounds: snapshot.maxRounds,
      });
      const hold = costs.fixed + (rounds.last * pageSize) / rate;
      const lead = rounds.duration - (rounds.last * pageSize) / rate;
      if (!isApart(scenario, rounds.sent * pageSize, hold)) return undefined;
      // The first write to a page in each round is a fault; what is dirtied in one is sent in the next.
      const faults = rounds.sent - rounds.live[0]!;
      const bytes = rounds.sent * pageSize;
      return { hold, skew: 0, alone: { lead, capture: hold + latency, bytes, faults, perFault: 0, preCopy: rounds } };
    }
    case "post-copy": {
      const hold = costs.device + (costs.armPerPage * memory.bytes) / pageSize;
      const pauses = { hold, skew: skewOf(scenario) };
      // A copier that serves the faults as well is slowed by them.
      if (snapshot.faultPath !== "separate" || !isApart(scenario, memory.bytes, hold)) return pauses;
      const alone = { lead: 0, capture: hold + copying + latency, bytes: memory.bytes, perFault: costs.fault };
      const mixed = snapshot.order === "address" && memory.dirtyModel === "uniform";
      return { ...pauses, alone: mixed ? { ...alone, faults: faultsBehind(copying, memory, costs.fault) } : alone };
    }
  }
};

/** Bytes per second of the copier of a VM that has the disk of its host to itself. */
const loneRate = ({ snapshot, dataCentre }: ClusterScenario): number => {
  const { copyRate, unprotectPerPage, hashRate, compressRate } = snapshot.costs;
  const unprotect = snapshot.capture === "post-copy" ? unprotectPerPage : 0;
  return Math.min(pageSize / (pageSize / copyRate + unprotect), hashRate, compressRate, dataCentre.host.disk.write);
};

const skewOf = ({ snapshot, cluster }: ClusterScenario): number => {
  const { prepareSpread } = snapshot.costs;
  if (prepareSpread === "none" || cluster.vms === 1) return 0;
  return expectedSlowest(prepareSpread, cluster.vms) - expectedFastest(prepareSpread, cluster.vms);
};

/** No VM shares a disk, and `captured` bytes of each and all their copies are moved before the next cut, one by one. */
const isApart = (scenario: ClusterScenario, captured: number, hold: number): boolean => {
  const { snapshot, cluster, storage, dataCentre } = scenario;
  const { interval, costs } = snapshot;
  const apart = cluster.count === 1 && (cluster.vms === 1 || cluster.antiAffinity !== "none");
  if (!apart || costs.prepareSpread !== "none") return false;
  const { disk, nic } = dataCentre.host;
  const slowest = Math.min(loneRate(scenario), disk.read, nic, dataCentre.uplink);
  const copies = Math.max(
    ...Object.values(storage.types).map((type) => overheadOf(redundancyOf(type, storage.placement))),
  );
  const moved = cluster.vms * (captured + copies * cluster.vm.memory);
  // Records are made side by side, on hosts of their own.
  const recording = captured / costs.recordRate;
  return moved / slowest + costs.prepare + hold + recording + 4 * (dataCentre.latency + disk.latency) <= interval;
};

/** Faults during a sweep of `seconds`, in which the guest works as long as its faults do not stall it. */
const faultsBehind = (seconds: number, { classes }: MemoryTable, fault: number): number => {
  const during = (work: number): number =>
    classes.reduce((sum, { pages, writesPerPage }) => sum + pages * faultsWithBackground([writesPerPage], work), 0);
  let [low, high] = [0, seconds];
  for (let step = 0; step < 60; step++) {
    const work = (low + high) / 2;
    if (work + fault * during(work) < seconds) low = work;
    else high = work;
  }
  return during(high);
};
