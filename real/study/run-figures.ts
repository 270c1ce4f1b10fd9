import { LifeCycleAccount } from "../../models/books/life-cycle-account.ts";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";

/** Goals for the mean absolute relative errors of figures of whole runs: bytes and transfers, then latencies of rollbacks and ages. */
export const runGoals = {
  detect: 0.25,
  plan: 0.25,
  transfer: 0.15,
  resume: 0.25,
  announce: 0.25,
  coldStart: 0.25,
  rto: 0.25,
  lost: 0.25,
  captureDuration: 0.15,
  durability: 0.15,
  age: 0.25,
  captured: 0.15,
  copied: 0.15,
  restored: 0.15,
} as const;
export type RunMetric = keyof typeof runGoals;
export const runMetrics = Object.keys(runGoals) as readonly RunMetric[];

/** All that was seen of each figure: seconds of each rollback or snapshot, seconds and bytes of the run. */
export type RunFigures = { readonly [metric in RunMetric]: readonly number[] };

const isMetric = (name: string): name is RunMetric => name in runGoals;

/**
 * Figures of a run by its events, of real machines or of the simulator:
 * - detect: from a failure that takes VMs until it is known; plan, transfer, resume, announce, coldStart: phases of rollbacks, without
 *   those that another failure began anew and the waiting for a host; rto, lost: of whole rollbacks
 * - captureDuration, durability: of snapshots; age: of the restore point, over the run
 * - captured: bytes that were captured; copied, restored: bytes that left a network card to make or repair copies, and to restore
 */
export const runFigures = (events: readonly LifeCycleEvent[]): RunFigures => {
  const seen: { readonly [metric in RunMetric]: number[] } = {
    ...{ detect: [], plan: [], transfer: [], resume: [], announce: [], coldStart: [], rto: [], lost: [] },
    ...{ captureDuration: [], durability: [], age: [], captured: [], copied: [], restored: [] },
  };
  const failed = new Map<string, number>();
  const begun = new Map<string, { readonly phase: string; readonly at: number }>();
  const moved = { captured: 0, copied: 0, restored: 0 };
  const account = new LifeCycleAccount();
  for (const event of events) {
    account.enter(event);
    const { at } = event;
    if (event.kind === "failure" && !event.ignored && event.suspected !== true)
      for (const vm of event.vms) failed.set(vm, at);
    if (event.kind === "detection") {
      const since = event.vms.flatMap((vm) => failed.get(vm) ?? []);
      for (const vm of event.vms) failed.delete(vm);
      if (since.length > 0) seen.detect.push(at - Math.min(...since));
    }
    if (event.kind === "rollback") {
      const before = begun.get(event.cluster);
      const isCut = event.phase === "plan" || event.phase === "noSpare";
      if (before !== undefined && !isCut && isMetric(before.phase)) seen[before.phase].push(at - before.at);
      begun.delete(event.cluster);
      if (event.phase === "done") {
        seen.rto.push(event.rto);
        seen.lost.push(event.rpo);
      } else if (event.phase !== "chosen") begun.set(event.cluster, { phase: event.phase, at });
    }
    if (event.kind === "snapshot" && event.state === "captured" && event.captureDuration !== undefined)
      seen.captureDuration.push(event.captureDuration);
    if (event.kind === "snapshot" && event.state === "durable") seen.durability.push(event.age);
    if (event.kind === "transfer" && event.state !== "begin")
      moved[movedFor[event.errand]] += event.errand === "capture" ? event.moved : event.sourceBytes;
  }
  const age = account.columns["restorePointAgeMean"] ?? Number.NaN;
  if (!Number.isNaN(age)) seen.age.push(age);
  for (const [what, bytes] of Object.entries(moved)) if (isMetric(what)) seen[what].push(bytes);
  return seen;
};

/** Merges make copies, too. */
const movedFor = {
  capture: "captured",
  replicate: "copied",
  merge: "copied",
  repair: "copied",
  restore: "restored",
} as const;
