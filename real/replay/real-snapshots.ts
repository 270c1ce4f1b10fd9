import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterScenario, SnapshotPlan, StoragePlan } from "../../models/scenario.ts";
import type { Policy, Testbed } from "../../models/testbed.ts";
import { type ClusterCutReport, cutCluster, type RealProtocol } from "../cut/cut-cluster.ts";
import { dropFromCaptures, droppedTypes, losableTypes } from "./dropped-types.ts";
import type { HostFiles } from "./host-files.ts";
import type { RealCluster, RealVm } from "./real-cluster.ts";
import { awaiting, RealProcess } from "./real-process.ts";
import { RealSnapshot } from "./real-snapshot.ts";
import type { RealStore } from "./real-store.ts";
import { Recorder } from "./recorder.ts";
import type { RunEvents } from "./run-events.ts";

/** Between two looks at whether something has changed, milliseconds. */
const look = 20;

interface SnapshotParts {
  readonly events: RunEvents;
  readonly files: HostFiles;
  readonly store: RealStore;
  readonly scenario: ClusterScenario;
  readonly onNote: (note: string) => void;
}

/** The verbs of the real testbed that take snapshots. */
export class RealSnapshots implements Pick<Testbed, "every" | "snapshot" | "replicate"> {
  readonly #events: RunEvents;
  readonly #store: RealStore;
  readonly #files: HostFiles;
  readonly #storage: StoragePlan;
  readonly #onNote: (note: string) => void;
  readonly #recorder: Recorder;
  #onCaptured: () => void = () => {};
  /** When the guests ran on after the last cut. */
  #resumedAt = 0;

  constructor({ events, files, store, scenario, onNote }: SnapshotParts) {
    this.#events = events;
    this.#files = files;
    this.#store = store;
    const { snapshot, storage } = scenario;
    this.#recorder = new Recorder({ files, storage, isIncremental: snapshot.record !== "full", onNote });
    this.#storage = storage;
    this.#onNote = onNote;
    for (const [types, how] of [
      [droppedTypes(storage), "dropped and"],
      [losableTypes(storage), "when it is lost"],
    ] as const)
      if (types.zeroFilled.includes("cacheClean"))
        onNote(
          `unsafe: clean cache is ${how} filled with zeros: restored guests read them for files, and do not know it`,
        );
  }

  *every(_cluster: RealCluster, asked: SnapshotPlan | (() => SnapshotPlan), cycle: () => Policy): Policy {
    let plan = typeof asked === "function" ? asked() : asked;
    const cycles = new Set<RealProcess>();
    let fail: (error: unknown) => void = () => {};
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    failed.catch(() => {});
    const unlessFailed = <T>(begin: (signal: AbortSignal) => Promise<T>): Policy<T> =>
      awaiting((signal) => Promise.race([begin(signal), failed]));
    const pass = (seconds: number): Policy<unknown> =>
      unlessFailed((signal) => sleep(1000 * seconds, undefined, { signal }));
    let due = this.#events.now + plan.interval;
    try {
      for (;;) {
        if (due > this.#events.now) yield* pass(due - this.#events.now);
        while (this.#store.inFlight > plan.maxInFlight) yield* pass(look / 1000);
        const late = this.#events.now - due;
        if (plan.onOverrun === "skip" && late > look / 1000) {
          due += Math.ceil(late / plan.interval) * plan.interval;
          continue;
        }
        const planned = this.#events.now;
        const captured = new Promise<void>((resolve) => {
          this.#onCaptured = resolve;
        });
        const running = new RealProcess(cycle());
        cycles.add(running);
        running.ended.then(() => cycles.delete(running), fail);
        // A cycle that takes no snapshot has an end, too.
        yield* unlessFailed(() => Promise.race([captured, running.ended]));
        if (typeof asked === "function") plan = asked();
        due = (plan.intervalFrom === "cut" ? planned : this.#resumedAt) + plan.interval;
      }
    } finally {
      for (const one of cycles) one.kill();
    }
  }

  *snapshot(cluster: RealCluster, plan: SnapshotPlan): Policy<RealSnapshot> {
    // Who cannot be reached cannot be told to cut: it comes back, or is suspected.
    while (cluster.vms.some(({ cutOffAt }) => cutOffAt !== undefined))
      yield* awaiting((signal) => sleep(look, undefined, { signal }));
    const number = cluster.snapshots + 1;
    this.#events.tell({ kind: "snapshot", cluster: cluster.name, snapshot: number, state: "planned" });
    const snapshot = yield* awaiting(() => cluster.begun(this.#take(cluster, plan, number)));
    if (snapshot !== undefined) return snapshot;
    // A machine of it is dead, and its policy waits until that is found.
    return yield* awaiting(() => new Promise<never>(() => {}));
  }

  *replicate(snapshot: RealSnapshot, _storage: StoragePlan): Policy {
    yield* awaiting(() => snapshot.cluster.copying(this.#store.replicate(snapshot)));
  }

  /** @returns undefined if a machine failed meanwhile */
  async #take(cluster: RealCluster, plan: SnapshotPlan, number: number): Promise<RealSnapshot | undefined> {
    const { failures } = cluster;
    const told = { kind: "snapshot", cluster: cluster.name, snapshot: number } as const;
    // QEMU captures no guest that lacks pages; a capture reads them all.
    await Promise.all(cluster.vms.map(({ behind }) => behind?.hurry().catch(() => {})));
    await cluster.behind;
    if (cluster.undetected.size > 0 || cluster.failures !== failures) {
      this.#events.tell({ ...told, state: "broken" });
      return undefined;
    }
    const guests = cluster.vms.map(({ guest }) => guest!);
    let report: ClusterCutReport;
    try {
      report = await cutCluster(guests, plan.cut as RealProtocol, plan.capture, number);
    } catch (error) {
      // Whoever is cut when one fails is no part of a cut of the cluster. That it failed is found by its silence.
      if (cluster.undetected.size === 0 && cluster.failures === failures) throw error;
      this.#events.tell({ ...told, state: "broken" });
      return undefined;
    }
    cluster.snapshots = number;
    const cuts = report.guests.map((one, i) => ({ ...one, at: this.#hostTime(cluster.vms[i]!, one.cutAt) }));
    for (const [i, one] of cuts.entries()) cluster.paused(cluster.vms[i]!, one.at, one.at + one.pause);
    const cutAt = Math.max(...cuts.map(({ at }) => at));
    this.#resumedAt = Math.max(...cuts.map(({ at, pause }) => at + pause));
    const wholeNow = cluster.sinceWhole + 1 >= plan.fullEvery;
    const captures = report.guests.map((captured, i) => ({ vm: cluster.vms[i]!, captured }));
    const toDrop = captures.map(({ vm, captured: { file, disk } }) => ({ vm, file, disk }));
    const taken = await dropFromCaptures(this.#storage, toDrop, this.#onNote)
      .then(() => this.#recorder.record(captures, wholeNow))
      .catch((error) => {
        if (cluster.vms.every(({ host }) => host?.keeps === true)) throw error;
      });
    // What lay on a host that has failed meanwhile is no snapshot.
    if (taken === undefined || cluster.vms.some(({ host }) => host?.keeps !== true)) {
      this.#events.tell({ ...told, state: "broken" });
      return undefined;
    }
    const whole = taken.every(({ isWhole }) => isWhole);
    cluster.sinceWhole = whole ? 0 : cluster.sinceWhole + 1;
    const ends = cuts.map(({ at, untilCut, duration }) => at - untilCut + duration);
    const begins = plan.capture === "pre-copy" ? Math.min(...cuts.map(({ at, untilCut }) => at - untilCut)) : cutAt;
    const snapshot = new RealSnapshot(cluster, number, {
      cutAt,
      pause: Math.max(...cuts.map(({ pause }) => pause)),
      captureDuration: Math.max(...ends) - begins,
      parts: taken.map(({ part }) => part),
      whole,
    });
    const { bytes } = snapshot;
    for (const [i, { at }] of cuts.entries()) {
      const { name, host } = cluster.vms[i]!;
      const part = taken[i]!.part;
      this.#events.tell(
        { kind: "cut", cluster: cluster.name, vm: name, host: host!.name, snapshot: number, bytes: part.bytes },
        at,
      );
    }
    this.#events.tell({ ...told, state: "cut", age: 0, whole, bytes }, cutAt);
    const orphans = report.orphans[0] + report.orphans[1];
    if (orphans > 0)
      this.#events.tell(
        { kind: "crossing", cluster: cluster.name, snapshot: number, orphans, dropped: 0, forced: 0 },
        cutAt,
      );
    const { captureDuration } = snapshot;
    // What a snapshot costs its guests is told with it: QEMU ends a stream before it lets the guest go on.
    const captured = Math.max(...ends, this.#resumedAt);
    this.#events.tell({ ...told, state: "captured", age: captured - cutAt, whole, bytes, captureDuration }, captured);
    for (const [i, { part }] of taken.entries()) this.#files.transfers.captured(snapshot, part, cuts[i]!.at, ends[i]!);
    this.#store.captured(snapshot);
    this.#onCaptured();
    return snapshot;
  }

  #hostTime({ host }: RealVm, seconds: number): number {
    return this.#events.timeOf(seconds, host!.offset);
  }
}
