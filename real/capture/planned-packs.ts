import { TestbedError } from "../testbed-error.ts";
import { type ChangedPages, hashOf, type PackPlan } from "./changed-pages.ts";
import { hashBytes, type PagePlace, placeBytes } from "./page-record.ts";

/** A pack of contents that several guests have. */
export interface SharedPack {
  readonly name: string;
  /** Of its contents, in their order. */
  readonly hashes: Buffer;
  /** How well it is stored: as the pack with this number. */
  readonly group: number;
  /** It is to be written here; others write it elsewhere. */
  readonly isWriter: boolean;
}

/** A pack that a record refers to. */
export interface PlannedPack {
  readonly name: string;
  readonly pages: number;
  /** Where in the stream each of its contents is; undefined: it is not to be written. */
  readonly offsets: readonly number[] | undefined;
}

export interface PlannedPacks {
  readonly packs: readonly PlannedPack[];
  /** Of the added pages, as a record has them. */
  readonly places: Buffer;
  /** Those of the changed pages, with better ones where a shared pack is stored better. */
  readonly groups: Buffer;
}

/**
 * Gives each page that is to be packed its place.
 *
 * @param shared undefined: each page has its own place, whatever it holds; otherwise a content has one, in one of these packs
 *   that is stored as well as the page deserves, or in one of its own
 * @throws TestbedError if a pack is to be written of which not every content is here
 */
export const plannedPacks = (
  { read: { hashes }, added, groups: own }: ChangedPages,
  plans: readonly PackPlan[],
  shared: readonly SharedPack[] | undefined,
): PlannedPacks => {
  const groups = Buffer.from(own);
  const packs: { name: string; offsets: number[]; isWritten: boolean }[] = [];
  const placed = new Map<string, PagePlace & { readonly group: number }>();
  for (const { name, hashes: contents, group, isWriter } of shared ?? []) {
    const pages = contents.length / hashBytes;
    packs.push({ name, offsets: new Array<number>(pages).fill(-1), isWritten: isWriter });
    for (let page = 0; page < pages; page++) {
      const key = hashOf(contents, page);
      if (group < (placed.get(key)?.group ?? Number.POSITIVE_INFINITY))
        placed.set(key, { pack: packs.length - 1, page, group });
    }
  }
  const packOf = new Map<number, number>();
  const places = Buffer.alloc(added.length * placeBytes);
  for (const [i, { offset, frame }] of added.entries()) {
    const group = groups[frame]!;
    const key = shared === undefined ? undefined : hashOf(hashes, frame);
    let place = key === undefined ? undefined : placed.get(key);
    if (place === undefined || place.group > group) {
      const pack = packOf.get(group) ?? packs.push({ name: plans[group]!.name, offsets: [], isWritten: true }) - 1;
      packOf.set(group, pack);
      place = { pack, page: packs[pack]!.offsets.length, group };
      if (key !== undefined) placed.set(key, place);
    }
    packs[place.pack]!.offsets[place.page] = offset;
    groups[frame] = place.group;
    for (const [word, value] of [frame, place.pack, place.page].entries())
      places.writeUInt32LE(value, i * placeBytes + 4 * word);
  }
  return {
    places,
    groups,
    packs: packs.map(({ name, offsets, isWritten }) => {
      if (isWritten && offsets.includes(-1)) throw new TestbedError(`${name}: a content of it is not here`);
      return { name, pages: offsets.length, offsets: isWritten ? offsets : undefined };
    }),
  };
};
