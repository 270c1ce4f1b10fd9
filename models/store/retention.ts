import type { DataCentre } from "../data-centre/data-centre.ts";
import { type Route, RouteBuilder } from "../data-centre/route.ts";
import type { Transfers } from "../data-centre/transfer.ts";
import type { SimulatedSnapshot, StoredPart } from "../simulation/simulated-snapshot.ts";
import type { Chain } from "./chain.ts";
import { addMerge } from "./copy-routes.ts";

/**
 * Lets go of versions beyond those to keep: what was recorded on top of a whole version is merged into it, pages and
 * layers of disks alike. Until all of it is, the older version stays, so a merge that is broken off loses nothing.
 */
export class Retention {
  readonly #centre: DataCentre;
  readonly #transfers: Transfers;
  readonly #onMerged: () => void;
  /** Versions refer to pages wherever these lie: to let go of one moves none. */
  readonly #refers: boolean;

  constructor(centre: DataCentre, transfers: Transfers, onMerged: () => void, refers: boolean) {
    this.#centre = centre;
    this.#transfers = transfers;
    this.#onMerged = onMerged;
    this.#refers = refers;
  }

  /** A version that nothing builds on is deleted; others are merged one after the other, or stay with their chain. */
  apply(chain: Chain): void {
    while (!chain.merging) {
      const { expired } = chain;
      const free = expired.find((version) => chain.after(version)!.standsAlone);
      if (free !== undefined) chain.letGo(free);
      else if (chain.backlog > 0) this.#merge(chain, expired[0]!, chain.after(expired[0]!)!);
      else return;
    }
  }

  /** What one version holds becomes part of the next: pages are laid over a whole one, or added to a record. */
  #merge(chain: Chain, version: SimulatedSnapshot, next: SimulatedSnapshot): void {
    chain.merging = true;
    const { merge } = next.cluster.use;
    merge.begin();
    let open = 1;
    let bytes = 0;
    const merged = (): void => {
      if (--open > 0) return;
      chain.merging = false;
      merge.end(bytes);
      if (chain.after(version) === next) chain.letGo(version);
      this.apply(chain);
      this.#onMerged();
    };
    for (const [i, part] of next.parts.entries()) {
      const below = version.parts[i]!;
      if (!next.whole && !this.#refers) {
        // A record gets the pages that it lacks; a whole version those that the record has anew.
        const moved = version.whole ? part.bytes : less(chain.union(below.bytes, part.bytes), part.bytes);
        const total = version.whole ? part.total : moved.reduce((sum, one) => sum + one, 0);
        bytes += total;
        open += 1;
        this.#rewrite(part, { bytes: moved, total }, total, merged);
      }
      const { layer } = part;
      if (layer === undefined || layer.whole) continue;
      const under = below.layer!;
      const blocks = under.whole ? layer.bytes : under.bytes - (under.bytes * layer.bytes) / part.vm.disk!.spec.bytes;
      open += 1;
      if (layer.stored === undefined) this.#mergeOnStore(part, blocks, merged);
      else this.#rewrite(layer.stored, { bytes: Float64Array.of(blocks), total: blocks }, blocks, merged);
    }
    merged();
  }

  /** The store reads the blocks of a layer and writes them. */
  #mergeOnStore(part: StoredPart, bytes: number, onDone: () => void): void {
    const route = new RouteBuilder(this.#centre).inStore(2).build();
    this.#send(part, bytes, route, onDone, (remaining) => this.#mergeOnStore(part, remaining, onDone));
  }

  #rewrite(part: StoredPart, delta: Pick<StoredPart, "bytes" | "total">, bytes: number, onDone: () => void): void {
    const { copies } = part;
    const { staged } = part.vm;
    const mix = copies.routes("merge", staged, (c) => {
      const route = new RouteBuilder(this.#centre);
      addMerge(route, copies, c, staged);
      if (staged !== undefined) route.read(staged).write(staged);
      return route.build();
    });
    const route = mix.of(delta.bytes, delta.total);
    if (route.over.length === 0) onDone();
    else this.#send(part, bytes, route, onDone, (remaining) => this.#rewrite(part, delta, remaining, onDone));
  }

  #send(
    { vm, snapshot }: StoredPart,
    bytes: number,
    route: Route,
    onDone: () => void,
    onBroken: (remaining: number) => void,
  ): void {
    this.#transfers.start({ errand: "merge", vm, snapshot, bytes, route, onDone, onBroken });
  }
}

const less = (one: Float64Array, other: Float64Array): Float64Array => one.map((bytes, c) => bytes - other[c]!);
