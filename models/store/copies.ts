import type { Host } from "../data-centre/data-centre.ts";
import { type Route, type RouteBuilder, RouteMix } from "../data-centre/route.ts";
import { writtenPart } from "../guest/dirty-curve.ts";
import { type CopiedTable, pageSize } from "../guest/memory.ts";
import { rackAware } from "../placement/rack-aware.ts";
import {
  type Chunk,
  type Copy,
  isComplete,
  isLost,
  missingFragments,
  senders,
  sources,
  takeBack,
  takeDown,
} from "./chunk.ts";
import { type HostShares, hostShares } from "./host-shares.ts";

/** What the copies of one VM on one host lack. */
export interface Missing {
  readonly copies: readonly Copy[];
  /** Bytes that are written there. */
  readonly bytes: number;
  readonly from: ReadonlyMap<Host, Supply>;
}

/** Bytes that a source reads for a repair, and those that it sends. */
interface Supply {
  read: number;
  sent: number;
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
    chunks: readonly Omit<Chunk, "copies" | "absent">[],
  ) {
    this.#hosts = hosts;
    this.#table = table;
    this.#pick = pick;
    this.#chunks = chunks.map(({ pageClass, share, fragments, needed }) => ({
      pageClass,
      share,
      fragments,
      needed,
      copies: [],
      absent: [],
    }));
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
    const chunks = table.classes.flatMap(({ pages, fragments, needed }, pageClass) => {
      const bytes = pages * pageSize;
      return Array.from({ length: Math.ceil(bytes / chunk) }, (_, i) => ({
        pageClass,
        share: Math.min(chunk, bytes - i * chunk) / bytes,
        fragments,
        needed,
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
      fresh.#chunks[i]!.copies = kept.map(({ host, fragment }) => ({ host, fragment, lacking: 0, due: false }));
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
      const missing = missingFragments(chunk);
      if (missing.length === 0) continue;
      const holders = [...chunk.copies, ...chunk.absent].map(({ host }) => host.index);
      const request = { copies: missing.length, capturing: capturing.index, holders };
      for (const [i, index] of rackAware(this.#hosts, request, this.#pick).entries()) {
        const copy = { host: this.#hosts[index]!, fragment: missing[i]!, lacking, due: false };
        chunk.copies.push(copy);
        added.push(copy);
      }
    }
    return added;
  }

  /** Whether every chunk has as many copies on live hosts as its class asks for. */
  get full(): boolean {
    this.#full ??= this.#chunks.every(({ copies, fragments }) => copies.length >= fragments);
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
      const copy = takeBack(chunk, host, missed);
      if (copy !== undefined && !isComplete(copy)) behind.push(copy);
    }
    return behind;
  }

  /** Parts of each class that each host has to be sent when a version is written. */
  get targets(): HostShares {
    this.#targets ??= hostShares(this.#chunks, this.#classes, (chunk) =>
      chunk.copies.map((copy) => ({ host: copy.host, part: 1 / chunk.needed })),
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
    const from = new Map<Host, Supply>();
    let total = 0;
    for (const chunk of this.#chunks) {
      const copy = chunk.copies.find(({ host }) => host === target);
      const live = sources(chunk, spare);
      if (copy === undefined || isComplete(copy) || !copy.due || live.length === 0) continue;
      found.push(copy);
      const chunkBytes = copy.lacking * chunk.share * this.#table.classes[chunk.pageClass]!.pages * pageSize;
      const bytes = chunkBytes / chunk.needed;
      total += bytes;
      // A fragment is computed from as many others as the chunk needs, or where all of the chunk lies.
      const sent = live.includes(spare!) && live.length < chunk.needed ? bytes : chunkBytes / live.length;
      for (const host of live) {
        const supply = from.get(host) ?? { read: 0, sent: 0 };
        supply.read += chunkBytes / live.length;
        supply.sent += sent;
        from.set(host, supply);
      }
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
      const from = senders(chunk, reader, spare);
      if (from.length === 0) missing[chunk.pageClass]! += chunk.share;
      return from;
    });
    return { from, missing };
  }

  /** Parts of each class whose chunks can never be read again, not even from hosts that may return. */
  get lost(): Float64Array {
    const lost = new Float64Array(this.#classes);
    for (const chunk of this.#chunks) {
      if (isLost(chunk)) lost[chunk.pageClass]! += chunk.share;
    }
    return lost;
  }

  /** Bytes that lie on disks for each byte of each class, those on hosts that are down included. */
  get held(): Float64Array {
    if (this.#held === undefined) {
      this.#held = new Float64Array(this.#classes);
      for (const { pageClass, share, needed, copies, absent } of this.#chunks) {
        this.#held[pageClass]! += (share / needed) * (copies.filter(isComplete).length + absent.length);
      }
    }
    return this.#held;
  }

  /**
   * What merging a byte of each class into the base costs. Each copy reads and writes it where it lies. With a code the
   * data fragments share it among them; pages that change lie anywhere, so each parity fragment gets the difference of
   * every one of them and is read and written for it: 1 + `parity` for each byte, on fragments that all stand for both kinds.
   */
  merge(route: RouteBuilder, pageClass: number): void {
    const { fragments, needed } = this.#table.classes[pageClass]!;
    const work = needed === 1 ? 1 : (needed * (1 + fragments - needed)) / fragments;
    const hosts: { readonly host: Host; readonly share: number }[] = [];
    for (const [host, shares] of this.targets) {
      const share = shares[pageClass]!;
      if (share === 0) continue;
      route.read(host, work * share).write(host, work * share);
      hosts.push({ host, share });
    }
    if (needed === 1) return;
    const total = hosts.reduce((sum, { share }) => sum + share, 0);
    for (const one of hosts) {
      for (const other of hosts) {
        if (other !== one)
          route.send(
            one.host,
            other.host,
            ((fragments - needed) * one.share * other.share) / (total * (total - one.share)),
          );
      }
    }
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
}
