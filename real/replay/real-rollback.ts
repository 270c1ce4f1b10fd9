import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterScenario, RollbackPlan } from "../../models/scenario.ts";
import { Interrupted, type Policy, type Testbed } from "../../models/testbed.ts";
import { restoreLine } from "../../models/transfer/restore-line.ts";
import { allOf } from "../all-of.ts";
import type { MadeUp } from "../drop/reduced-stream.ts";
import { contentsToPlace } from "./contents-to-place.ts";
import { dropsHarm } from "./dropped-types.ts";
import type { GuestMaker } from "./guest-maker.ts";
import type { HostFiles } from "./host-files.ts";
import { LazyRestores } from "./lazy-restores.ts";
import type { RealCluster, RealVm } from "./real-cluster.ts";
import { HostDown, type RealHost } from "./real-host.ts";
import type { RealPlacement } from "./real-placement.ts";
import { awaiting } from "./real-process.ts";
import type { RealPart, RealSnapshot } from "./real-snapshot.ts";
import type { ReadablePoint, RealStore } from "./real-store.ts";
import { RestoreBehind, type RollbackOutcome } from "./restore-behind.ts";
import { rollbackOutcome } from "./rollback-outcome.ts";
import type { RunEvents } from "./run-events.ts";
import { togetherBy } from "./shared-files.ts";
import type { TrafficMeter } from "./traffic-meter.ts";
import { untilHeard, verdictsOf } from "./well-guests.ts";

/** Between two looks at whether something has changed, milliseconds. */
const look = 50;
const quick = 10_000;

interface RollbackParts {
  readonly scenario: ClusterScenario;
  readonly events: RunEvents;
  readonly files: HostFiles;
  readonly store: RealStore;
  readonly guests: GuestMaker;
  readonly placement: RealPlacement;
  /** Undefined where placement asks for no traffic. */
  readonly meter: TrafficMeter | undefined;
  /** The guests of the cluster run, and are to be heard of from now on. */
  readonly onUp: (cluster: RealCluster) => void;
  readonly onNote: (note: string) => void;
  /** The run cannot go on. */
  readonly onError: (error: unknown) => void;
}

/** The verbs of the real testbed that roll a cluster back. */
export class RealRollback implements Pick<Testbed, "plan" | "transfer" | "resume" | "coldStart" | "announce"> {
  readonly #parts: RollbackParts;
  readonly #lazy: LazyRestores;
  readonly #behind: RestoreBehind;
  #lost = 0;
  #point: RealSnapshot | undefined;
  #firstInstruction = 0;
  /** What restores have made up for, by VM. */
  readonly #madeUp = new Map<RealVm, MadeUp>();

  constructor(parts: RollbackParts) {
    this.#parts = parts;
    this.#lazy = new LazyRestores(parts);
    this.#behind = new RestoreBehind(parts);
  }

  *plan(cluster: RealCluster, rollback: RollbackPlan): Policy<RealSnapshot | undefined> {
    const { events, store, placement, meter, scenario, files } = this.#parts;
    meter?.stop();
    this.#lazy.giveUp(cluster);
    this.#behind.giveUp(cluster);
    events.tell({ kind: "rollback", cluster: cluster.name, phase: "plan" });
    for (const vm of cluster.vms) {
      vm.heardAt = undefined;
      if (!cluster.undetected.has(vm)) cluster.move(vm, "plan");
    }
    yield* awaiting(() => this.#stop(cluster));
    for (const vm of cluster.vms) if (!cluster.undetected.has(vm)) cluster.move(vm, "plan");
    yield* awaiting(() => store.giveUp(cluster));
    let isWaiting = false;
    for (;;) {
      const found = store.newestReadable;
      const isReady = found !== undefined || store.newest === undefined || rollback.unreachable === "cold";
      const traffic = meter?.matrix ?? scenario.cluster.traffic;
      const known = { traffic, contents: contentsToPlace(found?.point.parts ?? [], cluster.vms, files) };
      if (isReady && placement.replace(cluster, rollback, known)) {
        this.#choose(cluster, found);
        return found?.point;
      }
      if (!isWaiting) {
        events.tell({ kind: "rollback", cluster: cluster.name, phase: "noSpare" });
        for (const vm of cluster.vms) if (!cluster.undetected.has(vm)) cluster.move(vm, "noSpare");
        isWaiting = true;
      }
      yield* awaiting((signal) => sleep(look, undefined, { signal }));
    }
  }

  *transfer(cluster: RealCluster, point: RealSnapshot, rollback: RollbackPlan): Policy {
    this.#enter(cluster, "transfer");
    if (rollback.resume !== "eager") {
      const prepared = (): Promise<unknown> =>
        allOf(point.parts.map((part) => this.#lazy.prepare(point, part, rollback)));
      return yield* unlessDown(cluster, () => cluster.begun(prepared().then(() => {})));
    }
    const wanted = point.parts.map((part) => ({ part, host: part.vm.host! }));
    const together = togetherBy(rollback, this.#parts.scenario.dataCentre.host.nic);
    const bring = async (): Promise<void> => {
      if (together !== undefined) await this.#parts.files.bringTogether(point, wanted, together);
      await allOf(wanted.map(({ part, host }) => this.#bring(point, part, host)));
    };
    yield* unlessDown(cluster, () => cluster.begun(bring()));
  }

  *resume(cluster: RealCluster, { startAfter, resume }: RollbackPlan): Policy {
    this.#enter(cluster, "resume");
    const lines = restoreLine(startAfter);
    const last = Math.max(0, ...lines);
    for (let line = 0; line <= last; line++) {
      const parts = this.#point!.parts.filter(({ vm }) => (lines[vm.index] ?? 0) === line);
      const start = (part: RealPart): Promise<void> =>
        resume === "eager" ? this.#restore(part) : this.#startLazily(part, cluster);
      yield* unlessDown(cluster, () => cluster.begun(allOf(parts.map(start))));
    }
    cluster.sinceWhole = Math.max(...this.#point!.parts.map(({ records }) => records.length)) - 1;
    this.#firstInstruction = this.#parts.events.now;
  }

  *coldStart(cluster: RealCluster, _rollback: RollbackPlan): Policy {
    this.#enter(cluster, "coldStart");
    const start = (vm: RealVm): Promise<void> => vm.host!.whileUp(this.#parts.guests.start(vm));
    yield* unlessDown(cluster, () => cluster.begun(allOf(cluster.vms.map(start))));
    this.#firstInstruction = this.#parts.events.now;
  }

  *announce(cluster: RealCluster, { resume }: RollbackPlan): Policy {
    this.#enter(cluster, "announce");
    // A guest whose heartbeat is heard again has its network, too: its bridge has learned where it is.
    yield* awaiting(() => cluster.begun(allOf(cluster.vms.map((vm) => untilHeard(vm, cluster)))));
    // One that failed meanwhile is not known yet: this rollback goes on when it is.
    if (cluster.undetected.size > 0) {
      this.#parts.onUp(cluster);
      yield* awaiting(() => new Promise<never>(() => {}));
    }
    const { events } = this.#parts;
    const at = events.now;
    for (const vm of cluster.vms) cluster.move(vm, "up");
    const failedAt = cluster.failedAt ?? at;
    cluster.failedAt = undefined;
    if (this.#point !== undefined && resume !== "eager") {
      this.#behind.follow(cluster, { upAt: at, failedAt }, (outcome) => this.#done(cluster, failedAt, outcome));
      this.#parts.onUp(cluster);
      return;
    }
    const verdicts =
      this.#point === undefined
        ? undefined
        : yield* awaiting(() => cluster.begun(verdictsOf(cluster, this.#parts.onNote)));
    const times = { ttr: at - failedAt, residency: this.#firstInstruction - failedAt };
    this.#done(cluster, failedAt, { verdicts, times, at });
    this.#parts.onUp(cluster);
  }

  #enter(cluster: RealCluster, phase: "transfer" | "resume" | "coldStart" | "announce"): void {
    this.#parts.events.tell({ kind: "rollback", cluster: cluster.name, phase });
    for (const vm of cluster.vms) if (!cluster.undetected.has(vm)) cluster.move(vm, phase);
  }

  /** Ends all guests, once nothing is under way with them. */
  async #stop(cluster: RealCluster): Promise<void> {
    await cluster.idle();
    for (const vm of cluster.vms) {
      await vm.guest?.kill();
      vm.guest = undefined;
      // Who is to be stopped and is not there has been found to have failed.
      if (vm.host?.lives === true) cluster.undetected.delete(vm);
    }
  }

  #choose(cluster: RealCluster, found: ReadablePoint | undefined): void {
    const { events } = this.#parts;
    const { now } = events;
    const point = found?.point;
    this.#point = point;
    this.#madeUp.clear();
    // Work since the cut, up to the failure; what it was down for is none.
    this.#lost = Math.max(0, (cluster.failedAt ?? now) - (point?.cutAt ?? 0));
    events.tell({
      kind: "rollback",
      cluster: cluster.name,
      phase: "chosen",
      ...(point === undefined ? {} : { snapshot: point.number }),
      degraded: found !== undefined && (found.degraded || dropsHarm(this.#parts.scenario.storage)),
      lost: this.#lost,
      places: cluster.vms.map(({ name, host }) => ({ vm: name, host: host!.name })),
    });
  }

  async #bring(point: RealSnapshot, part: RealPart, host: RealHost): Promise<void> {
    this.#madeUp.set(part.vm, await this.#parts.files.rebuild(point, part, host, streamOf(part)));
  }

  async #restore(part: RealPart): Promise<void> {
    const host = part.vm.host!;
    const stream = streamOf(part);
    await host.whileUp(this.#parts.guests.restore(part.vm, stream, part.disks));
    part.vm.version = part;
    await host.agent.ask("removeFile", { name: stream }, quick);
  }

  async #startLazily(part: RealPart, cluster: RealCluster): Promise<void> {
    await this.#lazy.start(part, cluster);
    part.vm.version = part;
  }

  #done(cluster: RealCluster, failedAt: number, { verdicts, times, at }: RollbackOutcome): void {
    const restored = verdicts?.map((verdict, i) => ({ verdict, madeUp: this.#madeUp.get(cluster.vms[i]!) }));
    const done = {
      kind: "rollback",
      cluster: cluster.name,
      phase: "done",
      ...rollbackOutcome(restored),
      rpo: this.#lost,
      rto: this.#firstInstruction - failedAt,
    } as const;
    this.#parts.events.tell({ ...done, ...times }, at);
  }
}

/** What a task comes to; when a host fails that it needed, the rollback has to be planned anew. */
function* unlessDown<T>(cluster: RealCluster, begin: () => Promise<T>): Policy<T> {
  try {
    return yield* awaiting(begin);
  } catch (error) {
    throw error instanceof HostDown ? new Interrupted({ cluster, vms: [] }) : error;
  }
}

const streamOf = ({ records }: RealPart): string => `${records.at(-1)!}.stream`;
