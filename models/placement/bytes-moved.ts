import type { PlacementCost } from "./placement-cost.ts";

/** Content that one VM or several want: a host that runs some of them gets it once, unless it holds it already. */
export interface SharedContent {
  readonly bytes: number;
  /** VMs, none of them twice. */
  readonly wantedBy: readonly number[];
  /** Hosts. */
  readonly heldBy: readonly number[];
}

/** Bytes that are brought to hosts: Σ over contents of bytes × hosts that want and do not hold it. */
export const bytesMoved = (contents: readonly SharedContent[], vms: number, hosts: number): PlacementCost => {
  const wants: number[][] = Array.from({ length: vms }, () => []);
  for (const [content, { wantedBy }] of contents.entries()) for (const vm of wantedBy) wants[vm]!.push(content);
  // VMs on each host that want a content; a host that holds it is like one where somebody has got it.
  const wanting = new Int32Array(contents.length * hosts);
  for (const [content, { heldBy }] of contents.entries())
    for (const host of heldBy) wanting[content * hosts + host] = 1;
  let total = 0;
  const of = (vm: number, host: number): number => {
    let bytes = 0;
    for (const content of wants[vm]!) if (wanting[content * hosts + host] === 0) bytes += contents[content]!.bytes;
    return bytes;
  };
  const count = (vm: number, host: number, sign: 1 | -1): void => {
    for (const content of wants[vm]!) wanting[content * hosts + host]! += sign;
  };
  return {
    get total() {
      return total;
    },
    of,
    exchange(vm, from, other, host) {
      count(other, host, -1);
      const saved = of(vm, from) + of(other, host) - of(vm, host) - of(other, from);
      count(other, host, 1);
      return saved;
    },
    put(vm, host) {
      total += of(vm, host);
      count(vm, host, 1);
    },
    take(vm, host) {
      count(vm, host, -1);
      total -= of(vm, host);
    },
  };
};

/** Bytes that unicast would bring: every VM's own, whatever else its host runs or holds. */
export const bytesApart = (contents: readonly SharedContent[]): number =>
  contents.reduce((sum, { bytes, wantedBy }) => sum + bytes * wantedBy.length, 0);
