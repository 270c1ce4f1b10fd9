import type { Metrics } from "../simulate.ts";
import { meanOf, type Simulate } from "./target.ts";

/** One VM, every one of whose snapshots is kept as it is. */
const oneVm = (simulate: Simulate, settings: readonly string[]): Promise<readonly Metrics[]> =>
  simulate("second-level-snapshots", [
    "sweep={}",
    "horizon=1h",
    "replications=1",
    "cluster.vms=1",
    "cluster.workload=idle",
    "storage.policy=replicate-all",
    ...settings,
  ]);

/** Seconds of pause of a full stop-and-copy of so many MiB to a disk of 148 MB/s. */
export const stopAndCopy = async (simulate: Simulate, mebibytes: number): Promise<number> => {
  const runs = await oneVm(simulate, [
    `cluster.vm.memory=${mebibytes}MiB`,
    "dataCentre.host.disk.write=148MB/s",
    "snapshot.interval=10m",
    "snapshot.capture=stop-and-copy",
    "snapshot.record=full",
  ]);
  return meanOf(runs, "pauseMean");
};

/** Seconds of pause of a diff of 2 GiB, so many MiB of which are written all the time; the first snapshot is a full one. */
export const diffPause = async (simulate: Simulate, mebibytes: number): Promise<number> => {
  const own = "compressRatio: 1, content: { zero: 0, selfDuplicate: 0, interVm: 0, unique: 1 }";
  const written = mebibytes / 2048;
  const runs = await oneVm(simulate, [
    "cluster.vm.memory=2GiB",
    `cluster.workload={ classes: {
      hot: { type: anonymous, share: ${written}, writesPerGiB: ${mebibytes === 0 ? 0 : 100_000}/s, ${own} },
      cold: { type: anonymous, share: ${1 - written}, writesPerGiB: 0/s, ${own} } } }`,
    "dataCentre.host.disk.write=148MB/s",
    "snapshot.costs=firecracker",
    "snapshot.costs.fixed=594ms",
    "snapshot.interval=1m",
    "snapshot.capture=stop-and-copy",
    "snapshot.record=incremental",
  ]);
  return meanOf(runs, "pauseP50");
};

/** Part of 2 GiB that is written when a diff takes as long as a full one, straight between two simulated parts; 1 if it never does. */
export const crossOver = async (simulate: Simulate): Promise<number> => {
  const full = await stopAndCopy(simulate, 2048);
  const parts = [0.5, 0.75, 0.99];
  const pauses = await Promise.all(parts.map((part) => diffPause(simulate, 2048 * part)));
  const after = pauses.findIndex((pause) => pause >= full);
  if (after < 0) return 1;
  if (after === 0) return parts[0]!;
  const [low, high] = [pauses[after - 1]!, pauses[after]!];
  return parts[after - 1]! + ((full - low) / (high - low)) * (parts[after]! - parts[after - 1]!);
};

/** Seconds for which a guest of so many MiB stands while its pages are protected, its devices left out. */
export const protection = async (simulate: Simulate, mebibytes: number): Promise<number> => {
  const runs = await oneVm(simulate, [
    `cluster.vm.memory=${mebibytes}MiB`,
    "snapshot.costs=firecracker",
    "snapshot.costs.device=0s",
    "snapshot.interval=1m",
    "snapshot.capture=post-copy",
    "snapshot.record=full",
  ]);
  return meanOf(runs, "pauseMean");
};

/**
 * Seconds from the command until a VM of 256 MiB has been through its working set of 8 MB, from a disk that yields so many
 * MB/s that way; devices and start take 50 ms.
 */
export const coldStart = async (
  simulate: Simulate,
  resume: "on-demand" | "working-set",
  rate: number,
): Promise<number> => {
  const runs = await oneVm(simulate, [
    "cluster.vm.memory=256MiB",
    "cluster.workload.workingSet={ share: 2.98%, within: 1ms, contiguity: 1, stability: 100% }",
    `dataCentre.host.disk={ read: ${rate}MB/s, write: 850MB/s, latency: 0s }`,
    "snapshot.interval=10m",
    "failures={ host: none, vm: { times: [{ component: 0, start: 35m, end: 2100.6s }] } }",
    `rollback.resume=${resume}`,
    "rollback.window=100%",
    "rollback.planTime=0s",
    "rollback.resumeTime=50ms",
    "rollback.announceTime=0s",
  ]);
  return meanOf(runs, "ttrMean") - 3600 * meanOf(runs, "downtimeDetect");
};
