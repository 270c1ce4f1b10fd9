import type { Host } from "../data-centre/data-centre.ts";
import { type Route, RouteMix } from "../data-centre/route.ts";
import { writtenPart } from "../guest/dirty-curve.ts";
import { type CopiedTable, pageSize } from "../guest/memory.ts";
import { rackAware } from "../placement/rack-aware.ts";
import { type Chunk, type Copy, isComplete, sources, takeBack, takeDown } from "./chunk.ts";
import { type HostShares, hostShares } from "./host-shares.ts";

/** What the copies of one VM on one host lack. */
export interface Missing {
  readonly copies: readonly Copy[];
  readonly bytes: number;
  /** Bytes to be read, by host. */
  readonly from: ReadonlyMap<Host, number>;
}

/** Where the copies of one VM's memory lie, or those of its disk: placed once between changes of the topology, chunk by chunk. */
export class Copies {
  readonly #hosts: readonly Host[];
  readonly #table: CopiedTable;
  readonly #pick: (n: number) => number;
  readonly #chunks: Chunk[];
  #targets: HostShares | undefined;
  /** Counts the changes: as long as it stands still, so does all that is asked here. */
  revision = 0;
  #held: Float64Array | undefined;
  readonly #routes = new Map<"replicate" | "merge", { readonly from: Host | undefined; readonly mix: RouteMix }>();
  #full: boolean | undefined;
  #whole: boolean | undefined;

  private constructor(
    hosts: readonly Host[],
    table: CopiedTable,
    pick: (n: number) => number,
    chunks: readonly Pick<Chunk, "pageClass" | "share">[],
  ) {
    this.#hosts = hosts;
    this.#table = table;
    this.#pick = pick;
    this.#chunks = chunks.map(({ pageClass, share }) => ({ pageClass, share, copies: [], absent: [] }));
  }

  /**
   * Cuts the memory or the disk of a VM into chunks and gives each its hosts.
   *
   * @param chunk bytes
   * @param pick a whole number in [0, n)
   */
  static place(
    hosts: readonly Host[],
    table: CopiedTable,
    chunk: number,
    capturing: Host,
    pick: (n: number) => number,
  ): Copies {
    const chunks = table.classes.flatMap(({ pages }, pageClass) => {
      const bytes = pages * pageSize;
      return Array.from({ length: Math.ceil(bytes / chunk) }, (_, i) => ({
        pageClass,
        share: Math.min(chunk, bytes - i * chunk) / bytes,
      }));
    });
    const copies = new Copies(hosts, table, pick, chunks);
    copies.fill(capturing, 0);
    return copies;
  }

  /** Copies for a version that is written whole: on the same hosts where they are up and do not capture it, and all complete. */
  forNewVersion(capturing: Host): Copies {
    this.#whole ??=
      this.full && this.#chunks.every(({ absent }) => absent.length === 0) && this.hostsBehind.length === 0;
    if (this.#whole && !this.targets.has(capturing)) return this;
    const fresh = new Copies(this.#hosts, this.#table, this.#pick, this.#chunks);
    for (const [i, { copies }] of this.#chunks.entries()) {
      const kept = copies.filter(({ host }) => host !== capturing);
      fresh.#chunks[i]!.copies = kept.map(({ host }) => ({ host, lacking: 0, due: false }));
    }
    fresh.fill(capturing, 0);
    return fresh;
  }

  /**
   * Finds a host for each copy that is missing.
   *
   * @param lacking 0 when all of the chunk is still to be written, 1 when some has been
   * @returns the new copies
   */
  fill(capturing: Host, lacking: 0 | 1): readonly Copy[] {
    if (this.full) return [];
    this.#changed();
    const added: Copy[] = [];
    for (const chunk of this.#chunks) {
      const missing = this.#wanted(chunk) - chunk.copies.length;
      if (missing <= 0) continue;
      const holders = [...chunk.copies.map(({ host }) => host.index), ...chunk.absent.map(({ index }) => index)];
      const request = { copies: missing, capturing: capturing.index, holders };
      for (const index of rackAware(this.#hosts, request, this.#pick)) {
        const copy = { host: this.#hosts[index]!, lacking, due: false };
        chunk.copies.push(copy);
        added.push(copy);
      }
    }
    return added;
  }

  /** Whether every chunk has as many copies on live hosts as its class asks for. */
  get full(): boolean {
    this.#full ??= this.#chunks.every((chunk) => chunk.copies.length >= this.#wanted(chunk));
    return this.#full;
  }

  /** A host has failed; with its disk gone for good (`permanent`), or to return. */
  hostDown(host: Host, permanent: boolean): void {
    this.#changed();
    for (const chunk of this.#chunks) takeDown(chunk, host, permanent);
  }

  /**
   * A host is back with its disk. Its copies are taken back where one is missing or only a substitute stands in.
   *
   * @param unwritten seconds of guest work whose writes are missing from them
   * @returns the copies that lack something now
   */
  hostUp(host: Host, unwritten: number): readonly Copy[] {
    this.#changed();
    const behind: Copy[] = [];
    for (const chunk of this.#chunks) {
      const { writesPerPage } = this.#table.classes[chunk.pageClass]!;
      const missed = writtenPart(this.#table.dirtyModel, writesPerPage * unwritten);
      const copy = takeBack(chunk, host, { wanted: this.#wanted(chunk), missed });
      if (copy !== undefined && !isComplete(copy)) behind.push(copy);
    }
    return behind;
  }

  /** Parts of each class that each host has to be sent when a version is written. */
  get targets(): HostShares {
    this.#targets ??= hostShares(this.#chunks, this.#classes, (chunk) =>
      chunk.copies.map((copy) => ({ host: copy.host, part: 1 })),
    );
    return this.#targets;
  }

  /**
   * What the copies on `target` lack whose repair is due and whose chunk can be read somewhere.
   *
   * @param spare a host that can be read where no copy is complete
   */
  missing(target: Host, spare: Host | undefined): Missing {
    const found: Copy[] = [];
    const from = new Map<Host, number>();
    let total = 0;
    for (const chunk of this.#chunks) {
      const copy = chunk.copies.find(({ host }) => host === target);
      const live = sources(chunk, spare);
      if (copy === undefined || isComplete(copy) || !copy.due || live.length === 0) continue;
      found.push(copy);
      const bytes = copy.lacking * chunk.share * this.#table.classes[chunk.pageClass]!.pages * pageSize;
      total += bytes;
      for (const host of live) from.set(host, (from.get(host) ?? 0) + bytes / live.length);
    }
    return { copies: found, bytes: total, from };
  }

  /** These copies lack only this part of what they lacked: nothing, when it is 0. */
  repaired(copies: readonly Copy[], left: number): void {
    for (const copy of copies) copy.lacking *= left;
    if (left === 0) this.#changed();
  }

  /** Hosts with copies that are not complete. */
  get hostsBehind(): Host[] {
    const behind = new Set<Host>();
    for (const { copies } of this.#chunks) for (const copy of copies) if (!isComplete(copy)) behind.add(copy.host);
    return [...behind];
  }

  /**
   * From which hosts a restore to `reader` reads which parts, and the parts of each class that no live host holds.
   *
   * @param spare a host that can be read where no copy is complete
   */
  readers(reader: Host, spare: Host | undefined): { readonly from: HostShares; readonly missing: Float64Array } {
    const missing = new Float64Array(this.#classes);
    const from = hostShares(this.#chunks, this.#classes, (chunk) => {
      const live = sources(chunk, spare);
      if (live.length === 0) missing[chunk.pageClass]! += chunk.share;
      return live.includes(reader)
        ? [{ host: reader, part: 1 }]
        : live.map((host) => ({ host, part: 1 / live.length }));
    });
    return { from, missing };
  }

  /** Parts of each class whose chunks have no copy left anywhere, not even on a host that may return. */
  get lost(): Float64Array {
    const lost = new Float64Array(this.#classes);
    for (const chunk of this.#chunks) {
      if (chunk.absent.length === 0 && !chunk.copies.some(isComplete)) {
        lost[chunk.pageClass]! += chunk.share;
      }
    }
    return lost;
  }

  /** Copies that lie on disks for each byte of each class, those on hosts that are down included. */
  get held(): Float64Array {
    if (this.#held === undefined) {
      this.#held = new Float64Array(this.#classes);
      for (const { pageClass, share, copies, absent } of this.#chunks) {
        this.#held[pageClass]! += share * (copies.filter(isComplete).length + absent.length);
      }
    }
    return this.#held;
  }

  /** Routes for one byte of each class, kept until the copies or the `from` of this purpose change. */
  routes(purpose: "replicate" | "merge", from: Host | undefined, ofClass: (pageClass: number) => Route): RouteMix {
    let kept = this.#routes.get(purpose);
    if (kept === undefined || kept.from !== from) {
      kept = { from, mix: new RouteMix(this.#table.classes.map((_, i) => ofClass(i))) };
      this.#routes.set(purpose, kept);
    }
    return kept.mix;
  }

  #changed(): void {
    this.revision += 1;
    this.#routes.clear();
    this.#targets = undefined;
    this.#held = undefined;
    this.#full = undefined;
    this.#whole = undefined;
  }

  get #classes(): number {
    return this.#table.classes.length;
  }

  #wanted(chunk: Chunk): number {
    return this.#table.classes[chunk.pageClass]!.copies;
  }
}
