import type { Host } from "./data-centre.ts";

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
