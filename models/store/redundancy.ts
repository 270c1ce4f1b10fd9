import { type CopyPlacement, countsOwnCopy } from "../placement/copy-placement.ts";
import type { ClassStorage } from "../scenario.ts";

/**
 * What redundancy means to a chunk: so many fragments on other hosts than the capturing one, any `needed` of which give it
 * back. A copy is a fragment that is enough alone.
 */
export interface Redundancy {
  readonly fragments: number;
  readonly needed: number;
  /** The capturing host keeps the whole chunk, too, and that counts. */
  readonly own: boolean;
  /** Of one fragment, for each byte of the chunk: what lies on its host, and what is sent there when it is written. */
  readonly stored: number;
  readonly sent: number;
  /** What each of `needed` hosts sends for each byte of a chunk that is read. */
  readonly read: number;
}

/** `count` copies; with the capturing host's own there are so many less on others. */
export const asCopies = (count: number, own = false): Redundancy => ({
  fragments: own && count > 0 ? count - 1 : count,
  needed: 1,
  own: own && count > 0,
  stored: 1,
  sent: 1,
  read: 1,
});

/** Reed–Solomon codes are taken as maximum distance separable: any `data` fragments are enough. */
export const asCode = (data: number, parity: number): Redundancy => ({
  fragments: data + parity,
  needed: data,
  own: false,
  stored: 1 / data,
  sent: 1 / data,
  read: 1 / data,
});

/**
 * A group of `size` hosts, each of which keeps what it captured, and parity over what the others did: size / (size −
 * parity) bytes for each byte, any `parity` hosts may be lost (SCR's XOR and RS schemes, with parity 1 and more). Every
 * byte goes into `parity` sums that lie on other hosts, and a lost host's pages are computed from those of all that are
 * needed, byte by byte.
 */
export const asGroup = (size: number, parity: number): Redundancy => ({
  fragments: size - 1,
  needed: size - parity,
  own: true,
  stored: parity / (size - parity) / (size - 1),
  sent: parity / (size - 1),
  read: 1,
});

export const redundancyOf = (storage: ClassStorage, placement: CopyPlacement): Redundancy => {
  if ("erasure" in storage) return asCode(storage.erasure.data, storage.erasure.parity);
  if ("group" in storage) return asGroup(storage.group.size, storage.group.parity);
  return asCopies(storage.copies, countsOwnCopy(placement));
};

/** Bytes that lie on disks for each byte that is stored. */
export const overheadOf = ({ fragments, stored, own }: Redundancy): number => fragments * stored + (own ? 1 : 0);

/** Neither captured nor stored. */
export const isDropped = (storage: ClassStorage): boolean => "copies" in storage && storage.copies === 0;
