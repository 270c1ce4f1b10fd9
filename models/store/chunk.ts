import type { Host } from "../data-centre/data-centre.ts";
import type { Redundancy } from "./redundancy.ts";

/**
 * One copy of one chunk, or one fragment of its code. It gets all that is written from now on; what it lacks of before is
 * to be repaired.
 */
export interface Copy extends Kept {
  /** Part of it that is missing: 0 of a complete copy, 1 of a new substitute. */
  lacking: number;
  /** Its repair may begin. */
  due: boolean;
}

/** A host with a copy, or with which fragment of a code. Copies are all alike, fragments are not. */
interface Kept {
  readonly host: Host;
  readonly fragment: number;
}

/** One chunk of a page class of one VM. */
export interface Chunk extends Redundancy {
  readonly pageClass: number;
  /** Part of the bytes of its class. */
  readonly share: number;
  copies: Copy[];
  /** Copies on hosts that are down and may return with their disks. */
  absent: Kept[];
}

export const isComplete = ({ lacking }: Copy): boolean => lacking === 0;

/** Live hosts with a complete copy or fragment, if there are enough of them; otherwise the spare that holds all of it. */
export const sources = (chunk: Chunk, spare?: Host): Host[] => {
  const live = chunk.copies.filter((copy) => isComplete(copy) && copy.host.up).map(({ host }) => host);
  if (live.length >= chunk.needed) return live;
  return spare === undefined ? [] : [spare];
};

/**
 * Who sends which part of a chunk to a host that wants all of it; nobody when it cannot be read. Any `needed` fragments
 * are enough, and all that are there are read alike; what the reader holds is not sent.
 */
export const senders = (chunk: Chunk, reader: Host, spare?: Host): { readonly host: Host; readonly part: number }[] => {
  const from = sources(chunk, spare);
  if (!from.includes(reader)) return from.map((host) => ({ host, part: 1 / from.length }));
  if (chunk.needed === 1 || from.length === 1) return [{ host: reader, part: 1 }];
  const own = 1 / chunk.needed;
  return from.map((host) => ({ host, part: host === reader ? own : (1 - own) / (from.length - 1) }));
};

/** Not even all hosts that may return hold enough of it. */
export const isLost = (chunk: Chunk): boolean => {
  const left: Kept[] = [...chunk.absent, ...chunk.copies.filter(isComplete)];
  return (chunk.needed === 1 ? left.length : new Set(left.map(({ fragment }) => fragment)).size) < chunk.needed;
};

/** The copies or fragments that no live host is to hold. */
export const missingFragments = ({ fragments, needed, copies }: Chunk): number[] => {
  if (copies.length >= fragments) return [];
  if (needed === 1) return Array<number>(fragments - copies.length).fill(0);
  const held = new Set(copies.map(({ fragment }) => fragment));
  return Array.from({ length: fragments }, (_, fragment) => fragment).filter((one) => !held.has(one));
};

/** A host has failed; with its disk gone for good (`permanent`), or to return with what it holds. */
export const takeDown = (chunk: Chunk, host: Host, permanent: boolean): void => {
  const copy = chunk.copies.find((one) => one.host === host);
  if (copy !== undefined) {
    chunk.copies.splice(chunk.copies.indexOf(copy), 1);
    if (!permanent && isComplete(copy)) chunk.absent.push({ host, fragment: copy.fragment });
  }
  if (permanent) chunk.absent = chunk.absent.filter((one) => one.host !== host);
};

/**
 * A host is back with its disk. Its copy is taken back where one is missing, or for the substitute that lacks most, if that
 * lacks more; its fragment of a code can only stand for the same one.
 *
 * @param missed part of the chunk that has been written elsewhere meanwhile
 * @returns the copy, unless it is of no use
 */
export const takeBack = (chunk: Chunk, host: Host, missed: number): Copy | undefined => {
  const kept = chunk.absent.find((one) => one.host === host);
  if (kept === undefined) return undefined;
  chunk.absent = chunk.absent.filter((one) => one !== kept);
  // When it cannot be read without this one, what was missed comes from the substitutes that took the writes meanwhile.
  const copy = { ...kept, lacking: sources(chunk).length === 0 ? 0 : missed, due: false };
  const rivals = chunk.needed > 1 ? chunk.copies.filter(({ fragment }) => fragment === copy.fragment) : chunk.copies;
  if (rivals.length >= (chunk.needed > 1 ? 1 : chunk.fragments)) {
    const worst = rivals.reduce((one, other) => (other.lacking > one.lacking ? other : one));
    if (worst.lacking <= copy.lacking) return undefined;
    chunk.copies.splice(chunk.copies.indexOf(worst), 1);
  }
  chunk.copies.push(copy);
  return copy;
};
