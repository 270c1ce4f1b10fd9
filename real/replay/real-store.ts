import type { Errand } from "../../models/data-centre/errand.ts";
import { countsOwnCopy, type PlaceCopies } from "../../models/placement/copy-placement.ts";
import type { StoragePlan } from "../../models/scenario.ts";
import { kept } from "../../models/store/retention-rule.ts";
import { allOf } from "../all-of.ts";
import { TestbedError } from "../testbed-error.ts";
import type { HostFiles } from "./host-files.ts";
import { PublishedPoints } from "./published-points.ts";
import type { RealCluster, RealVm } from "./real-cluster.ts";
import { HostDown, type RealHost } from "./real-host.ts";
import { filesOf, type RealPart, type RealSnapshot } from "./real-snapshot.ts";
import type { RunEvents } from "./run-events.ts";
import { verified } from "./verified-snapshots.ts";

/** Snapshots on the disks of the hosts: copies of their files, restore points, and what is let go. */
export class RealStore {
  readonly #hosts: readonly RealHost[];
  readonly #files: HostFiles;
  readonly #events: RunEvents;
  readonly #storage: StoragePlan;
  readonly #copies: number;
  readonly #place: PlaceCopies;
  readonly #points: PublishedPoints;
  /** Captured and durable ones, rising. */
  readonly #snapshots: RealSnapshot[] = [];

  /** @param copies of every file, beside what lies on the capturing host unless the placement counts that */
  constructor(
    hosts: readonly RealHost[],
    files: HostFiles,
    events: RunEvents,
    storage: StoragePlan,
    { copies, place }: { readonly copies: number; readonly place: PlaceCopies },
  ) {
    this.#hosts = hosts;
    this.#files = files;
    this.#events = events;
    this.#storage = storage;
    this.#copies = copies;
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

  /** The newest durable snapshot of which every file lies on a host that is up. */
  get newestReadable(): RealSnapshot | undefined {
    return this.#snapshots.findLast((one) => one.state === "durable" && this.#isReadable(one));
  }

  /** Files have been written by a capture on its host. */
  captured(snapshot: RealSnapshot): void {
    this.#snapshots.push(snapshot);
    this.#recount();
  }

  /**
   * Makes the copies of a snapshot, on other hosts when some fail, and publishes it; it is durable then. One whose captured files
   * are gone before will never be.
   */
  async replicate(snapshot: RealSnapshot): Promise<void> {
    try {
      await allOf(snapshot.parts.map((part) => this.#replicate(snapshot, part)));
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
    this.#recount();
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

  /** Files are gone from hosts: a restore point of which no copy is left is lost. */
  missing(cluster: RealCluster): void {
    const before = this.newest;
    for (const one of this.#snapshots)
      if (
        one.state === "durable" &&
        !one.parts.every((part) => filesOf(part).every((name) => this.#files.holders(name).length > 0))
      ) {
        one.state = "lost";
        this.#tellState(one);
      }
    if (this.newest !== before) this.#tellRestorePoint(cluster);
    this.#recount();
  }

  /** Makes again the copies that restore points have lost; what cannot be made now is left. */
  async repair(cluster: RealCluster): Promise<void> {
    for (const one of this.#snapshots) {
      if (one.state !== "durable") continue;
      for (const part of one.parts) await this.#replicate(one, part, "repair").catch(ignoreHostDown);
      await this.#points.publish(one);
    }
    await this.#collect(cluster);
    this.#recount();
  }

  /** Lets go all that it has published: what fails in a run does not fail for good. */
  end(): Promise<void> {
    return this.#points.end();
  }

  /** Reads every durable snapshot again. */
  verify(): Promise<{ readonly points: number; readonly spoilt: readonly string[] }> {
    return verified(this.#snapshots, this.#hosts, this.#files);
  }

  async #replicate(snapshot: RealSnapshot, part: RealPart, errand: Errand = "replicate"): Promise<void> {
    const own = countsOwnCopy(this.#storage.placement) && part.source.files.has(part.records.at(-1)!) ? 1 : 0;
    const others = this.#copies - own;
    for (;;) {
      const holders = this.#hosts.filter(
        (host) => host !== part.source && filesOf(part).every((name) => host.files.has(name)),
      );
      if (holders.length >= others) return;
      // A chain stays together: who has the version before gets this one.
      const before = this.#hosts.filter(
        (host) => host.up && host !== part.source && !holders.includes(host) && this.#hasChain(host, part),
      );
      const indices = [...holders, ...before].map(({ index }) => index);
      const left = others - holders.length - before.length;
      const more =
        left <= 0 ? [] : this.#place({ copies: left, of: others, capturing: part.source.index, holders: indices });
      const to = [...before.slice(0, others - holders.length), ...more.map((index) => this.#hosts[index]!)];
      // There are not enough hosts: it has as many copies as it can have.
      if (to.length === 0) return;
      await Promise.all(
        to.map((host) =>
          this.#files.bring(snapshot, part, host, errand).catch((error) => {
            if (!host.up || error instanceof HostDown) return;
            throw error;
          }),
        ),
      );
      if (!this.#isPartReadable(part)) throw new HostDown(`${part.source.name}: what it captured is not readable`);
    }
  }

  #hasChain(host: RealHost, { records }: RealPart): boolean {
    const before = records.slice(0, -1);
    return before.length > 0 && before.every((name) => host.files.has(name));
  }

  #isReadable(snapshot: RealSnapshot): boolean {
    return snapshot.parts.every((part) => this.#isPartReadable(part));
  }

  #isPartReadable(part: RealPart): boolean {
    return filesOf(part).every((name) => this.#files.holders(name).some(({ up }) => up));
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
    const needed = new Set(vms.flatMap(({ disks, versions }: RealVm) => [...disks, ...versions]));
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

  #recount(): void {
    const sources = new Map(
      this.#snapshots.flatMap(({ parts }) =>
        parts.flatMap(({ source, records, disks }) => [...records, ...disks].map((name) => [name, source] as const)),
      ),
    );
    let [copies, staged] = [0, 0];
    for (const host of this.#hosts)
      for (const name of host.files) {
        const bytes = this.#files.sizeOf(name);
        if (sources.get(name) === host) staged += bytes;
        else copies += bytes;
      }
    const lacking = (part: RealPart): boolean =>
      this.#hosts.filter((host) => host !== part.source && filesOf(part).every((name) => host.files.has(name))).length <
      this.#copies - (countsOwnCopy(this.#storage.placement) ? 1 : 0);
    const underReplicated = this.newest?.parts.filter(lacking).length ?? 0;
    this.#events.tell({ kind: "stored", copies, staged, underReplicated });
  }
}

const ignoreHostDown = (error: unknown): void => {
  if (!(error instanceof HostDown)) throw error;
};
