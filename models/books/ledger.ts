import { WeightedSample } from "./weighted-sample.ts";

/** Why a cluster is down, in the order in which one instant is given one cause (model.md, section 9). */
export const causes = ["noSpare", "plan", "detect", "transfer", "resume", "announce", "coldStart", "pause"] as const;
export type Cause = (typeof causes)[number];

/** What fails in a run, how often. */
export const failureCounts = [
  "hostFailures",
  "vmFailures",
  "diskFailures",
  "slowDiskFailures",
  "rackFailures",
  "uplinkFailures",
  "storeFailures",
  "shocks",
  "falseSuspicions",
  "ignoredOutages",
] as const;

/** Sums over time and events of one run, for all clusters together. */
export const sums = [
  "up",
  ...causes,
  "work",
  "lostWork",
  "snapshots",
  "vmSnapshots",
  "snapshotsDurable",
  "snapshotsFailed",
  "cutsBroken",
  "cutsForced",
  "orphans",
  "messagesDropped",
  "faults",
  "stallSeconds",
  "runSeconds",
  "throttledSeconds",
  "captureSeconds",
  "replicateSeconds",
  "mergeSeconds",
  "rollbacks",
  "intact",
  "degraded",
  "failed",
  "vmIntact",
  "vmDegraded",
  "vmFailed",
  "reReadBytes",
  "zeroFilledBytes",
  "killedBytes",
  ...failureCounts,
  "snapshotsLost",
  "snapshotsCorrupt",
  "latentErrors",
  "latentErrorsFound",
  "scrubBytes",
  "corruptions",
  "corruptRestores",
  "captureBytes",
  "sourceBytes",
  "linkBytes",
  "repairBytes",
  "restoreBytes",
  "restoreSourceBytes",
  "restoreLinkBytes",
  "restoreUplinkBytes",
  "restoreRawBytes",
  "restoreSavedDrop",
  "restoreSavedZero",
  "restoreSavedSelf",
  "restoreSavedInterVm",
  "restoreSavedHeld",
  "restoreSavedCompression",
  "restoreMisses",
  "storedByteSeconds",
  "diskByteSeconds",
  "stagedByteSeconds",
  "underReplicatedSeconds",
  "diskFullSeconds",
  "layers",
  "layerBytes",
  "chainDepth",
] as const;
export type Sum = (typeof sums)[number];

export const samples = [
  "admissionWait",
  "clockJump",
  "tcpOutage",
  "pause",
  "captureDuration",
  "durabilityLatency",
  "intervalAchieved",
  "cutSkew",
  "tcpInterruption",
  "scrubDelay",
  "preCopyRounds",
  "preCopyConverged",
  "restorePointAge",
  "rpo",
  "rto",
  "ttr",
  "residency",
] as const;
export type Sample = (typeof samples)[number];

/** A stretch of a run whose effects can be repeated without simulating it. */
export interface Recording {
  readonly start: Float64Array;
  readonly observations: {
    readonly sample: Sample;
    readonly from: number;
    readonly to: number;
    readonly weight: number;
  }[];
  /** Sums and number of observations at the end of each cycle, where cycles are told apart. */
  readonly ends: { readonly sums: Float64Array; readonly observations: number }[];
}

/** Everything that one run counts. What repeats with the snapshot cycle can be recorded once and added many times. */
export class Ledger {
  readonly #sums = new Float64Array(sums.length);
  readonly #index: ReadonlyMap<Sum, number> = new Map(sums.map((name, i) => [name, i]));
  readonly #samples: { readonly [sample in Sample]: WeightedSample };
  #recording: Recording | undefined;
  storedPeak = 0;
  /** The most that one disk has held, where disks have a capacity. Bytes. */
  diskPeak = Number.NaN;

  constructor() {
    this.#samples = Object.fromEntries(samples.map((name) => [name, new WeightedSample()])) as {
      [sample in Sample]: WeightedSample;
    };
  }

  add(sum: Sum, amount: number): void {
    this.#sums[this.#index.get(sum)!]! += amount;
  }

  sum(sum: Sum): number {
    return this.#sums[this.#index.get(sum)!]!;
  }

  observe(sample: Sample, value: number, weight = 1): void {
    this.observeRamp(sample, value, value, weight);
  }

  /** A quantity that went evenly from one value to another, weighted by the time that took. */
  observeRamp(sample: Sample, from: number, to: number, weight: number): void {
    this.#samples[sample].addRamp(from, to, weight);
    this.#recording?.observations.push({ sample, from, to, weight });
  }

  sample(sample: Sample): WeightedSample {
    return this.#samples[sample];
  }

  record(): void {
    this.#recording = { start: this.#sums.slice(), observations: [], ends: [] };
  }

  /** A cycle of the recording ends, and another one begins. */
  endCycle(): void {
    const { observations, ends } = this.#recorded("endCycle");
    ends.push({ sums: this.#sums.slice(), observations: observations.length });
  }

  dropRecording(): void {
    this.#recording = undefined;
  }

  /** Adds `times` more repetitions of what has happened since {@link record}, and ends the recording. */
  repeat(times: number): void {
    const recording = this.#recorded("repeat");
    this.#recording = undefined;
    for (let i = 0; i < this.#sums.length; i++) this.#sums[i]! += times * (this.#sums[i]! - recording.start[i]!);
    for (const { sample, from, to, weight } of recording.observations) {
      this.#samples[sample].addRamp(from, to, weight * times);
    }
  }

  /** Adds `times[i]` more repetitions of what happened in the i-th cycle of the recording, and ends the recording. */
  repeatCycles(times: readonly number[]): void {
    const { start, observations, ends } = this.#recorded("repeatCycles");
    this.#recording = undefined;
    let before = { sums: start, observations: 0 };
    for (const [cycle, end] of ends.entries()) {
      const count = times[cycle]!;
      for (let i = 0; i < this.#sums.length; i++) this.#sums[i]! += count * (end.sums[i]! - before.sums[i]!);
      for (const { sample, from, to, weight } of observations.slice(before.observations, end.observations)) {
        this.#samples[sample].addRamp(from, to, weight * count);
      }
      before = end;
    }
  }

  #recorded(needing: string): Recording {
    if (this.#recording === undefined) {
      throw new Error(`Ledger: nothing was recorded: call record() before ${needing}()`);
    }
    return this.#recording;
  }

  /** Adds the counts of another run, of a domain that shares nothing with this one. */
  merge(other: Ledger): void {
    for (let i = 0; i < this.#sums.length; i++) this.#sums[i]! += other.#sums[i]!;
    for (const sample of samples) this.#samples[sample].addAll(other.#samples[sample]);
    this.storedPeak += other.storedPeak;
    if (!Number.isNaN(other.diskPeak)) this.diskPeak = Math.max(other.diskPeak, this.diskPeak || 0);
  }
}
