import type { Link } from "../../sim/index.ts";
import type { DataCentre, Host } from "./data-centre.ts";

/** What one byte of a transfer costs: on each link a share of a byte, on some links more than one. */
export interface Route {
  readonly over: readonly { readonly link: Link; readonly share: number }[];
  /** Hosts whose failure breaks the transfer. */
  readonly hosts: readonly Host[];
  /** Names of what is read and of the hosts that are written. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Bytes that leave a NIC for each byte of the transfer. */
  readonly sourceShare: number;
  /** Bytes over NICs and uplinks for each byte of the transfer; and over uplinks alone. */
  readonly linkShare: number;
  readonly uplinkShare: number;
  /** Sum of the shares. */
  readonly weight: number;
}

/** Routes of different kinds of bytes that leave together, prepared to be mixed in any proportion. */
export class RouteMix {
  readonly #routes: readonly Route[];
  readonly #over: readonly { readonly link: Link; share: number }[];
  /** Shares of one byte, by kind and link. */
  readonly #shares: readonly Float64Array[];
  readonly #hosts: readonly Host[];
  readonly #from: readonly string[];
  readonly #to: readonly string[];

  constructor(routes: readonly Route[]) {
    const places = new Map<Link, number>();
    const hosts = new Set<Host>();
    for (const route of routes) {
      for (const { link } of route.over) if (!places.has(link)) places.set(link, places.size);
      for (const host of route.hosts) hosts.add(host);
    }
    this.#routes = routes;
    this.#over = Array.from(places.keys(), (link) => ({ link, share: 0 }));
    this.#hosts = [...hosts];
    this.#from = [...new Set(routes.flatMap(({ from }) => from))];
    this.#to = [...new Set(routes.flatMap(({ to }) => to))];
    this.#shares = routes.map(({ over }) => {
      const shares = new Float64Array(places.size);
      for (const { link, share } of over) shares[places.get(link)!] = share;
      return shares;
    });
  }

  /** The route of a mix with so many bytes of each kind. Its `over` is good until the next call: a million are asked for. */
  of(bytes: Float64Array, total: number): Route {
    const hosts = this.#hosts;
    const from = this.#from;
    const to = this.#to;
    if (total === 0) return { over: [], hosts, from, to, sourceShare: 0, linkShare: 0, uplinkShare: 0, weight: 0 };
    const kinds = this.#routes.length;
    let sourceShare = 0;
    let linkShare = 0;
    let uplinkShare = 0;
    for (let kind = 0; kind < kinds; kind++) {
      const part = bytes[kind]! / total;
      sourceShare += part * this.#routes[kind]!.sourceShare;
      linkShare += part * this.#routes[kind]!.linkShare;
      uplinkShare += part * this.#routes[kind]!.uplinkShare;
    }
    let weight = 0;
    for (let i = 0; i < this.#over.length; i++) {
      let share = 0;
      for (let kind = 0; kind < kinds; kind++) share += bytes[kind]! * this.#shares[kind]![i]!;
      this.#over[i]!.share = share / total;
      weight += share / total;
    }
    // A link that only carries kinds of which there are no bytes is not crossed.
    const over = this.#over.every(({ share }) => share > 0) ? this.#over : this.#over.filter(({ share }) => share > 0);
    return { over, hosts, from, to, sourceShare, linkShare, uplinkShare, weight };
  }
}

/** Puts a route together from what its bytes pass; shares on one link add up. */
export class RouteBuilder {
  readonly #centre: DataCentre;
  readonly #shares = new Map<Link, number>();
  readonly #hosts = new Set<Host>();
  readonly #from = new Set<string>();
  readonly #to = new Set<string>();
  #sourceShare = 0;
  #linkShare = 0;
  #uplinkShare = 0;

  constructor(centre: DataCentre) {
    this.#centre = centre;
  }

  read(host: Host, share = 1): this {
    if (share > 0) this.#from.add(host.name);
    return this.#use(host, host.diskRead, share);
  }

  write(host: Host, share = 1): this {
    if (share > 0) this.#to.add(host.name);
    return this.#use(host, host.diskWrite, share);
  }

  /** Written as a repair, of which a host bears so many at once. */
  repair(host: Host): this {
    this.write(host);
    return host.repairs === undefined ? this : this.#use(host, host.repairs, 1);
  }

  /** Over NICs and, between racks, over both uplinks. Nothing is sent from a host to itself. */
  send(from: Host, to: Host, share = 1): this {
    if (from === to || share === 0) return this;
    this.#sourceShare += share;
    return this.relay(from, to, share);
  }

  /** The same from a host that is no source, but has just received it. */
  relay(from: Host, to: Host, share = 1): this {
    if (from === to || share === 0) return this;
    this.#nic(from, from.nicOut, share).#nic(to, to.nicIn, share);
    if (from.rack !== to.rack)
      this.#uplink(this.#centre.racks[from.rack]!.up, share).#uplink(this.#centre.racks[to.rack]!.down, share);
    return this;
  }

  /** From one host to others, once over every link on the way to them. */
  multicast(from: Host, to: readonly Host[], share = 1): this {
    const receivers = to.filter((host) => host !== from);
    if (receivers.length === 0 || share === 0) return this;
    this.#sourceShare += share;
    this.#nic(from, from.nicOut, share);
    for (const host of receivers) this.#nic(host, host.nicIn, share);
    const racks = new Set(receivers.map(({ rack }) => rack).filter((rack) => rack !== from.rack));
    if (racks.size > 0) this.#uplink(this.#centre.racks[from.rack]!.up, share);
    for (const rack of racks) this.#uplink(this.#centre.racks[rack]!.down, share);
    return this;
  }

  /** From the shared store, which stands behind the core, to a host. */
  fetch(to: Host, share = 1): this {
    if (share === 0) return this;
    this.#from.add(this.#centre.store.name);
    this.#add(this.#centre.store, share);
    return this.#uplink(this.#centre.racks[to.rack]!.down, share).#nic(to, to.nicIn, share);
  }

  /** Inside the shared store. */
  inStore(share = 1): this {
    this.#add(this.#centre.store, share);
    return this;
  }

  build(): Route {
    return {
      over: [...this.#shares].map(([link, share]) => ({ link, share })),
      hosts: [...this.#hosts],
      from: [...this.#from],
      to: [...this.#to],
      sourceShare: this.#sourceShare,
      linkShare: this.#linkShare,
      uplinkShare: this.#uplinkShare,
      weight: [...this.#shares.values()].reduce((sum, share) => sum + share, 0),
    };
  }

  #nic(host: Host, link: Link, share: number): this {
    this.#linkShare += share;
    return this.#use(host, link, share);
  }

  #uplink(link: Link, share: number): this {
    this.#linkShare += share;
    this.#uplinkShare += share;
    this.#add(link, share);
    return this;
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
