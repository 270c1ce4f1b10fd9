import type { Link } from "../sim/index.ts";
import type { DataCentre, Host } from "./data-centre.ts";

/** What one byte of a transfer costs: on each link a share of a byte, on some links more than one. */
export interface Route {
  readonly over: readonly { readonly link: Link; readonly share: number }[];
  /** Hosts whose failure breaks the transfer. */
  readonly hosts: readonly Host[];
  /** Bytes that leave a NIC for each byte of the transfer. */
  readonly sourceShare: number;
  /** Bytes over NICs and uplinks for each byte of the transfer. */
  readonly linkShare: number;
}

/** Puts a route together from what its bytes pass; shares on one link add up. */
export class RouteBuilder {
  readonly #centre: DataCentre;
  readonly #shares = new Map<Link, number>();
  readonly #hosts = new Set<Host>();
  #sourceShare = 0;
  #linkShare = 0;

  constructor(centre: DataCentre) {
    this.#centre = centre;
  }

  read(host: Host, share = 1): this {
    return this.#use(host, host.diskRead, share);
  }

  write(host: Host, share = 1): this {
    return this.#use(host, host.diskWrite, share);
  }

  /** Over NICs and, between racks, over both uplinks. Nothing is sent from a host to itself. */
  send(from: Host, to: Host, share = 1): this {
    if (from === to || share === 0) return this;
    this.#sourceShare += share;
    this.#linkShare += 2 * share;
    this.#use(from, from.nicOut, share).#use(to, to.nicIn, share);
    if (from.rack !== to.rack) {
      this.#linkShare += 2 * share;
      this.#add(this.#centre.racks[from.rack]!.up, share);
      this.#add(this.#centre.racks[to.rack]!.down, share);
    }
    return this;
  }

  /** From the shared store, which stands behind the core, to a host. */
  fetch(to: Host, share = 1): this {
    if (share === 0) return this;
    this.#linkShare += 2 * share;
    this.#add(this.#centre.store, share);
    this.#add(this.#centre.racks[to.rack]!.down, share);
    return this.#use(to, to.nicIn, share);
  }

  build(): Route {
    return {
      over: [...this.#shares].map(([link, share]) => ({ link, share })),
      hosts: [...this.#hosts],
      sourceShare: this.#sourceShare,
      linkShare: this.#linkShare,
    };
  }

  #use(host: Host, link: Link, share: number): this {
    if (share > 0) {
      this.#hosts.add(host);
      this.#add(link, share);
    }
    return this;
  }

  #add(link: Link, share: number): void {
    this.#shares.set(link, (this.#shares.get(link) ?? 0) + share);
  }
}
