import type { SharedContent } from "../../models/placement/bytes-moved.ts";
import type { RealVm } from "./real-cluster.ts";
import type { RealHost } from "./real-host.ts";
import { filesOf, type RealPart } from "./real-snapshot.ts";

/**
 * What a rollback brings to the hosts of VMs: the files of a restore point, those together that the same VMs want and the same
 * hosts hold. A host gets a file once, however many of its VMs want it and however it is sent. What no host can give is brought
 * nowhere.
 *
 * @param vms numbered in this order; hosts have their own indices
 */
export const contentsToPlace = (
  parts: readonly RealPart[],
  vms: readonly RealVm[],
  files: { readonly sizeOf: (name: string) => number; readonly holders: (name: string) => readonly RealHost[] },
): SharedContent[] => {
  const wanting = new Map<string, number[]>();
  for (const part of parts) {
    const number = vms.indexOf(part.vm);
    for (const name of new Set(filesOf(part))) wanting.set(name, [...(wanting.get(name) ?? []), number]);
  }
  const contents = new Map<
    string,
    { bytes: number; readonly wantedBy: readonly number[]; readonly heldBy: number[] }
  >();
  for (const [name, wantedBy] of wanting) {
    const holders = files.holders(name);
    if (!holders.some(({ up }) => up)) continue;
    const heldBy = holders.map(({ index }) => index);
    const key = JSON.stringify([wantedBy, heldBy]);
    const content = contents.get(key) ?? { bytes: 0, wantedBy, heldBy };
    content.bytes += files.sizeOf(name);
    contents.set(key, content);
  }
  return [...contents.values()].filter(({ bytes }) => bytes > 0);
};
