import type { Errand } from "../../models/data-centre/errand.ts";
import { countsOwnCopy, type PlaceCopies } from "../../models/placement/copy-placement.ts";
import type { StoragePlan } from "../../models/scenario.ts";
import { kept } from "../../models/store/retention-rule.ts";
import { allOf } from "../all-of.ts";
import { TestbedError } from "../testbed-error.ts";
import { type CopiedFiles, copying } from "./copied-files.ts";
import type { HostFiles } from "./host-files.ts";
import { partOutcome } from "./part-outcome.ts";
import { PublishedPoints } from "./published-points.ts";
import type { RealCluster, RealVm } from "./real-cluster.ts";
import { HostDown, type RealHost } from "./real-host.ts";
import { filesOf, memoryFilesOf, type RealPart, type RealSnapshot } from "./real-snapshot.ts";
import type { RunEvents } from "./run-events.ts";
import { verified } from "./verified-snapshots.ts";

/** A restore point that can be restored now. */
export interface ReadablePoint {
  readonly point: RealSnapshot;
  /** Packs are lost that guests will miss. */
  readonly degraded: boolean;
}

/** Snapshots on the disks of the hosts: copies of their files, restore points, and what is let go. */
export class RealStore {
  readonly #hosts: readonly RealHost[];
  readonly #files: HostFiles;
  readonly #events: RunEvents;
  readonly #storage: StoragePlan;
  readonly #copied: (parts: readonly RealPart[]) => readonly CopiedFiles[];
  readonly #place: PlaceCopies;
  readonly #points: PublishedPoints;
  /** Captured and durable ones, rising. */
  readonly #snapshots: RealSnapshot[] = [];

  constructor(
    hosts: readonly RealHost[],
    files: HostFiles,
    events: RunEvents,
    storage: StoragePlan,
    place: PlaceCopies,
  ) {
    this.#hosts = hosts;
    this.#files = files;
    this.#events = events;
    this.#storage = storage;
    this.#copied = copying(storage);
    this.#place = place;
    this.#points = new PublishedPoints(hosts, files, events);
  }

  /** Those that are captured and not durable yet. */
  get inFlight(): number {
    return this.#snapshots.filter(({ state }) => state === "captured").length;
  }

  /** The newest durable snapshot, readable or not. */
  get newest(): RealSnapshot | undefined {
    return this.#snapshots.findLast(({ state }) => state === "durable");
  }

  /** The newest durable snapshot that can be restored from what lies on hosts that are up, whole or without what may be lost. */
  get newestReadable(): ReadablePoint | undefined {
    for (const point of this.#snapshots.toReversed()) {
      if (point.state !== "durable") continue;
      const found = point.parts.map((part) => partOutcome(part, (name) => this.#files.canRead(name)));
      if (!found.includes(undefined)) return { point, degraded: found.includes("degraded") };
    }
    return undefined;
  }

  /** Files have been written by a capture on its host. */
  captured(snapshot: RealSnapshot): void {
    this.#snapshots.push(snapshot);
    this.recount();
  }

  /**
   * Makes the copies of a snapshot, on other hosts when some fail, and publishes it; it is durable then, when all its files have
   * as many as what they hold deserves. One whose captured files are gone before will never be.
   */
  async replicate(snapshot: RealSnapshot): Promise<void> {
    try {
      await allOf(this.#copied(snapshot.parts).map((copied) => this.#copy(snapshot, copied, "replicate")));
    } catch (error) {
      if (!(error instanceof HostDown)) throw error;
      if (snapshot.state === "captured") await this.giveUp(snapshot.cluster);
      return;
    }
    if (snapshot.state === "captured") await this.#points.publish(snapshot);
    // A failure may have overtaken it meanwhile.
    if (snapshot.state !== "captured") return this.#collect(snapshot.cluster);
    snapshot.state = "durable";
    snapshot.durabilityLatency = this.#events.now - snapshot.cutAt;
    this.#tellState(snapshot);
    this.#tellRestorePoint(snapshot.cluster);
    await this.#retain(snapshot.cluster);
    this.recount();
  }

  /** Gives up what is captured and will never be durable: a failure has overtaken it. */
  async giveUp(cluster: RealCluster): Promise<void> {
    for (const one of this.#snapshots)
      if (one.state === "captured") {
        one.state = "failed";
        this.#tellState(one);
      }
    await this.#collect(cluster);
  }

  /** A disk is gone for good. */
  async lost(host: RealHost, cluster: RealCluster): Promise<void> {
    await host.wipe();
    await this.#points.lost(host);
    this.missing(cluster);
  }

  /** Files are gone from hosts: a restore point that nothing can be made of any more, or never again, is lost. */
  missing(cluster: RealCluster): void {
    const before = this.newest;
    for (const one of this.#snapshots)
      if (
        one.state === "durable" &&
        one.parts.some((part) => partOutcome(part, (name) => this.#files.holders(name).length > 0) === undefined)
      ) {
        one.state = "lost";
        this.#tellState(one);
      }
    if (this.newest !== before) this.#tellRestorePoint(cluster);
    this.recount();
  }

  /** Makes again, on other hosts, the copies that restore points lack, for a while or for ever; what cannot be made now is left. */
  async repair(cluster: RealCluster): Promise<void> {
    for (const one of this.#snapshots) {
      if (one.state !== "durable") continue;
      for (const copied of this.#copied(one.parts))
        await this.#copy(one, this.#left(copied), "repair").catch(ignoreHostDown);
      await this.#points.publish(one);
    }
    await this.#collect(cluster);
    this.recount();
  }

  /** Lets go all that it has published: what fails in a run does not fail for good. */
  end(): Promise<void> {
    return this.#points.end();
  }

  /** Reads every durable snapshot again. */
  verify(): Promise<{ readonly points: number; readonly spoilt: readonly string[] }> {
    return verified(this.#snapshots, this.#hosts, this.#files);
  }

  /** Without what cannot be read and may be lost: that keeps nobody from copying the rest. */
  #left(copied: CopiedFiles): CopiedFiles {
    if (!copied.mayBeLost) return copied;
    const canRead = (name: string): boolean => this.#files.canRead(name);
    return { ...copied, names: copied.names.filter(canRead), before: copied.before.filter(canRead) };
  }

  async #copy(snapshot: RealSnapshot, copied: CopiedFiles, errand: Errand): Promise<void> {
    const { part, source, names } = copied;
    const others = copiesElsewhere(copied);
    for (;;) {
      const holders = this.#hosts.filter((host) => host !== source && names.every((name) => host.files.has(name)));
      const there = holders.filter(canBeRead).length;
      if (there >= others) return;
      const before = this.#hosts.filter(
        (host) => host.up && host !== source && !holders.includes(host) && hasBefore(host, copied),
      );
      const indices = [...holders, ...before].map(({ index }) => index);
      const left = others - there - before.length;
      const more =
        left <= 0 ? [] : this.#place({ copies: left, of: others, capturing: source.index, holders: indices });
      const to = [...before.slice(0, others - there), ...more.map((index) => this.#hosts[index]!)];
      // There are not enough hosts: it has as many copies as it can have.
      if (to.length === 0) return;
      await Promise.all(
        to.map((host) =>
          this.#files.bring(snapshot, part, host, errand, names).catch((error) => {
            if (!host.up || error instanceof HostDown) return;
            throw error;
          }),
        ),
      );
      if (!names.every((name) => this.#files.canRead(name)))
        throw new HostDown(`${source.name}: what it captured is not readable`);
    }
  }

  async #retain(cluster: RealCluster): Promise<void> {
    const durable = this.#snapshots.filter(({ state }) => state === "durable");
    const { retention, keep } = this.#storage;
    const stays =
      retention === "none"
        ? durable.map((_, i) => i >= durable.length - keep)
        : kept(
            durable.map(({ cutAt }) => cutAt),
            retention,
          );
    for (const [i, one] of durable.entries())
      if (!stays[i]) {
        one.state = "deleted";
        this.#tellState(one);
      }
    await this.#collect(cluster);
  }

  /** Files that restore points, what is to become one, and the guests of the next build on. */
  neededFiles({ vms }: RealCluster): ReadonlySet<string> {
    const needed = new Set(
      vms.flatMap(({ disks, version }: RealVm) => [...disks, ...(version === undefined ? [] : memoryFilesOf(version))]),
    );
    for (const one of this.#snapshots)
      if (one.state === "durable" || one.state === "captured")
        for (const part of one.parts) for (const name of filesOf(part)) needed.add(name);
    return needed;
  }

  async #collect(cluster: RealCluster): Promise<void> {
    await this.#points.retireAllBut(({ state }) => state === "durable" || state === "captured");
    const needed = this.neededFiles(cluster);
    for (const host of this.#hosts) await host.remove([...host.files].filter((name) => !needed.has(name)));
  }

  #tellState({ cluster, number, state, cutAt, whole, bytes }: RealSnapshot): void {
    if (state === "planned") throw new TestbedError(`snapshot ${number} of ${cluster.name} is planned no more`);
    const age = this.#events.now - cutAt;
    this.#events.tell({ kind: "snapshot", cluster: cluster.name, snapshot: number, state, age, whole, bytes });
  }

  #tellRestorePoint(cluster: RealCluster): void {
    const { newest } = this;
    const { now } = this.#events;
    this.#events.tell({
      kind: "restore-point",
      cluster: cluster.name,
      ...(newest === undefined ? {} : { snapshot: newest.number }),
      age: now - (newest?.cutAt ?? 0),
    });
  }

  /** Tells what is stored, and how much of it lacks copies: also when hosts fail, or are back. */
  recount(): void {
    const sources = new Map(
      this.#snapshots.flatMap(({ parts }) =>
        this.#copied(parts).flatMap(({ source, names }) => names.map((name) => [name, source] as const)),
      ),
    );
    const isOwnCounted = countsOwnCopy(this.#storage.placement);
    let [copies, staged] = [0, 0];
    for (const host of this.#hosts)
      for (const name of host.files) {
        const bytes = this.#files.sizeOf(name);
        if (!isOwnCounted && sources.get(name) === host) staged += bytes;
        else copies += bytes;
      }
    this.#events.tell({ kind: "stored", copies, staged, underReplicated: this.#underReplicated() });
  }

  /** Part of the newest restore point that has fewer copies on hosts that are there than it is to have. */
  #underReplicated(): number {
    let [all, lacking] = [0, 0];
    for (const copied of this.#copied(this.newest?.parts ?? [])) {
      const others = copiesElsewhere(copied);
      for (const name of copied.names) {
        const bytes = this.#files.sizeOf(name);
        all += bytes;
        const holders = this.#files.holders(name).filter((host) => host !== copied.source && canBeRead(host));
        if (holders.length < others) lacking += bytes;
      }
    }
    return all === 0 ? 0 : lacking / all;
  }
}

/** As in the model: a copy counts until its host fails, or is known to be cut off. */
const canBeRead = ({ up, lives }: RealHost): boolean => up && lives;

/** Copies on other hosts than the capturing one, whose own stands for one where it counts and is there. */
const copiesElsewhere = ({ source, names, redundancy: { fragments, own } }: CopiedFiles): number =>
  own && !(canBeRead(source) && names.every((name) => source.files.has(name))) ? fragments + 1 : fragments;

/** A chain stays together: who has what earlier versions have gets what this one adds. */
const hasBefore = (host: RealHost, { before }: CopiedFiles): boolean =>
  before.length > 0 && before.every((name) => host.files.has(name));

const ignoreHostDown = (error: unknown): void => {
  if (!(error instanceof HostDown)) throw error;
};
