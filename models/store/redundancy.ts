import type { ClassStorage } from "../scenario.ts";

/**
 * What redundancy means to a chunk: so many fragments on different hosts, any `needed` of which give it back. A copy is a
 * fragment that is enough alone.
 */
export interface Redundancy {
  readonly fragments: number;
  readonly needed: number;
}

/** Reed–Solomon codes are taken as maximum distance separable: any `data` fragments are enough. */
export const redundancyOf = (storage: ClassStorage): Redundancy =>
  "erasure" in storage
    ? { fragments: storage.erasure.data + storage.erasure.parity, needed: storage.erasure.data }
    : { fragments: storage.copies, needed: 1 };

/** Bytes that lie on disks for each byte that is stored. */
export const overheadOf = ({ fragments, needed }: Redundancy): number => fragments / needed;

/** Neither captured nor stored. */
export const isDropped = (storage: ClassStorage): boolean => "copies" in storage && storage.copies === 0;
