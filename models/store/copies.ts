import type { Host } from "../data-centre/data-centre.ts";
import { type Route, RouteMix } from "../data-centre/route.ts";
import { writtenPart } from "../guest/dirty-curve.ts";
import { type CopiedTable, storedBytes } from "../guest/memory.ts";
import type { PlaceCopies } from "../placement/copy-placement.ts";
import {
  bytesOf,
  type Chunk,
  type Copy,
  isComplete,
  isLost,
  isPlaced,
  keepOwnOn,
  lacksOwn,
  missingFragments,
  ownCopy,
  senders,
  storedPart,
  takeBack,
  takeDown,
} from "./chunk.ts";
import { type HostShares, hostShares } from "./host-shares.ts";
import type { Redundancy } from "./redundancy.ts";

/** Where the copies of one VM's memory lie, or those of its disk: placed once between changes of the topology, chunk by chunk. */
export class Copies {
  readonly #hosts: readonly Host[];
  readonly table: CopiedTable;
  readonly #place: PlaceCopies;
  readonly chunks: readonly Chunk[];
  #targets: HostShares | undefined;
  /** Counts the changes: as long as it stands still, so does all that is asked here. */
  revision = 0;
  #held: Float64Array | undefined;
  #under: Float64Array | undefined;
  readonly #routes = new Map<"replicate" | "merge", { readonly from: Host | undefined; readonly mix: RouteMix }>();
  #full: boolean | undefined;
  #whole: boolean | undefined;

  private constructor(
    hosts: readonly Host[],
    table: CopiedTable,
    place: PlaceCopies,
    chunks: readonly Omit<Chunk, "copies" | "absent">[],
  ) {
    this.#hosts = hosts;
    this.table = table;
    this.#place = place;
    this.chunks = chunks.map(({ pageClass, share, redundancy }) => ({
      pageClass,
      share,
      redundancy,
      copies: [],
      absent: [],
    }));
  }

  /**
   * Cuts the memory or the disk of a VM into chunks and gives each its hosts.
   *
   * @param chunk bytes
   */
  static place(hosts: readonly Host[], table: CopiedTable, chunk: number, capturing: Host, place: PlaceCopies): Copies {
    const chunks = table.classes.flatMap((redundancy, pageClass) => {
      const bytes = storedBytes(redundancy);
      return Array.from({ length: Math.ceil(bytes / chunk) }, (_, i) => ({
        pageClass,
        share: Math.min(chunk, bytes - i * chunk) / bytes,
        redundancy,
      }));
    });
    const copies = new Copies(hosts, table, place, chunks);
    copies.fill(capturing, 0);
    return copies;
  }

  /** Copies for a version that is written whole: on the same hosts where they are up and do not capture it, and all complete. */
  forNewVersion(capturing: Host): Copies {
    this.#whole ??=
      this.full &&
      this.chunks.every(
        ({ absent, copies }) => absent.length === 0 && copies.every(({ spoilt }) => spoilt === undefined),
      ) &&
      this.hostsBehind.length === 0;
    if (this.#whole && !this.targets.has(capturing) && this.#isOwnOn(capturing)) return this;
    const fresh = new Copies(this.#hosts, this.table, this.#place, this.chunks);
    for (const [i, { copies }] of this.chunks.entries()) {
      const kept = copies.filter(({ host, fragment }) => host !== capturing && fragment !== ownCopy);
      fresh.chunks[i]!.copies = kept.map(({ host, fragment }) => ({ host, fragment, lacking: 0, due: false }));
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
    this.changed();
    const added: Copy[] = [];
    for (const chunk of this.chunks) {
      if (lacksOwn(chunk) && capturing.up && !chunk.copies.some(({ host }) => host === capturing)) {
        const copy = { host: capturing, fragment: ownCopy, lacking, due: false };
        chunk.copies.push(copy);
        added.push(copy);
        copy.host.used += bytesOf(this.table, chunk, copy);
      }
      const missing = missingFragments(chunk);
      if (missing.length === 0) continue;
      const holders = [...chunk.copies, ...chunk.absent].map(({ host }) => host.index);
      const request = {
        copies: missing.length,
        of: chunk.redundancy.fragments,
        capturing: capturing.index,
        holders,
      };
      for (const [i, index] of this.#place(request).entries()) {
        const copy = { host: this.#hosts[index]!, fragment: missing[i]!, lacking, due: false };
        chunk.copies.push(copy);
        added.push(copy);
        copy.host.used += bytesOf(this.table, chunk, copy);
      }
    }
    return added;
  }

  /** Whether every chunk has as many copies on live hosts as its class asks for. */
  get full(): boolean {
    this.#full ??= this.chunks.every(isPlaced);
    return this.#full;
  }

  /**
   * All of it lies on the disk of the host that captures from now on: where its own copy counts, this is it; where not, what
   * lies there beside it would be lost with it, and is wanted elsewhere.
   */
  captureOn(host: Host): void {
    const moved = this.chunks.filter(
      ({ redundancy, copies }) => redundancy.own || copies.some((one) => one.host === host),
    );
    if (moved.length === 0) return;
    this.changed();
    for (const chunk of moved) {
      if (chunk.redundancy.own) keepOwnOn(chunk, host);
      else chunk.copies = chunk.copies.filter((copy) => copy.host !== host);
    }
  }

  /** The capturing host's own copy counts. */
  get keepsOwn(): boolean {
    return this.table.classes.some(({ own }) => own);
  }

  /** A host has failed; with its disk gone for good (`permanent`), or to return. */
  hostDown(host: Host, permanent: boolean): void {
    this.changed();
    for (const chunk of this.chunks) takeDown(chunk, host, permanent);
  }

  /**
   * A host is back with its disk. Its copies are taken back where one is missing or only a substitute stands in.
   *
   * @param unwritten seconds of guest work whose writes are missing from them
   * @returns the copies that lack something now
   */
  hostUp(host: Host, unwritten: number): readonly Copy[] {
    this.changed();
    const behind: Copy[] = [];
    for (const chunk of this.chunks) {
      const { writesPerPage } = this.table.classes[chunk.pageClass]!;
      const missed = writtenPart(this.table.dirtyModel, writesPerPage * unwritten);
      const copy = takeBack(chunk, host, missed);
      if (copy !== undefined && !isComplete(copy)) behind.push(copy);
    }
    return behind;
  }

  /** Every chunk with the hosts of its copies, the capturing one's own not among them. */
  get placed(): { readonly pageClass: number; readonly redundancy: Redundancy; readonly hosts: readonly Host[] }[] {
    return this.chunks.map(({ pageClass, redundancy, copies }) => ({
      pageClass,
      redundancy,
      hosts: copies.filter(({ fragment }) => fragment !== ownCopy).map(({ host }) => host),
    }));
  }

  /** Parts of each class that are written on each host, beside the capturing one, when a version is. */
  get targets(): HostShares {
    this.#targets ??= hostShares(this.chunks, this.#classes, (chunk) =>
      chunk.copies
        .filter(({ fragment }) => fragment !== ownCopy)
        .map(({ host }) => ({ host, part: chunk.redundancy.stored })),
    );
    return this.#targets;
  }

  /** Parts of each class that are written on each host when a version is; with `whole`, also those on hosts that are away. */
  room(whole: boolean): HostShares {
    if (!whole) return this.targets;
    return hostShares(this.chunks, this.#classes, (chunk) =>
      [...chunk.copies, ...chunk.absent].map((kept) => ({ host: kept.host, part: storedPart(chunk, kept) })),
    );
  }

  /** Part of each class that has fewer complete copies on live hosts than it is to have. */
  get underReplicated(): Float64Array {
    if (this.#under === undefined) {
      this.#under = new Float64Array(this.#classes);
      for (const chunk of this.chunks) {
        if (!isPlaced(chunk) || !chunk.copies.every(isComplete)) this.#under[chunk.pageClass]! += chunk.share;
      }
    }
    return this.#under;
  }

  /** Hosts with copies that are not complete. */
  get hostsBehind(): Host[] {
    const behind = new Set<Host>();
    for (const { copies } of this.chunks) for (const copy of copies) if (!isComplete(copy)) behind.add(copy.host);
    return [...behind];
  }

  /**
   * From which hosts a restore to `reader` reads which parts, and the parts of each class that no live host holds.
   *
   * @param spare a host that can be read where no copy is complete
   */
  readers(reader: Host, spare: Host | undefined): { readonly from: HostShares; readonly missing: Float64Array } {
    const missing = new Float64Array(this.#classes);
    const from = hostShares(this.chunks, this.#classes, (chunk) => {
      const from = senders(chunk, reader, spare);
      if (from.length === 0) missing[chunk.pageClass]! += chunk.share;
      return from;
    });
    return { from, missing };
  }

  /** Parts of each class whose chunks can never be read again, not even from hosts that may return. */
  get lost(): Float64Array {
    const lost = new Float64Array(this.#classes);
    for (const chunk of this.chunks) {
      if (isLost(chunk)) lost[chunk.pageClass]! += chunk.share;
    }
    return lost;
  }

  /** Bytes that lie on disks for each byte of each class, those on hosts that are down included. */
  get held(): Float64Array {
    if (this.#held === undefined) {
      this.#held = new Float64Array(this.#classes);
      for (const chunk of this.chunks) {
        for (const kept of [...chunk.copies.filter(isComplete), ...chunk.absent]) {
          this.#held[chunk.pageClass]! += chunk.share * storedPart(chunk, kept);
        }
      }
    }
    return this.#held;
  }

  /** Routes for one byte of each class, kept until the copies or the `from` of this purpose change. */
  routes(purpose: "replicate" | "merge", from: Host | undefined, ofClass: (pageClass: number) => Route): RouteMix {
    let kept = this.#routes.get(purpose);
    if (kept === undefined || kept.from !== from) {
      kept = { from, mix: new RouteMix(this.table.classes.map((_, i) => ofClass(i))) };
      this.#routes.set(purpose, kept);
    }
    return kept.mix;
  }

  /** The copies are not what they were: all that was worked out of them is forgotten. */
  changed(): void {
    this.revision += 1;
    this.#routes.clear();
    this.#targets = undefined;
    this.#held = undefined;
    this.#under = undefined;
    this.#full = undefined;
    this.#whole = undefined;
  }

  /** Where the capturing host's own copies count, they lie on this one. */
  #isOwnOn(capturing: Host): boolean {
    if (!this.keepsOwn) return true;
    return this.chunks.every(({ copies }) =>
      copies.every(({ host, fragment }) => fragment !== ownCopy || host === capturing),
    );
  }

  get #classes(): number {
    return this.table.classes.length;
  }
}
