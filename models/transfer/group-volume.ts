import { nackTransmissions } from "../analytic/nack-multicast.ts";
import type { PageGroup } from "./page-groups.ts";

/** Bytes that pages take when each group is sent once, from a source outside the racks. */
export interface GroupVolume {
  /** Sent by the source. */
  readonly source: number;
  /** Over the uplinks of the racks: once for each rack that has a host of the group. */
  readonly rackUplinks: number;
  /** Over the network cards of the hosts. */
  readonly hosts: number;
}

/**
 * What each tier of links carries. A lost packet is sent again to the whole group, so every link of its tree carries
 * what the source sends.
 *
 * @param rackOf the rack of each host
 * @param loss of a packet on its way to each host, in [0, 1), independently
 */
export const groupVolume = (groups: readonly PageGroup[], rackOf: readonly number[], loss = 0): GroupVolume => {
  let [source, rackUplinks, hosts] = [0, 0, 0];
  for (const group of groups) {
    const sent = group.bytes * nackTransmissions(loss, group.hosts.length);
    source += sent;
    rackUplinks += sent * new Set(group.hosts.map((host) => rackOf[host]!)).size;
    hosts += sent * group.hosts.length;
  }
  return { source, rackUplinks, hosts };
};

/** Seconds until the last of some groups has arrived, one after the other, each at the rate of its slowest receiver. */
export const groupsTime = (
  groups: readonly PageGroup[],
  {
    sourceRate,
    receiverRates,
    joinTime,
    loss = 0,
  }: {
    /** Bytes per second; the second by host. */
    readonly sourceRate: number;
    readonly receiverRates: readonly number[];
    /** Seconds to set up a group of two hosts or more. */
    readonly joinTime: number;
    readonly loss?: number;
  },
): number =>
  groups.reduce((sum, { bytes, hosts }) => {
    const rate = hosts.reduce((least, host) => Math.min(least, receiverRates[host]!), sourceRate);
    const sent = bytes * nackTransmissions(loss, hosts.length);
    return sum + sent / rate + (hosts.length > 1 ? joinTime : 0);
  }, 0);
