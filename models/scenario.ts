import type { Delivery } from "./cut/tcp-interruption.ts";
import type { TrafficMatrix } from "./cut/traffic.ts";
import type { FailureSpec } from "./failures/failure-spec.ts";
import type { FalseSuspicion } from "./failures/false-suspicion.ts";
import type { CopyOrder } from "./guest/copy-order.ts";
import type { DirtyModel } from "./guest/dirty-curve.ts";
import type { Law } from "./laws.ts";
import type { StoragePlan } from "./store/storage-plan.ts";
import type { RollbackPlacement, RollbackPlan } from "./transfer/rollback-plan.ts";

export type { FailureSource, FailureSpec, Outage, OutageTrace } from "./failures/failure-spec.ts";
export * from "./store/storage-plan.ts";
export * from "./transfer/rollback-plan.ts";

/**
 * What one run simulates, resolved: plain immutable data in seconds, bytes, bytes per second and pages.
 * Scenario files with units become this; nothing below the loader ever sees a unit.
 */
export interface ClusterScenario {
  readonly model: "cluster";
  readonly name: string;
  readonly horizon: number;
  readonly fidelity: Fidelity;
  /** Independent copies of the data centre with its clusters: contention domains that share nothing. */
  readonly domains: number;
  readonly dataCentre: DataCentreSpec;
  readonly cluster: ClusterSpec;
  readonly snapshot: SnapshotPlan;
  readonly storage: StoragePlan;
  readonly rollback: RollbackPlan;
  readonly policy: PolicySpec;
  readonly detection: DetectionSpec;
  readonly failures: FailureSpec;
  /** Pauses of the whole cluster that are not longer than this count as up (seconds). */
  readonly pauseTolerance: number;
}

/** Who decides when to snapshot and what to restore: our own policy, or a module of the user's. */
export type PolicySpec = "protect" | UserPolicy;

export interface UserPolicy {
  readonly program: PolicyProgram;
  /** What the scenario gives to the module, as it is written there. */
  readonly options: { readonly [option: string]: unknown };
}

/** A module and all that it imports, ready to run. */
export interface PolicyProgram {
  /** The name of the module's file. */
  readonly name: string;
  /** Absolute path of the folder it was read from, for errors. */
  readonly folder: string;
  /** Of the sources, wherever they lie: the identity of the policy. */
  readonly sha256: string;
  /** JavaScript, as the body of a CommonJS module. */
  readonly code: string;
  /** From lines of the code to lines of the sources, as JSON. */
  readonly sourceMap: string;
}

export type Fidelity = "auto" | "full" | "fast-forward";

export interface DataCentreSpec {
  readonly racks: number;
  readonly hostsPerRack: number;
  readonly host: HostSpec;
  /** Rate of a rack's uplink in each direction (bytes per second); the core does not block. */
  readonly uplink: number;
  /** One-way delay between two hosts (seconds), paid once at the start of a transfer. */
  readonly latency: number;
  /** The shared store that holds the disks and images of the VMs. */
  readonly store: StoreSpec;
}

export interface HostSpec {
  readonly cores: number;
  readonly memory: number;
  readonly disk: DiskSpec;
  /** Full duplex, bytes per second in each direction. */
  readonly nic: number;
}

export interface DiskSpec {
  /** For VMs' disks and snapshots (bytes); Infinity when there always is room. */
  readonly capacity: number;
  readonly read: number;
  readonly write: number;
  readonly latency: number;
}

export interface StoreSpec {
  readonly bandwidth: number;
  readonly latency: number;
}

export interface ClusterSpec {
  /** Clusters of this kind that share one data centre. */
  readonly count: number;
  readonly vms: number;
  readonly vm: VmSpec;
  readonly workload: Workload;
  /** VMs that must be up for the cluster to be up. */
  readonly quorum: number;
  /** Time in which VMs lose half of what they have in common (seconds); Infinity: they keep it. */
  readonly similarityHalfLife: number;
  /** Where its VMs start. */
  readonly placement: RollbackPlacement;
  readonly antiAffinity: "none" | "host" | "rack";
  /** Messages between the VMs of one cluster. */
  readonly traffic: TrafficMatrix;
}

export interface VmSpec {
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  /** Without it the guest reads from its image on the store and writes to no disk. */
  readonly disk?: VmDiskSpec;
}

/** The disk that a guest writes to, over an image on the store that it only reads. */
export interface VmDiskSpec {
  /** The blocks that the guest writes to: they differ from the image. */
  readonly bytes: number;
  /** Bytes per second of guest work, in whole blocks, uniform at random over all of them. */
  readonly writeRate: number;
  /** On the disk of the VM's host, with which it is lost, or on the shared store. */
  readonly on: "local" | "store";
}

/** What a guest does to its memory: page classes whose `pages` add up to the memory of the VM. */
export interface Workload {
  readonly name: string;
  readonly dirtyModel: DirtyModel;
  readonly classes: readonly PageClass[];
  readonly workingSet: WorkingSet;
}

/** What a guest touches first after it was restored. */
export interface WorkingSet {
  readonly pages: number;
  /** In so many seconds of running, at an even rate. */
  readonly within: number;
  /** Pages that lie beside each other. */
  readonly contiguity: number;
  /** Part of what it touched first the last time that it touches again. */
  readonly stability: number;
}

export const pageTypes = ["free", "cacheClean", "cacheDirty", "anonymous", "kernel"] as const;
export type PageType = (typeof pageTypes)[number];

export interface PageClass {
  readonly type: PageType;
  readonly pages: number;
  /** Writes per second of guest work over the whole class, uniform at random over its pages. */
  readonly writesPerSecond: number;
  readonly compressRatio: number;
  readonly content: PageContent;
}

/** Fractions of a class by content; all of them add up to 1. */
export interface PageContent {
  readonly zero: number;
  readonly selfDuplicate: number;
  readonly interVm: InterVm;
  readonly unique: number;
}

/** What VMs of one image have in common, as parts of their pages. */
export interface InterVm {
  /** In all of them. */
  readonly all: number;
  /** In VMs 2j and 2j + 1. */
  readonly pair: number;
}

export const captures = ["stop-and-copy", "pre-copy", "post-copy"] as const;
export type Capture = (typeof captures)[number];
export const records = ["full", "incremental", "lazy-incremental"] as const;
export type Record = (typeof records)[number];

export const cutProtocols = ["independent", "barrier", "colour", "drop", "scheduled", "paced"] as const;
export type CutProtocol = (typeof cutProtocols)[number];

/** When a stage does not keep up: the interval grows, cuts are left out, or the guests are slowed. */
export const overruns = ["stretch", "skip", "throttle"] as const;
export type OnOverrun = (typeof overruns)[number];

/** Who saves a page that is written before the copier of a post-copy has reached it: another thread, or the copier. */
export const faultPaths = ["separate", "shared"] as const;
export type FaultPath = (typeof faultPaths)[number];

export interface SnapshotPlan {
  readonly interval: number;
  /** Every so many snapshots one holds all pages, beside the first; Infinity: no other does. */
  readonly fullEvery: number;
  readonly intervalFrom: "cut" | "end";
  readonly capture: Capture;
  readonly record: Record;
  readonly faultPath: FaultPath;
  readonly order: CopyOrder;
  /** Pre-copy pauses the guest once its last round is expected to take no longer (seconds). */
  readonly downtimeLimit: number;
  /** Rounds of pre-copy while the guest runs, at most. */
  readonly maxRounds: number;
  readonly cut: CutProtocol;
  /** What a paced cut does with messages from beyond it: they force the cut of their receiver, or are dropped. */
  readonly pacedWith: "colour" | "drop";
  /** The clock of a host is late by a uniform draw between 0 and this (seconds); `scheduled` cuts go by the clocks. */
  readonly clockSkew: number;
  readonly delivery: Delivery;
  readonly maxInFlight: number;
  readonly onOverrun: OnOverrun;
  readonly costs: CaptureCosts;
}

/** What a capture costs, in seconds, seconds per page and bytes per second (model.md, section 4). */
export interface CaptureCosts {
  /** `t_prepare`: from the coordinator's command, its delivery included, to the pause; the guest runs. */
  readonly prepare: number;
  /** By how much a VM is ready later than `prepare` says, drawn for each VM and cut. */
  readonly prepareSpread: Law | "none";
  /** `t_fixed`: pause of a stop-and-copy, or of a pre-copy, beside its copy. */
  readonly fixed: number;
  /** `t_device`: device state, while paused. */
  readonly device: number;
  /** Write-protecting one page, while paused. */
  readonly armPerPage: number;
  /** Stall of the guest for a fault that copies a page. */
  readonly fault: number;
  /** Stall of the guest for a fault that only marks a page dirty. */
  readonly track: number;
  /** Copier's time to take the protection off one page. */
  readonly unprotectPerPage: number;
  /** Rate of the copier when alone (bytes per second). */
  readonly copyRate: number;
  /** Rates at which pages are hashed and compressed (bytes per second); Infinity where they are not. */
  readonly hashRate: number;
  readonly compressRate: number;
  /** Rate at which a host makes records of what was captured on it, before they are copied (bytes per second); Infinity: at once. */
  readonly recordRate: number;
}

export interface DetectionSpec {
  readonly heartbeat: number;
  readonly timeout: number;
  readonly falseSuspicion: FalseSuspicion;
  /** Time until it is noticed that a guest goes on with wrong data. */
  readonly corruption: Law;
}
