import type { DataCentre } from "../data-centre/data-centre.ts";
import { type Route, RouteBuilder } from "../data-centre/route.ts";
import type { Transfers } from "../data-centre/transfer.ts";
import type { SimulatedSnapshot, StoredPart } from "../simulation/simulated-snapshot.ts";
import type { Chain } from "./chain.ts";

/**
 * Lets go of versions beyond those to keep: what was recorded on top of a whole version is merged into it, pages and
 * layers of disks alike. Until all of it is, the older version stays, so a merge that is broken off loses nothing.
 */
export class Retention {
  readonly #centre: DataCentre;
  readonly #transfers: Transfers;
  readonly #onMerged: () => void;

  constructor(centre: DataCentre, transfers: Transfers, onMerged: () => void) {
    this.#centre = centre;
    this.#transfers = transfers;
    this.#onMerged = onMerged;
  }

  apply(chain: Chain): void {
    while (chain.backlog > 0 && !chain.merging) {
      const [oldest, next] = chain.versions as [SimulatedSnapshot, SimulatedSnapshot];
      if (next.standsAlone) {
        chain.replaceOldest();
        continue;
      }
      chain.merging = true;
      const { merge } = next.cluster.use;
      const bytes = next.parts.reduce((sum, { total }) => sum + total, 0);
      merge.begin();
      let open = 1;
      const merged = (): void => {
        if (--open > 0) return;
        chain.merging = false;
        merge.end(bytes);
        if (chain.versions[0] === oldest && chain.versions[1] === next) chain.replaceOldest();
        this.apply(chain);
        this.#onMerged();
      };
      for (const part of next.parts) {
        if (!next.whole) {
          open += 1;
          this.#merge(part, part, part.total, merged);
        }
        const { layer } = part;
        if (layer === undefined || layer.whole) continue;
        open += 1;
        if (layer.stored === undefined) this.#mergeOnStore(part, layer.bytes, merged);
        else
          this.#merge(layer.stored, { bytes: Float64Array.of(layer.bytes), total: layer.bytes }, layer.bytes, merged);
      }
      merged();
    }
  }

  /** The store reads the blocks of a layer and writes them. */
  #mergeOnStore(part: StoredPart, bytes: number, onDone: () => void): void {
    const route = new RouteBuilder(this.#centre).inStore(2).build();
    this.#send(part, bytes, route, onDone, (remaining) => this.#mergeOnStore(part, remaining, onDone));
  }

  #merge(part: StoredPart, delta: Pick<StoredPart, "bytes" | "total">, bytes: number, onDone: () => void): void {
    const { copies } = part;
    const { staged } = part.vm;
    const mix = copies.routes("merge", staged, (c) => {
      const route = new RouteBuilder(this.#centre);
      copies.merge(route, c, staged);
      if (staged !== undefined) route.read(staged).write(staged);
      return route.build();
    });
    const route = mix.of(delta.bytes, delta.total);
    if (route.over.length === 0) onDone();
    else this.#send(part, bytes, route, onDone, (remaining) => this.#merge(part, delta, remaining, onDone));
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
