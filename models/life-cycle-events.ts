import type { VmState } from "./books/downtime.ts";
import type { Errand } from "./data-centre/errand.ts";
import type { Component } from "./failures/failure-spec.ts";
import type { SnapshotState } from "./testbed.ts";

/**
 * What happens in the life of clusters and their snapshots (model.md, section 1), as plain data: every testbed writes
 * these, and a timeline or the result columns can be made of them without knowing which testbed it was. Things are
 * called by their names, times are seconds since the run began, sizes are bytes.
 */
export type LifeCycleEvent = { readonly at: number } & Occurrence;

/** An event without its time, which the clock of the testbed adds. */
export type Occurrence =
  | RunBegins
  | RunEnds
  | SnapshotIsPlanned
  | CutIsBroken
  | SnapshotChanges
  | VmIsCut
  | CutIsCrossed
  | VmChanges
  | RestorePointChanges
  | ComponentFails
  | ComponentReturns
  | ShockStrikes
  | GuestIsCorrupt
  | FailureIsFound
  | RollbackGoesOn
  | RestorePointIsChosen
  | RollbackEnds
  | TransferBegins
  | TransferEnds
  | StoreChanges
  | TimeIsJumped;

/** Tells somebody of what happens now. Where nobody listens there is none: `tell?.({…})` then makes no event at all. */
export type Tell = (what: Occurrence) => void;

/** Every kind of event, in the order of a reader's interest. */
export const lifeCycleKinds = [
  "begin",
  "snapshot",
  "cut",
  "crossing",
  "restore-point",
  "vm",
  "failure",
  "return",
  "shock",
  "corruption",
  "detection",
  "rollback",
  "transfer",
  "stored",
  "jump",
  "end",
] as const satisfies readonly Occurrence["kind"][];

/** The first event of a run: who takes part, and what counts as up. */
export interface RunBegins {
  readonly kind: "begin";
  readonly scenario: string;
  readonly horizon: number;
  /** VMs that must be up for their cluster to be up. */
  readonly quorum: number;
  /** Pauses of a whole cluster that are not longer count as up, seconds. */
  readonly pauseTolerance: number;
  readonly hosts: readonly { readonly name: string; readonly rack: number }[];
  readonly clusters: readonly { readonly name: string; readonly vms: readonly Place[] }[];
}

/** The last one: what has not ended by now is cut off here. */
export interface RunEnds {
  readonly kind: "end";
}

/** Which host a VM is on. */
export interface Place {
  readonly vm: string;
  readonly host: string;
}

/** A cycle begins that is to end in a snapshot. */
export interface SnapshotIsPlanned {
  readonly kind: "snapshot";
  readonly cluster: string;
  /** Counted from 1 within its cluster. One that is never cut leaves its number to the next. */
  readonly snapshot: number;
  readonly state: "planned";
}

/** A failure came after the cut of the first VM and before that of the last: there is no snapshot of the cluster. */
export interface CutIsBroken {
  readonly kind: "snapshot";
  readonly cluster: string;
  readonly snapshot: number;
  readonly state: "broken";
}

/** A snapshot of a whole cluster comes to its next state. */
export interface SnapshotChanges {
  readonly kind: "snapshot";
  readonly cluster: string;
  readonly snapshot: number;
  readonly state: Exclude<SnapshotState, "planned">;
  /** Time since its cut. */
  readonly age: number;
  /** Holds all pages of its cut, or only those that changed since the snapshot before it. */
  readonly whole: boolean;
  /** What it holds of all VMs together, each page once. */
  readonly bytes: number;
  /** Of one that is captured now: time since its cut, or since the first round of a pre-copy. */
  readonly captureDuration?: number;
}

/** One VM has passed its cut point. */
export interface VmIsCut {
  readonly kind: "cut";
  readonly cluster: string;
  readonly vm: string;
  readonly host: string;
  readonly snapshot: number;
  readonly bytes: number;
}

/** Messages that were sent after their sender's cut have met receivers that were before theirs. */
export interface CutIsCrossed {
  readonly kind: "crossing";
  readonly cluster: string;
  readonly snapshot: number;
  /** Messages that were received: the cut is not consistent. */
  readonly orphans: number;
  /** Messages that were dropped instead. */
  readonly dropped: number;
  /** VMs that were cut by the arrival of a message, before they would have been. */
  readonly forced: number;
}

/** A VM goes from one state to another. All VMs are up when a run begins. */
export interface VmChanges {
  readonly kind: "vm";
  readonly cluster: string;
  readonly vm: string;
  /** Where it is or will be; left out while it has no host. */
  readonly host?: string;
  readonly from: VmState;
  readonly to: VmState;
}

/** Another snapshot is the newest durable one; without a number it is the image from which the cluster was started. */
export interface RestorePointChanges {
  readonly kind: "restore-point";
  readonly cluster: string;
  readonly snapshot?: number;
  /** Time since its cut, or since the start from the image. */
  readonly age: number;
}

export interface ComponentFails {
  readonly kind: "failure";
  readonly component: Component;
  readonly name: string;
  readonly permanent: boolean;
  /** It was down already, so that nothing came of it. */
  readonly ignored: boolean;
  /** It was healthy, but taken for dead. */
  readonly suspected?: true;
  /** VMs that are lost by it. */
  readonly vms: readonly string[];
}

/** Several hosts fail for one reason, each with an event of its own, at once or one after the other. */
export interface ShockStrikes {
  readonly kind: "shock";
  readonly name: string;
  readonly hosts: readonly string[];
}

/** A component has been repaired. */
export interface ComponentReturns {
  readonly kind: "return";
  readonly component: Component;
  readonly name: string;
}

/** A guest goes on with wrong data, or that is noticed: then its snapshots since are of no use. */
export interface GuestIsCorrupt {
  readonly kind: "corruption";
  readonly cluster: string;
  readonly vm: string;
  readonly state: "begins" | "found";
}

/** A cluster is told that VMs of it have failed. */
export interface FailureIsFound {
  readonly kind: "detection";
  readonly cluster: string;
  readonly vms: readonly string[];
}

/** A rollback enters a phase. `plan` opens it; when it was open already, another failure has been merged into it. */
export interface RollbackGoesOn {
  readonly kind: "rollback";
  readonly cluster: string;
  readonly phase: "plan" | "noSpare" | "transfer" | "resume" | "coldStart" | "announce";
}

export interface RestorePointIsChosen {
  readonly kind: "rollback";
  readonly cluster: string;
  readonly phase: "chosen";
  /** Left out when no restore point can be read and the cluster starts cold. */
  readonly snapshot?: number;
  readonly degraded: boolean;
  /** Work that this choice gives up, seconds. */
  readonly lost: number;
  readonly places: readonly Place[];
}

/** The cluster is up again; times are counted from the first failure. */
export interface RollbackEnds {
  readonly kind: "rollback";
  readonly cluster: string;
  readonly phase: "done";
  /** `failed`: it started cold, from its image. */
  readonly outcome: "intact" | "degraded" | "failed";
  readonly vms: VmOutcomes | "failed";
  readonly rpo: number;
  readonly rto: number;
  /** Left out when the cluster failed again before it was as fast as before, or before all its pages were there. */
  readonly ttr?: number;
  readonly residency?: number;
}

/** How many VMs came back how, and what was done about pages that were not kept, bytes. */
export interface VmOutcomes {
  readonly intact: number;
  readonly degraded: number;
  /** Read again from the VMs' disks. */
  readonly reRead: number;
  /** Filled with zeros, though they had not been free. */
  readonly zeroFilled: number;
  /** Of processes that were killed. */
  readonly killed: number;
}

interface Transferred {
  readonly kind: "transfer";
  /** The same at its begin and at its end, and of no other transfer of the run. */
  readonly id: number;
  readonly errand: Errand;
  readonly vm: string;
  /** All VMs that want it, when they are several. */
  readonly vms?: readonly string[];
  /** Left out where no single snapshot is meant, as in repairs. */
  readonly snapshot?: number;
  /** Hosts that are read, and hosts that are written; `store` is the shared store. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly bytes: number;
}

export interface TransferBegins extends Transferred {
  readonly state: "begin";
}

export interface TransferEnds extends Transferred {
  /** `broken`: a host of it failed; `cancelled`: nobody wants it any more; `unfinished`: the run ended. */
  readonly state: "done" | "broken" | "cancelled" | "unfinished";
  /** Bytes that have arrived. */
  readonly moved: number;
  /** What left a network card for that, and what went over network cards and uplinks. */
  readonly sourceBytes: number;
  readonly linkBytes: number;
}

/** What lies on disks now. */
export interface StoreChanges {
  readonly kind: "stored";
  readonly copies: number;
  /** On the disks of capturing hosts, beside the copies. */
  readonly staged: number;
  /** Parts of the newest restore points with fewer copies than they are to have, summed over clusters. */
  readonly underReplicated: number;
}

/** Cycles that repeat were not simulated but jumped over; what happened in them is in no event. */
export interface TimeIsJumped {
  readonly kind: "jump";
  readonly to: number;
  /** Snapshots of each cluster that were jumped over. */
  readonly cycles: number;
  /** The cycles were a sample of others, not the same ones again. */
  readonly approximate: boolean;
}
