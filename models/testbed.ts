import type { RollbackPlan, SnapshotPlan, StoragePlan } from "./scenario.ts";

declare const token: unique symbol;

/** What a policy yields and only its testbed understands: something to wait for. */
export interface Wait {
  readonly [token]: true;
}

/** A policy: it asks a {@link Testbed} for things with `yield*`, and runs unchanged on every testbed. */
export type Policy<R = void> = Generator<Wait, R, unknown>;

/** Thrown into a policy when machines of its cluster were found to have failed. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly report: FailureReport;

  constructor(report: FailureReport) {
    super(`${report.cluster.name}: ${report.vms.map((vm) => vm.name).join(", ")} failed`);
    this.report = report;
  }
}

export interface FailureReport {
  readonly cluster: Cluster;
  readonly vms: readonly Vm[];
}

export interface Vm {
  readonly name: string;
}

/** A virtual cluster: VMs that talk to each other and are rolled back together. */
export interface Cluster {
  readonly name: string;
  readonly vms: readonly Vm[];
}

/** planned → cut → captured → durable → merged | deleted | lost, or failed before it was durable (model.md, section 1). */
export type SnapshotState = "planned" | "cut" | "captured" | "durable" | "merged" | "deleted" | "lost" | "failed";

export interface Snapshot {
  readonly cluster: Cluster;
  /** Counted from 1 within its cluster. */
  readonly number: number;
  readonly state: SnapshotState;
  /** When the cluster was cut, on the clock of {@link Testbed.now}. */
  readonly cutAt: number;
  /** Bytes of the pages that it holds, over all VMs: those captured, and later those merged into it. */
  readonly bytes: number;
  /** How long it held the guests up; undefined until it is captured. */
  readonly pause: number | undefined;
  /** From the cut, or the first round of a pre-copy, until all its pages lay on the capturing hosts; undefined until then. */
  readonly captureDuration: number | undefined;
  /** From the cut until it was durable; undefined until then. */
  readonly durabilityLatency: number | undefined;
}

/** Where snapshots are taken and restored: simulated or real. All times are in seconds. */
export interface Testbed {
  /** Seconds since the start of the run: virtual ones, or those of the wall clock. */
  readonly now: number;
  /** Lets time pass. */
  sleep(seconds: number): Policy;
  /** The newest durable snapshot that a rollback would find now; its age is {@link now} less its `cutAt`. */
  restorePoint(cluster: Cluster): Snapshot | undefined;
  /**
   * Runs `cycle` again and again as the plan says; a capture ends before the next cut. Ends only by an interrupt.
   * A plan that is a function is asked anew for each cycle, once the capture of the one before has ended.
   */
  every(cluster: Cluster, plan: SnapshotPlan | (() => SnapshotPlan), cycle: () => Policy): Policy;
  /** Cuts the cluster and returns when all pages of the cut lie on the capturing hosts. */
  snapshot(cluster: Cluster, plan: SnapshotPlan): Policy<Snapshot>;
  /** Makes the copies that the storage plan asks for; returns when the snapshot is durable. */
  replicate(snapshot: Snapshot, storage: StoragePlan): Policy;
  /** Stops the survivors, chooses the newest restore point that can be read and a host for every VM; waits for spares. */
  plan(cluster: Cluster, rollback: RollbackPlan): Policy<Snapshot | undefined>;
  /** Brings the pages of `point` to the hosts of the VMs. */
  transfer(cluster: Cluster, point: Snapshot, rollback: RollbackPlan): Policy;
  /** Loads device state and lets every VM execute its first instruction. */
  resume(cluster: Cluster, rollback: RollbackPlan): Policy;
  /** Tells the network where the VMs are now: from here on the cluster is up. */
  announce(cluster: Cluster, rollback: RollbackPlan): Policy;
  /** Starts every VM from its image, with progress 0. */
  coldStart(cluster: Cluster, rollback: RollbackPlan): Policy;
}
