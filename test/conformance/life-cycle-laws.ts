import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import type { ClusterScenario } from "../../models/scenario.ts";

type Of<K extends LifeCycleEvent["kind"]> = Extract<LifeCycleEvent, { kind: K }>;

/** From each state of a snapshot the next ones. */
const next: { readonly [state: string]: readonly string[] } = {
  planned: ["planned", "broken", "cut"],
  broken: ["planned"],
  cut: ["captured", "broken", "failed"],
  captured: ["durable", "failed"],
  durable: ["merged", "deleted", "lost"],
};

/** From each phase of a rollback the next ones; another failure leads back to `plan` from every one. */
const nextPhase: { readonly [phase: string]: readonly string[] } = {
  done: [],
  plan: ["chosen", "noSpare"],
  noSpare: ["chosen"],
  chosen: ["transfer", "coldStart"],
  transfer: ["resume"],
  resume: ["announce"],
  coldStart: ["announce"],
  announce: ["done"],
};

/** Follows the events of a run of one cluster and collects what breaks the laws that hold on every testbed. */
class Follower {
  readonly broken: string[] = [];
  readonly #scenario: ClusterScenario;
  readonly #vms = new Map<string, string>();
  readonly #snapshots = new Map<number, string>();
  readonly #transfers = new Map<number, Of<"transfer">>();
  readonly #failed = new Map<string, number>();
  #at = 0;
  #phase = "done";
  /** A failure was found, and the cluster is not up again. */
  #isDown = false;
  #lastPlanned = 0;
  #events = 0;

  constructor(scenario: ClusterScenario) {
    this.#scenario = scenario;
  }

  enter(event: LifeCycleEvent): void {
    this.#law(event.at >= this.#at, `time goes back from ${this.#at}`, event);
    this.#law(event.at <= this.#scenario.horizon, "it comes after the horizon", event);
    this.#law((this.#events++ === 0) === (event.kind === "begin"), "a run begins with `begin`, once", event);
    this.#at = event.at;
    switch (event.kind) {
      case "begin":
        for (const { vms } of event.clusters) for (const { vm } of vms) this.#vms.set(vm, "up");
        break;
      case "vm":
        this.#law(this.#vms.get(event.vm) === event.from, `it was ${this.#vms.get(event.vm)}`, event);
        this.#vms.set(event.vm, event.to);
        // A rollback is over only when all pages are there; its cluster is up before that.
        if ([...this.#vms.values()].every((state) => state === "up")) this.#isDown = false;
        // One that is cut off fails when it is suspected, as far as anybody knows at its cut.
        if (event.to === "detect") this.#fails(event.vm, event.at);
        else if (event.from === "detect") this.#failed.delete(event.vm);
        break;
      case "snapshot":
        this.#snapshot(event);
        break;
      case "restore-point":
        if (event.snapshot !== undefined)
          this.#law(this.#snapshots.get(event.snapshot) === "durable", "it is not durable", event);
        break;
      case "failure":
        if (!event.ignored) for (const vm of event.vms) this.#fails(vm, event.at);
        break;
      case "detection":
        this.#detection(event);
        break;
      case "rollback":
        this.#rollback(event);
        break;
      case "transfer":
        this.#transfer(event);
        break;
    }
  }

  end(last: LifeCycleEvent | undefined): void {
    if (last?.kind !== "end") this.broken.push("a run ends with `end`");
  }

  #law(holds: boolean, what: string, event: LifeCycleEvent): void {
    if (!holds) this.broken.push(`${what}: ${JSON.stringify(event)}`);
  }

  #fails(vm: string, at: number): void {
    this.#failed.set(vm, Math.min(at, this.#failed.get(vm) ?? at));
  }

  #snapshot(event: Of<"snapshot">): void {
    const { snapshot, state } = event;
    const before = this.#snapshots.get(snapshot);
    if (state === "planned") {
      this.#law(!this.#isDown, "a cluster that is down is not snapshotted", event);
      // Its number goes to the next if it is never cut.
      this.#law([this.#lastPlanned, this.#lastPlanned + 1].includes(snapshot), "snapshots are counted", event);
      const last = this.#snapshots.get(this.#lastPlanned);
      this.#law(last !== "cut", "a capture ends before the next cut", event);
      const inFlight = [...this.#snapshots.values()].filter((one) => one === "captured").length;
      this.#law(inFlight <= this.#scenario.snapshot.maxInFlight, `${inFlight} are in flight`, event);
      this.#lastPlanned = snapshot;
    }
    if (before !== undefined) this.#law(next[before]?.includes(state) === true, `it was ${before}`, event);
    else this.#law(state === "planned", "it was not planned", event);
    const stands = [...this.#vms].flatMap(([vm, at]) => (at === "pause" ? [vm] : []));
    if (state === "captured") this.#law(stands.length === 0, `it still pauses ${stands}`, event);
    this.#snapshots.set(snapshot, state);
  }

  #detection(event: Of<"detection">): void {
    const { heartbeat, timeout } = this.#scenario.detection;
    for (const vm of event.vms) {
      const failedAt = this.#failed.get(vm);
      this.#law(failedAt !== undefined, `${vm} had not failed`, event);
      // It may have been heard of a heartbeat before it failed, and the answer may have been on its way for a moment.
      if (failedAt !== undefined && this.#phase === "done")
        this.#law(event.at - failedAt > timeout - heartbeat - 0.5, `${vm} failed only at ${failedAt}`, event);
      this.#failed.delete(vm);
    }
    this.#isDown = true;
  }

  #rollback(event: Of<"rollback">): void {
    const { phase } = event;
    this.#law(this.#isDown || phase === "done", "nothing has failed", event);
    this.#law(phase === "plan" || nextPhase[this.#phase]!.includes(phase), `it was in ${this.#phase}`, event);
    if (event.phase === "chosen") this.#chosen(event);
    if (event.phase === "done") {
      this.#law(event.rto >= 0 && event.rpo >= 0, "its times are below 0", event);
      this.#law(event.ttr === undefined || event.ttr >= event.rto, "it was up before its first instruction", event);
    }
    this.#phase = phase;
  }

  #chosen(event: Of<"rollback"> & { readonly phase: "chosen" }): void {
    const durable = [...this.#snapshots].flatMap(([number, state]) => (state === "durable" ? [number] : []));
    if (event.snapshot === undefined) return;
    this.#law(durable.includes(event.snapshot), "it is not durable", event);
  }

  #transfer(event: Of<"transfer">): void {
    const begun = this.#transfers.get(event.id);
    if (event.state === "begin") {
      this.#law(begun === undefined, "it has begun before", event);
      this.#transfers.set(event.id, event);
      return;
    }
    this.#law(begun !== undefined, "it has not begun, or has ended before", event);
    this.#transfers.delete(event.id);
    this.#law(event.moved <= event.bytes * (1 + 1e-9) + 1, "it moved more than there was", event);
    if (event.state === "done") this.#law(event.moved >= event.bytes * (1 - 1e-9) - 1, "it moved less", event);
  }
}

/** What in the events of a run breaks a law that holds on every testbed; empty if nothing does. */
export const brokenLaws = (scenario: ClusterScenario, events: readonly LifeCycleEvent[]): string[] => {
  const follower = new Follower(scenario);
  for (const event of events) follower.enter(event);
  follower.end(events.at(-1));
  return follower.broken;
};
