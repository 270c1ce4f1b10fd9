import type { Host } from "../data-centre/data-centre.ts";

/** One copy of one chunk. It gets all that is written from now on; what it lacks of before is to be repaired. */
export interface Copy {
  readonly host: Host;
  /** Part of the chunk that it does not hold: 0 of a complete copy, 1 of a new substitute. */
  lacking: number;
  /** Its repair may begin. */
  due: boolean;
}

/** One chunk of a page class of one VM. */
export interface Chunk {
  readonly pageClass: number;
  /** Part of the bytes of its class. */
  readonly share: number;
  copies: Copy[];
  /** Copies on hosts that are down and may return with their disks. */
  absent: Host[];
}

export const isComplete = ({ lacking }: Copy): boolean => lacking === 0;

/** Live hosts that hold the whole chunk; without one, the spare that does. */
export const sources = (chunk: Chunk, spare?: Host): Host[] => {
  const live = chunk.copies.filter((copy) => isComplete(copy) && copy.host.up).map(({ host }) => host);
  return live.length === 0 && spare !== undefined ? [spare] : live;
};

/** A host has failed; with its disk gone for good (`permanent`), or to return with what it holds. */
export const takeDown = (chunk: Chunk, host: Host, permanent: boolean): void => {
  const copy = chunk.copies.find((one) => one.host === host);
  if (copy !== undefined) {
    chunk.copies.splice(chunk.copies.indexOf(copy), 1);
    if (!permanent && isComplete(copy)) chunk.absent.push(host);
  }
  if (permanent) chunk.absent = chunk.absent.filter((one) => one !== host);
};

/**
 * A host is back with its disk. Its copy is taken back where one is missing, or for the substitute that lacks most, if that
 * lacks more.
 *
 * @param missed part of the chunk that has been written elsewhere meanwhile
 * @returns the copy, unless it is of no use
 */
export const takeBack = (
  chunk: Chunk,
  host: Host,
  { wanted, missed }: { readonly wanted: number; readonly missed: number },
): Copy | undefined => {
  if (!chunk.absent.includes(host)) return undefined;
  chunk.absent = chunk.absent.filter((one) => one !== host);
  // Without another complete copy, what was missed is read from the substitutes that took the writes meanwhile.
  const copy = { host, lacking: sources(chunk).length === 0 ? 0 : missed, due: false };
  if (chunk.copies.length >= wanted) {
    const worst = chunk.copies.reduce((one, other) => (other.lacking > one.lacking ? other : one));
    if (worst.lacking <= copy.lacking) return undefined;
    chunk.copies.splice(chunk.copies.indexOf(worst), 1);
  }
  chunk.copies.push(copy);
  return copy;
};
