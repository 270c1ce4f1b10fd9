import type { Host } from "../data-centre/data-centre.ts";
import { type CopiedTable, storedBytes } from "../guest/memory.ts";
import type { Redundancy } from "./redundancy.ts";

/** The capturing host's own copy, which is all of the chunk whatever the others hold. */
export const ownCopy = -1;

/** A host with a copy, or with which fragment of a code. Copies are all alike, fragments are not. */
interface Kept {
  readonly host: Host;
  /** {@link ownCopy}, or counted from 0; copies that are all alike are 0. */
  readonly fragment: number;
  /** Something in it is wrong, and nobody knows: whoever reads it finds that (`latent`), or takes it as it is (`silent`). */
  spoilt?: "latent" | "silent";
}

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

/** One chunk of a page class of one VM. */
export interface Chunk {
  readonly pageClass: number;
  /** Part of the bytes of its class. */
  readonly share: number;
  readonly redundancy: Redundancy;
  copies: Copy[];
  /** Copies on hosts that are down and may return with their disks. */
  absent: Kept[];
}

export const isComplete = ({ lacking }: Copy): boolean => lacking === 0;

const isOwn = ({ fragment }: Kept): boolean => fragment === ownCopy;

/** Copies that are enough alone differ in nothing but whose they are; fragments stand for themselves. */
const standsFor = ({ redundancy }: Chunk, one: Kept, other: Kept): boolean =>
  redundancy.needed > 1 ? one.fragment === other.fragment : isOwn(one) === isOwn(other);

/** Whether these give the whole chunk back. */
const isEnough = ({ redundancy: { needed } }: Chunk, kept: readonly Kept[]): boolean => {
  if (needed === 1) return kept.length > 0;
  return kept.some(isOwn) || new Set(kept.map(({ fragment }) => fragment)).size >= needed;
};

const isGood = (copy: Copy): boolean => isComplete(copy) && copy.spoilt !== "latent";

const liveCopies = ({ copies }: Chunk): Copy[] => copies.filter((copy) => isGood(copy) && copy.host.up);

/** Live hosts with a complete copy or fragment, if they are enough; otherwise the spare that holds all of it. */
export const sources = (chunk: Chunk, spare?: Host): Host[] => {
  const live = liveCopies(chunk);
  if (isEnough(chunk, live)) return live.map(({ host }) => host);
  return spare === undefined ? [] : [spare];
};

/**
 * Who sends how much for each byte of a chunk to a host that wants all of it; nobody when it cannot be read. Any `needed`
 * fragments are enough, and all that are there are read alike; what the reader holds is not sent. Without a reader nobody
 * holds anything.
 */
export const senders = (
  chunk: Chunk,
  reader: Host | undefined,
  spare?: Host,
): { readonly host: Host; readonly part: number }[] => {
  const { needed, read } = chunk.redundancy;
  const live = liveCopies(chunk);
  if (!isEnough(chunk, live)) return spare === undefined ? [] : [{ host: spare, part: 1 }];
  const here = live.find(({ host }) => host === reader);
  if (here !== undefined && (needed === 1 || isOwn(here))) return [{ host: here.host, part: 1 }];
  if (needed === 1) return live.map(({ host }) => ({ host, part: 1 / live.length }));
  const own = live.find(isOwn);
  if (own !== undefined) return [{ host: own.host, part: 1 }];
  if (here === undefined) return live.map(({ host }) => ({ host, part: (needed * read) / live.length }));
  const others = ((needed - 1) * read) / (live.length - 1);
  return live.map(({ host }) => ({ host, part: host === reader ? read : others }));
};

/** Live hosts that have all of it, and need nothing of others. */
export const holders = (chunk: Chunk): Host[] =>
  liveCopies(chunk)
    .filter((copy) => chunk.redundancy.needed === 1 || isOwn(copy))
    .map(({ host }) => host);

/** Not even all hosts that may return hold enough of it. */
export const isLost = (chunk: Chunk): boolean =>
  !isEnough(chunk, [...chunk.absent.filter(({ spoilt }) => spoilt !== "latent"), ...chunk.copies.filter(isGood)]);

/** How many more live copies or fragments may be lost before it cannot be read; below 0 when it cannot already. */
export const spareCopies = (chunk: Chunk): number => liveCopies(chunk).length - chunk.redundancy.needed;

/** Probability that a restore reads something wrong in this chunk without knowing: all live copies are read alike. */
export const silentPart = (chunk: Chunk): number => {
  const live = liveCopies(chunk);
  const wrong = live.filter(({ spoilt }) => spoilt === "silent").length;
  return live.length === 0 ? 0 : 1 - (1 - wrong / live.length) ** chunk.redundancy.needed;
};

/** Fragments that no live host is to hold; the own copy not among them. */
export const missingFragments = ({ redundancy: { fragments, needed }, copies }: Chunk): number[] => {
  const others = copies.filter((copy) => !isOwn(copy));
  if (others.length >= fragments) return [];
  if (needed === 1) return Array<number>(fragments - others.length).fill(0);
  const held = new Set(others.map(({ fragment }) => fragment));
  return Array.from({ length: fragments }, (_, fragment) => fragment).filter((one) => !held.has(one));
};

/** The capturing host is to keep a copy, and no live host has it. */
export const lacksOwn = ({ redundancy, copies }: Chunk): boolean => redundancy.own && !copies.some(isOwn);

/** All copies are somewhere, complete or not. */
export const isPlaced = (chunk: Chunk): boolean =>
  chunk.copies.length >= chunk.redundancy.fragments + (chunk.redundancy.own ? 1 : 0);

/** The capturing host's own copy lies here now, complete, and nothing else of the chunk beside it. */
export const keepOwnOn = (chunk: Chunk, host: Host): void => {
  chunk.copies = chunk.copies.filter((copy) => !isOwn(copy) && copy.host !== host);
  chunk.absent = chunk.absent.filter((kept) => !isOwn(kept));
  chunk.copies.push({ host, fragment: ownCopy, lacking: 0, due: false });
};

/** A host has failed; with its disk gone for good (`permanent`), or to return with what it holds. */
export const takeDown = (chunk: Chunk, host: Host, permanent: boolean): void => {
  const copy = chunk.copies.find((one) => one.host === host);
  if (copy !== undefined) {
    chunk.copies.splice(chunk.copies.indexOf(copy), 1);
    const { fragment, spoilt } = copy;
    if (!permanent && isComplete(copy))
      chunk.absent.push({ host, fragment, ...(spoilt === undefined ? {} : { spoilt }) });
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
  const rivals = chunk.copies.filter((one) => standsFor(chunk, one, kept));
  const room = isOwn(kept) || chunk.redundancy.needed > 1 ? 1 : chunk.redundancy.fragments;
  if (rivals.length >= room) {
    const worst = rivals.reduce((one, other) => (other.lacking > one.lacking ? other : one));
    if (worst.lacking <= copy.lacking) return undefined;
    chunk.copies.splice(chunk.copies.indexOf(worst), 1);
  }
  chunk.copies.push(copy);
  return copy;
};

/** Bytes of one copy for each byte of the chunk. */
export const storedPart = ({ redundancy }: Chunk, kept: Kept): number => (isOwn(kept) ? 1 : redundancy.stored);

/** Bytes of one whole copy. */
export const bytesOf = ({ classes }: CopiedTable, chunk: Chunk, kept: Kept): number =>
  chunk.share * storedPart(chunk, kept) * storedBytes(classes[chunk.pageClass]!);
