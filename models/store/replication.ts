import type { DataCentre, Host } from "../data-centre/data-centre.ts";
import { type Route, RouteBuilder } from "../data-centre/route.ts";
import type { Transfers } from "../data-centre/transfer.ts";
import type { SimulatedSnapshot, StoredPart } from "../simulation/simulated-snapshot.ts";
import { addWrite, sentFor } from "./copy-routes.ts";
import { type HostShares, weigh } from "./host-shares.ts";

/** One flow on its way to the hosts of the copies: what each of them gets. */
interface Delivery {
  readonly route: Route;
  readonly bytes: number;
  readonly to: HostShares;
}

/** Sends captured snapshots to the hosts of their copies, one flow for each memory and each disk. */
export class Replication {
  readonly #centre: DataCentre;
  readonly #transfers: Transfers;
  readonly #onReplicated: (snapshot: SimulatedSnapshot) => void;
  /** Finds hosts for copies of a part that have none. */
  readonly #fill: (part: StoredPart, snapshot: SimulatedSnapshot) => void;
  /** Parts that wait for a change of the topology before they can be copied on. */
  #parked: { readonly snapshot: SimulatedSnapshot; readonly part: StoredPart }[] = [];

  constructor(parts: {
    readonly centre: DataCentre;
    readonly transfers: Transfers;
    readonly onReplicated: (snapshot: SimulatedSnapshot) => void;
    readonly fill: (part: StoredPart, snapshot: SimulatedSnapshot) => void;
  }) {
    this.#centre = parts.centre;
    this.#transfers = parts.transfers;
    this.#onReplicated = parts.onReplicated;
    this.#fill = parts.fill;
  }

  /** No part waits. */
  get quiet(): boolean {
    return this.#parked.length === 0;
  }

  start(snapshot: SimulatedSnapshot): void {
    if (snapshot.state === "failed") return;
    for (const part of snapshot.stored) this.#send(snapshot, part);
  }

  /** The topology has changed: what waits may go on. */
  retry(): void {
    for (const { snapshot, part } of this.#parked.splice(0)) this.#send(snapshot, part);
  }

  /** A snapshot is given up. */
  cancel(snapshot: SimulatedSnapshot): void {
    for (const { transfer } of snapshot.stored) if (transfer !== undefined) this.#transfers.cancel(transfer);
    this.#parked = this.#parked.filter((one) => one.snapshot !== snapshot);
  }

  #send(snapshot: SimulatedSnapshot, part: StoredPart): void {
    this.#fill(part, snapshot);
    if (!part.source.up || !part.copies.full) {
      this.#parked.push({ snapshot, part });
      return;
    }
    const { route, bytes, to } = part.delivered === undefined ? this.#whole(part) : this.#rest(part, part.delivered);
    part.transfer = this.#transfers.start({
      errand: "replicate",
      vm: part.vm,
      snapshot: part.snapshot,
      bytes,
      route,
      onDone: () => {
        part.transfer = undefined;
        part.replicated = true;
        this.#onReplicated(snapshot);
      },
      onBroken: (remaining) => {
        part.transfer = undefined;
        part.delivered ??= new Map();
        deliver(part.delivered, to, bytes === 0 ? 0 : 1 - remaining / bytes);
        this.#parked.push({ snapshot, part });
      },
    });
  }

  /** One flow brings every host its share: read once, sent and written as often as there are copies. */
  #whole(part: StoredPart): Delivery {
    const { copies, source } = part;
    const to = copies.targets;
    const mix = copies.routes("replicate", source, (c) => {
      const route = new RouteBuilder(this.#centre);
      addWrite(route, copies, c, source);
      return route.build();
    });
    const route = mix.of(part.bytes, part.total);
    // Where the capturing host's own copy is all that is asked for, nothing moves.
    return { route, bytes: route.over.length === 0 ? 0 : part.total, to };
  }

  /** After a host has failed, hosts that lack less receive more slowly, so that one flow still ends with all of it there. */
  #rest(part: StoredPart, delivered: HostShares): Delivery {
    const { copies, source, bytes } = part;
    const to = new Map<Host, Float64Array>();
    const most = new Float64Array(bytes.length);
    for (const [host, shares] of copies.targets) {
      const had = delivered.get(host);
      const lacking = shares.map((share, c) => Math.max(0, share - (had?.[c] ?? 0)));
      to.set(host, lacking);
      for (const [c, share] of shares.entries()) if (share > 0) most[c] = Math.max(most[c]!, lacking[c]! / share);
    }
    const total = weigh(most, bytes);
    const route = new RouteBuilder(this.#centre);
    if (total > 0) {
      route.read(source);
      for (const [host, shares] of to) {
        route
          .send(source, host, weigh(sentFor(copies.table, shares), bytes) / total)
          .write(host, weigh(shares, bytes) / total);
      }
    }
    return { route: route.build(), bytes: total, to };
  }
}

/** Notes that each host has got the part `arrived` of what it was sent. */
const deliver = (delivered: Map<Host, Float64Array>, sent: HostShares, arrived: number): void => {
  for (const [host, shares] of sent) {
    const had = delivered.get(host);
    delivered.set(
      host,
      shares.map((share, c) => (had?.[c] ?? 0) + share * arrived),
    );
  }
};
