import { randomBytes } from "node:crypto";
import { allOf } from "../all-of.ts";
import { manifestName, manifestText, type PointManifest } from "../store/point-manifest.ts";
import type { HostFiles } from "./host-files.ts";
import { mayBeLost } from "./part-outcome.ts";
import { HostDown, type RealHost } from "./real-host.ts";
import { filesOf, type RealSnapshot } from "./real-snapshot.ts";
import type { RunEvents } from "./run-events.ts";

const quick = 10_000;
/** For the digests of some GiB on a slow disk. */
const slow = 300_000;

/** The restore points of a run on the disks of its hosts, where they outlive the agents and the run's controller. */
export class PublishedPoints {
  readonly #run = randomBytes(6).toString("hex");
  readonly #hosts: readonly RealHost[];
  readonly #files: HostFiles;
  readonly #events: RunEvents;
  /** Hosts that may have a manifest. */
  readonly #where = new Map<RealSnapshot, Set<RealHost>>();

  constructor(hosts: readonly RealHost[], files: HostFiles, events: RunEvents) {
    this.#hosts = hosts;
    this.#files = files;
    this.#events = events;
  }

  /**
   * Publishes a snapshot on every host that holds some of it, with what has come there since the last time.
   *
   * @throws TestbedError if a copy has another content than was captured, and was not found to be wrong before
   */
  async publish(snapshot: RealSnapshot): Promise<void> {
    const text = manifestText(this.#manifestOf(snapshot));
    const names = snapshot.parts.flatMap(filesOf);
    const where = this.#where.get(snapshot) ?? new Set();
    this.#where.set(snapshot, where);
    const holders = this.#hosts.filter((host) => host.up && host.keeps && names.some((name) => host.files.has(name)));
    await allOf(
      holders.map(async (host) => {
        where.add(host);
        try {
          await host.whileUp(host.agent.ask("publish", { text }, slow));
        } catch (error) {
          // A copy that is wrong is made again by the next repair, and its point published again.
          if (error instanceof HostDown || (await this.#files.removeWrong(host, names)).length > 0) return;
          // It lost its disk, or what lay there was let go, while it was read.
          if (host.keeps && names.some((name) => host.files.has(name))) throw error;
        }
      }),
    );
  }

  /** Lets go points, on hosts that can be asked; others do it later. */
  async retireAllBut(isKept: (snapshot: RealSnapshot) => boolean): Promise<void> {
    for (const [snapshot, where] of this.#where) {
      if (isKept(snapshot)) continue;
      for (const host of where) if (host.lives) await this.#retire(snapshot, host);
      if (where.size === 0) this.#where.delete(snapshot);
    }
  }

  /** The disk of a host is gone for good. */
  async lost(host: RealHost): Promise<void> {
    for (const snapshot of this.#where.keys()) await this.#retire(snapshot, host);
  }

  /** Lets go all points of the run, as no failure of it was real. */
  async end(): Promise<void> {
    for (const host of this.#hosts) await this.lost(host);
    this.#where.clear();
  }

  async #retire(snapshot: RealSnapshot, host: RealHost): Promise<void> {
    if (!this.#where.get(snapshot)!.delete(host)) return;
    await host.agent.ask("retire", { name: manifestName({ run: this.#run, number: snapshot.number }) }, quick);
  }

  #manifestOf({ cluster, number, cutAt, parts }: RealSnapshot): PointManifest {
    const names = new Set(parts.flatMap(filesOf));
    return {
      snapback: 3,
      run: this.#run,
      number,
      cluster: cluster.name,
      cutAt: Date.now() / 1000 - this.#events.now + cutAt,
      parts: parts.map(({ vm, records, packs, disks }) => ({
        vm: vm.name,
        records: [...records],
        packs: packs.map(({ name }) => name),
        losable: packs.filter(mayBeLost).map(({ name }) => name),
        disks: [...disks],
      })),
      files: [...names].map((name) => ({
        name,
        bytes: this.#files.sizeOf(name),
        digest: this.#files.digestOf(name),
      })),
    };
  }
}
