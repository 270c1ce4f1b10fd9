import type { Chain } from "./chain.ts";
import type { DataCentre } from "./data-centre.ts";
import { RouteBuilder } from "./route.ts";
import type { SimulatedSnapshot, VmPart } from "./simulated-snapshot.ts";
import type { Transfers } from "./transfer.ts";

/** Lets go of versions beyond those to keep: a delta is merged into the whole version below it, which it replaces. */
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
      if (next.whole) {
        oldest.state = "deleted";
        chain.versions.shift();
        continue;
      }
      chain.merging = true;
      let open = next.parts.length;
      for (const part of next.parts) {
        this.#merge(part, part.total, () => {
          if (--open > 0) return;
          chain.merging = false;
          if (chain.versions[0] === oldest && chain.versions[1] === next) chain.replaceOldest();
          this.apply(chain);
          this.#onMerged();
        });
      }
    }
  }

  #merge(part: VmPart, bytes: number, onDone: () => void): void {
    const { copies } = part;
    const { staged } = part.vm;
    const mix = copies.routes("merge", staged, (c) => {
      const route = new RouteBuilder(this.#centre);
      for (const [host, shares] of copies.targets) {
        if (shares[c]! > 0) route.read(host, shares[c]).write(host, shares[c]);
      }
      if (staged !== undefined) route.read(staged).write(staged);
      return route.build();
    });
    const route = mix.of(part.bytes, part.total);
    if (route.over.length === 0) {
      onDone();
      return;
    }
    this.#transfers.start({
      errand: "merge",
      vm: part.vm,
      snapshot: part.snapshot,
      bytes,
      route,
      onDone,
      onBroken: (remaining) => this.#merge(part, remaining, onDone),
    });
  }
}
