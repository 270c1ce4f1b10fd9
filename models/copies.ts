import type { Host } from "./data-centre.ts";
import { type MemoryTable, pageSize } from "./memory.ts";
import { rackAware } from "./placement/rack-aware.ts";
import { type Route, RouteMix } from "./route.ts";

interface Copy {
  readonly host: Host;
  /** Holds the chunk's base as well as what was written since; a substitute holds only the latter until it is repaired. */
  complete: boolean;
}

/** One chunk of a page class of one VM. */
interface Chunk {
  readonly pageClass: number;
  /** Part of the bytes of its class. */
  readonly share: number;
  copies: Copy[];
  /** Copies on hosts that are down and may return with their disks. */
  absent: Host[];
}

/** Parts of the bytes of every class by host: `get(host)[class]`. */
export type HostShares = ReadonlyMap<Host, Float64Array>;

/** Where the copies of one VM's snapshots lie. Copies are placed once between changes of the topology, chunk by chunk. */
export class Copies {
  readonly #hosts: readonly Host[];
  readonly #memory: MemoryTable;
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
    memory: MemoryTable,
    pick: (n: number) => number,
    chunks: readonly Pick<Chunk, "pageClass" | "share">[],
  ) {
    this.#hosts = hosts;
    this.#memory = memory;
    this.#pick = pick;
    this.#chunks = chunks.map(({ pageClass, share }) => ({ pageClass, share, copies: [], absent: [] }));
  }

  /**
   * Cuts the memory of a VM into chunks and gives each its hosts.
   *
   * @param chunk bytes
   * @param pick a whole number in [0, n)
   */
  static place(
    hosts: readonly Host[],
    memory: MemoryTable,
    chunk: number,
    capturing: Host,
    pick: (n: number) => number,
  ): Copies {
    const chunks = memory.classes.flatMap(({ pages }, pageClass) => {
      const bytes = pages * pageSize;
      return Array.from({ length: Math.ceil(bytes / chunk) }, (_, i) => ({
        pageClass,
        share: Math.min(chunk, bytes - i * chunk) / bytes,
      }));
    });
    const copies = new Copies(hosts, memory, pick, chunks);
    copies.fill(capturing, true);
    return copies;
  }

  /** Copies for a version that is written whole: on the same hosts where they are up, and all complete. */
  forNewVersion(capturing: Host): Copies {
    this.#whole ??=
      this.full && this.#chunks.every(({ absent }) => absent.length === 0) && this.hostsBehind.length === 0;
    if (this.#whole) return this;
    const fresh = new Copies(this.#hosts, this.#memory, this.#pick, this.#chunks);
    for (const [i, chunk] of this.#chunks.entries()) {
      fresh.#chunks[i]!.copies = chunk.copies.map(({ host }) => ({ host, complete: true }));
    }
    fresh.fill(capturing, true);
    return fresh;
  }

  /** Finds a host for each copy that is missing. */
  fill(capturing: Host, complete: boolean): void {
    if (this.full) return;
    this.#changed();
    for (const chunk of this.#chunks) {
      const missing = this.#wanted(chunk) - chunk.copies.length;
      if (missing <= 0) continue;
      const holders = [...chunk.copies.map(({ host }) => host.index), ...chunk.absent.map(({ index }) => index)];
      const request = { copies: missing, capturing: capturing.index, holders };
      for (const index of rackAware(this.#hosts, request, this.#pick)) {
        chunk.copies.push({ host: this.#hosts[index]!, complete });
      }
    }
  }

  /** Whether every chunk has as many copies on live hosts as its class asks for. */
  get full(): boolean {
    this.#full ??= this.#chunks.every((chunk) => chunk.copies.length >= this.#wanted(chunk));
    return this.#full;
  }

  /** A host has failed; with its disk gone for good (`permanent`), or to return. */
  hostDown(host: Host, permanent: boolean): void {
    this.#changed();
    for (const chunk of this.#chunks) {
      const copy = chunk.copies.find((one) => one.host === host);
      if (copy !== undefined) {
        chunk.copies.splice(chunk.copies.indexOf(copy), 1);
        if (!permanent && copy.complete) chunk.absent.push(host);
      }
      if (permanent) chunk.absent = chunk.absent.filter((one) => one !== host);
    }
  }

  /**
   * A host is back with its disk. Its copies are taken back where one is missing or only a substitute stands in.
   *
   * @param stale whether what was written meanwhile is missing from them
   * @returns parts of each class that have to be brought up to date
   */
  hostUp(host: Host, stale: boolean): Float64Array {
    this.#changed();
    const back = new Float64Array(this.#memory.classes.length);
    for (const chunk of this.#chunks) {
      if (!chunk.absent.includes(host)) continue;
      chunk.absent = chunk.absent.filter((one) => one !== host);
      const substitute = chunk.copies.findIndex(({ complete }) => !complete);
      if (chunk.copies.length >= this.#wanted(chunk)) {
        if (substitute < 0) continue;
        chunk.copies.splice(substitute, 1);
      }
      // Without another complete copy, what was missed is read from the substitutes that took the writes meanwhile.
      const complete = !stale || sources(chunk).length === 0;
      chunk.copies.push({ host, complete });
      if (!complete) back[chunk.pageClass]! += chunk.share;
    }
    return back;
  }

  /** Parts of each class that each host has to be sent when a version is written. */
  get targets(): HostShares {
    this.#targets ??= this.#shares((chunk) => chunk.copies.map((copy) => ({ host: copy.host, part: 1 })));
    return this.#targets;
  }

  /** Copies that have only been written to since they replaced another one, and where their bases can be read. */
  get incomplete(): { readonly from: HostShares; readonly to: HostShares } {
    const behind = (chunk: Chunk): Copy[] => chunk.copies.filter(({ complete }) => !complete);
    const to = this.#shares((chunk) =>
      sources(chunk).length === 0 ? [] : behind(chunk).map(({ host }) => ({ host, part: 1 })),
    );
    const from = this.#shares((chunk) =>
      sources(chunk).map((host) => ({ host, part: behind(chunk).length / sources(chunk).length })),
    );
    return { from, to };
  }

  /** The copies on `hosts` hold all again. */
  complete(hosts: readonly Host[]): void {
    this.#changed();
    for (const chunk of this.#chunks) {
      for (const copy of chunk.copies) if (hosts.includes(copy.host)) copy.complete = true;
    }
  }

  /** Hosts with copies that are not complete. */
  get hostsBehind(): Host[] {
    const behind = new Set<Host>();
    for (const { copies } of this.#chunks) for (const { host, complete } of copies) if (!complete) behind.add(host);
    return [...behind];
  }

  /** From which hosts a restore to `reader` reads which parts, and the parts of each class that no live host holds. */
  readers(reader: Host): { readonly from: HostShares; readonly missing: Float64Array } {
    const missing = new Float64Array(this.#memory.classes.length);
    const from = this.#shares((chunk) => {
      const live = sources(chunk);
      if (live.length === 0) missing[chunk.pageClass]! += chunk.share;
      return live.includes(reader)
        ? [{ host: reader, part: 1 }]
        : live.map((host) => ({ host, part: 1 / live.length }));
    });
    return { from, missing };
  }

  /** Parts of each class whose chunks have no copy left anywhere, not even on a host that may return. */
  get lost(): Float64Array {
    const lost = new Float64Array(this.#memory.classes.length);
    for (const chunk of this.#chunks) {
      if (chunk.absent.length === 0 && !chunk.copies.some(({ complete }) => complete)) {
        lost[chunk.pageClass]! += chunk.share;
      }
    }
    return lost;
  }

  /** Copies that lie on disks for each byte of each class, those on hosts that are down included. */
  get held(): Float64Array {
    if (this.#held === undefined) {
      this.#held = new Float64Array(this.#memory.classes.length);
      for (const { pageClass, share, copies, absent } of this.#chunks) {
        this.#held[pageClass]! += share * (copies.filter(({ complete }) => complete).length + absent.length);
      }
    }
    return this.#held;
  }

  /** Routes for one byte of each class, kept until the copies or the `from` of this purpose change. */
  routes(purpose: "replicate" | "merge", from: Host | undefined, ofClass: (pageClass: number) => Route): RouteMix {
    let kept = this.#routes.get(purpose);
    if (kept === undefined || kept.from !== from) {
      kept = { from, mix: new RouteMix(this.#memory.classes.map((_, i) => ofClass(i))) };
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

  #wanted(chunk: Chunk): number {
    return this.#memory.classes[chunk.pageClass]!.copies;
  }

  #shares(of: (chunk: Chunk) => readonly { readonly host: Host; readonly part: number }[]): HostShares {
    const shares = new Map<Host, Float64Array>();
    for (const chunk of this.#chunks) {
      for (const { host, part } of of(chunk)) {
        let own = shares.get(host);
        if (own === undefined) {
          own = new Float64Array(this.#memory.classes.length);
          shares.set(host, own);
        }
        own[chunk.pageClass]! += chunk.share * part;
      }
    }
    return shares;
  }
}

/** Live hosts that hold the whole chunk. */
const sources = (chunk: Chunk): Host[] =>
  chunk.copies.filter(({ host, complete }) => complete && host.up).map(({ host }) => host);
