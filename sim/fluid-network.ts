import { FluidEngine } from "./fluid-engine.ts";
import { ForeignLink, InvalidFluid, RepeatedLink } from "./fluid-errors.ts";
import { FluidFlow } from "./fluid-flow.ts";
import { Link } from "./link.ts";
import type { Simulation } from "./simulation.ts";

/** A link and what a transfer takes of it for each byte: 2 if everything crosses it twice, 1 / k if it carries one of k stripes. */
export interface LinkShare {
  readonly link: Link;
  readonly share: number;
}

export interface TransferOptions {
  /** Bytes to transfer. With 0 bytes it is done at once, whatever the links. */
  readonly bytes: number;
  /** All links that it crosses at the same time, in any order, each once: of a multicast, every link of the tree. */
  readonly over: readonly (Link | LinkShare)[];
  /** Bytes per second that it never exceeds. None unless given. */
  readonly cap?: number;
  /** Rates of flows with one bottleneck are as their weights. 1 unless given. */
  readonly weight?: number;
  /** For errors and traces. */
  readonly name?: string;
  /** Called when it is done, after those who wait for it: for models without processes. Not called if it is cancelled. */
  readonly onDone?: () => void;
}

/**
 * Transfers as fluid flows over links with a bandwidth, their rates max-min fair at every instant.
 *
 * A flow has one rate on its whole path and as much of every link as its rate times its share. No flow can get more per
 * weight except at the cost of one that has no more than it (Bertsekas & Gallager, Data Networks, 6.5). Changes of one
 * instant take effect together. There is no latency: wait before, or after.
 *
 * @example
 * const net = new FluidNetwork(sim);
 * const [disk, cable] = [net.link(500e6, "disk"), net.link(125e6, "cable")];
 * yield* net.transfer({ bytes: 1e9, over: [disk, cable] }); // 8 seconds if it is alone
 */
export class FluidNetwork {
  readonly #engine: FluidEngine;
  #links = 0;
  #transfers = 0;

  constructor(sim: Simulation) {
    this.#engine = new FluidEngine(sim);
  }

  /** Number of transfers in progress. */
  get flows(): number {
    return this.#engine.count;
  }

  /**
   * A new link.
   * @param capacity in bytes per second; 0 lets flows stand still.
   * @throws InvalidFluid if the capacity is negative or not finite. What can never be a bottleneck is left out of paths instead.
   */
  link(capacity: number, name = `link ${this.#links + 1}`): Link {
    const link = new Link(this.#engine, capacity, name);
    this.#links++;
    return link;
  }

  /**
   * Starts a transfer at this instant. It is an event: wait for it, or for `anyOf` it and others, or do not.
   * @throws InvalidFluid if bytes, cap, weight, a link or a share are not what they must be.
   * @throws ForeignLink, RepeatedLink if a link is of another network or named twice.
   * @throws UnlimitedTransfer if there is neither link nor cap.
   */
  transfer(options: TransferOptions): FluidFlow {
    const { bytes, over, cap = Number.POSITIVE_INFINITY, weight = 1, name, onDone } = options;
    const flow = new FluidFlow(this.#engine, bytes, weight, cap, over.length, name, onDone);
    this.#transfers++;
    for (const crossing of over) this.#check(flow, crossing);
    if (bytes === 0) {
      flow.finish();
      return flow;
    }
    const { maxMin } = this.#engine;
    const slot = maxMin.addFlow(over.length, bytes, weight);
    for (const crossing of over) {
      if (crossing instanceof Link) maxMin.cross(slot, crossing.id, 1);
      else maxMin.cross(slot, crossing.link.id, crossing.share);
    }
    maxMin.setCap(slot, cap, this.#engine.sim.now);
    flow.start(slot);
    return flow;
  }

  #check(flow: FluidFlow, crossing: Link | LinkShare): void {
    const link = crossing instanceof Link ? crossing : crossing?.link;
    if (!(link instanceof Link))
      throw new InvalidFluid(flow.name, "a part of its path", "a link or {link, share}", link);
    if (link.engine !== this.#engine) throw new ForeignLink(flow.name, link.name);
    if (link.lastNamedBy === this.#transfers) throw new RepeatedLink(flow.name, link.name);
    link.lastNamedBy = this.#transfers;
    if (crossing instanceof Link) return;
    if (!(Number.isFinite(crossing.share) && crossing.share > 0)) {
      throw new InvalidFluid(flow.name, `the share of ${link.name}`, "a finite number above 0", crossing.share);
    }
  }
}
