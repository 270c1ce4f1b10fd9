import type { CopyHost } from "./copy-placement.ts";

/**
 * Hosts in an order in which neighbours stand on different racks as far as that goes: the first of each rack, then the
 * second of each, and so on.
 *
 * @param order of the hosts of one rack
 */
export const acrossRacks = <H extends Pick<CopyHost, "rack">>(
  hosts: readonly H[],
  order: (own: readonly H[]) => readonly H[] = (own) => own,
): H[] => {
  const racks = new Map<number, H[]>();
  for (const host of hosts) racks.set(host.rack, [...(racks.get(host.rack) ?? []), host]);
  const columns = [...racks.values()].map((own) => order(own)).sort((one, other) => other.length - one.length);
  const rows = Math.max(0, ...columns.map(({ length }) => length));
  return Array.from({ length: rows }, (_, row) => columns.flatMap((own) => own[row] ?? [])).flat();
};
