import { type PageType, pageTypes } from "../../models/scenario.ts";
import { frameTypes } from "../pages/frame-types.ts";
import { MemoryImageError } from "../pages/image-error.ts";
import { TestbedError } from "../testbed-error.ts";
import { hashBytes, noPack, type PageRecord } from "./page-record.ts";
import { type LosableTypes, noStandIns, type StandIns, standInsOf } from "./stand-ins.ts";
import { readStream, type StreamPages } from "./stream-pages.ts";

/** Pages of some types, whose contents go into a file of their own. */
export interface PackPlan {
  /** Of the file, beside the record. */
  readonly name: string;
  readonly types: readonly PageType[];
}

/** Why pages are in the packs that they are in. */
export interface Typing {
  /** For finding out their types. */
  readonly typingSeconds: number;
  /** Why no types were found, in which case all pages are in the first pack; null: they were, or nobody asked. */
  readonly untyped: string | null;
}

/** What a version of a memory adds to the one before. */
export interface ChangedPages extends Typing, StandIns {
  readonly read: StreamPages;
  /** Pages that are to be packed. */
  readonly added: StreamPages["pages"];
  /** Of each frame: the pack that its content is in, of this version or of one before; or `noPack`. */
  readonly groups: Buffer;
  /** Pages whose content is another. */
  readonly changed: number;
  /** Pages whose content is not, but whose type now deserves a better pack than it is in. */
  readonly moved: number;
}

/** The hash of a frame, as a key of maps. */
export const hashOf = (hashes: Buffer, frame: number): string =>
  hashes.toString("latin1", frame * hashBytes, (frame + 1) * hashBytes);

/** What is known before a stream is read. */
export interface WhatToPack {
  readonly packs: readonly PackPlan[];
  readonly base?: PageRecord;
  readonly losable?: LosableTypes;
  readonly once: boolean;
}

/**
 * Finds out what of a captured stream is to be packed.
 *
 * @param descriptor of the stream
 * @param losable of these types those that something stands in for go where their types do, and the rest into the first pack
 * @param once contents that several pages have are in one pack, the best that any of them deserves
 * @throws MemoryImageError for a stream that is none; TestbedError for a base of a guest with other memory
 */
export const changedPages = async (
  stream: string,
  descriptor: number,
  { packs, base, losable, once }: WhatToPack,
): Promise<ChangedPages> => {
  const isTyped = packs.length > 0 && !pageTypes.every((type) => packs[0]!.types.includes(type));
  const read = await readStream(stream, descriptor, isTyped);
  if (base !== undefined && base.head.frames !== read.frames)
    throw new TestbedError(`${base.path}: its guest has ${base.head.frames} frames, that of ${stream} ${read.frames}`);
  const { types, ...typing } = typesOf(read);
  const hash = (frame: number): string => hashOf(read.hashes, frame);
  const stands =
    losable === undefined || types === undefined ? noStandIns : await standInsOf(read, types, hash, losable);
  const compared = comparedWith(base, read, groupsOf(types, packs, losable, stands));
  if (once) {
    const best = new Map<string, number>();
    for (const { frame } of compared.added) {
      const key = hashOf(read.hashes, frame);
      best.set(key, Math.min(best.get(key) ?? noPack, compared.groups[frame]!));
    }
    for (const { frame } of compared.added) compared.groups[frame] = best.get(hashOf(read.hashes, frame))!;
  }
  return { read, ...compared, ...typing, ...stands };
};

/** Into which pack the content of a frame would go. */
type GroupOf = (frame: number) => number;

/** Types of frames as indices into `pageTypes`; undefined if nobody asked, or the guest's kernel does not tell them. */
const typesOf = ({ memory }: StreamPages): { readonly types: Uint8Array | undefined } & Typing => {
  const began = performance.now();
  if (memory === undefined) return { types: undefined, typingSeconds: 0, untyped: null };
  try {
    const types = frameTypes(memory.image, memory.notes);
    return { types, typingSeconds: (performance.now() - began) / 1000, untyped: null };
  } catch (error) {
    if (!(error instanceof MemoryImageError)) throw error;
    return { types: undefined, typingSeconds: 0, untyped: error.message };
  }
};

const groupsOf = (
  types: Uint8Array | undefined,
  packs: readonly PackPlan[],
  losable: LosableTypes | undefined,
  { standIns }: StandIns,
): GroupOf => {
  const only = packs.length === 0 ? noPack : 0;
  if (types === undefined) return () => only;
  const groupOfType = pageTypes.map((type) => {
    const group = packs.findIndex(({ types }) => types.includes(type));
    return group < 0 ? noPack : group;
  });
  const needsStandIn = pageTypes.map((type) =>
    [...(losable?.reRead ?? []), ...(losable?.killing ?? [])].includes(type),
  );
  return (frame) => {
    const type = types[frame]!;
    return needsStandIn[type]! && !standIns.has(frame) ? 0 : groupOfType[type]!;
  };
};

const comparedWith = (
  base: PageRecord | undefined,
  { frames, pages, hashes }: StreamPages,
  groupOf: GroupOf,
): Pick<ChangedPages, "groups" | "added" | "changed" | "moved"> => {
  const groups = Buffer.alloc(frames, noPack);
  const added: StreamPages["pages"][number][] = [];
  let [changed, moved] = [0, 0];
  for (const page of pages) {
    const { frame } = page;
    const group = groupOf(frame);
    const isOther = base === undefined || hashOf(hashes, frame) !== hashOf(base.hashes, frame);
    const before = isOther ? noPack : base.groups[frame]!;
    groups[frame] = Math.min(group, before);
    if (isOther) changed += 1;
    if (group >= before) continue;
    added.push(page);
    if (!isOther) moved += 1;
  }
  return { groups, added, changed, moved };
};
