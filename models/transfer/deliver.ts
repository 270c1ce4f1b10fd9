import { nackTransmissions } from "../analytic/nack-multicast.ts";
import type { Host } from "../data-centre/data-centre.ts";
import type { RouteBuilder } from "../data-centre/route.ts";
import type { TransferWay } from "../scenario.ts";

/** Hosts to which a source or a host of a tree sends. */
const fanOut = 2;

export interface Delivery {
  readonly way: TransferWay;
  /** Probability that a packet is lost on its way to a host, independently. */
  readonly loss: number;
}

/**
 * Brings `share` of each byte of a transfer from a source to all of `to`. A packet that is lost is sent again: over one hop
 * 1 / (1 − p) times, to a group as often as NACKs ask for it.
 *
 * - unicast: to every host by itself.
 * - multicast: once over every link; the slowest receiver sets the pace.
 * - chain: each host sends on to the next, hosts of one rack after each other.
 * - tree: two from the source, and two from each host.
 * - swarm: the source sends every piece to one host, which sends it to all others.
 */
export const deliver = (
  route: RouteBuilder,
  from: Host,
  to: readonly Host[],
  share: number,
  { way, loss }: Delivery,
): void => {
  const receivers = inOrder(
    from,
    to.filter((host) => host !== from),
  );
  const each = share * nackTransmissions(loss, 1);
  switch (way) {
    case "unicast":
      for (const host of receivers) route.send(from, host, each);
      return;
    case "multicast":
      route.multicast(from, receivers, share * nackTransmissions(loss, receivers.length));
      return;
    case "chain":
      for (const [i, host] of receivers.entries())
        if (i === 0) route.send(from, host, each);
        else route.relay(receivers[i - 1]!, host, each);
      return;
    case "tree":
      for (const [i, host] of receivers.entries())
        if (i < fanOut) route.send(from, host, each);
        else route.relay(receivers[Math.floor(i / fanOut) - 1]!, host, each);
      return;
    case "swarm":
      for (const first of receivers) {
        route.send(from, first, each / receivers.length);
        for (const host of receivers) route.relay(first, host, each / receivers.length);
      }
  }
};

/** Hops that the first piece passes, one after the other, on its way to the last of so many hosts. */
export const hops = (way: TransferWay, receivers: number): number => {
  if (receivers === 0) return 0;
  switch (way) {
    case "unicast":
    case "multicast":
      return 1;
    case "chain":
      return receivers;
    case "tree":
      return Math.ceil(Math.log2(receivers + fanOut)) - 1;
    case "swarm":
      return Math.min(2, receivers);
  }
};

/** The rack of the source first, then rack by rack: few sends cross an uplink. */
const inOrder = (from: Host, to: readonly Host[]): Host[] =>
  to.toSorted(
    (one, other) =>
      Number(one.rack !== from.rack) - Number(other.rack !== from.rack) ||
      one.rack - other.rack ||
      one.index - other.index,
  );
