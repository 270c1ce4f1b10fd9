import { countsOwnCopy } from "../../models/placement/copy-placement.ts";
import type { StoragePlan } from "../../models/scenario.ts";
import { asCopies, type Redundancy } from "../../models/store/redundancy.ts";
import { copyGroups } from "./copy-groups.ts";
import type { RealPart } from "./real-snapshot.ts";

/** Files of a part that are to have as many copies as each other, and are copied together. */
export interface CopiedFiles {
  readonly names: readonly string[];
  /** Of them, those of the memory that earlier versions have, too. */
  readonly before: readonly string[];
  readonly redundancy: Redundancy;
}

/**
 * How the files of a part are copied: packs as their types of pages, layers of the disk as the scenario says. Records have
 * as many copies as the best stored pages: without its record nothing of a version can be restored.
 */
export const copying = (storage: StoragePlan): ((part: RealPart) => CopiedFiles[]) => {
  const groups = copyGroups(storage);
  const disks = asCopies(storage.disk.copies, countsOwnCopy(storage.placement));
  return (part) => {
    const all = new Map<
      number,
      { readonly names: string[]; readonly before: string[]; readonly redundancy: Redundancy }
    >();
    const add = (redundancy: Redundancy, name: string, isBefore: boolean): void => {
      const same = all.get(redundancy.fragments) ?? { names: [], before: [], redundancy };
      same.names.push(name);
      if (isBefore) same.before.push(name);
      all.set(redundancy.fragments, same);
    };
    const last = part.records.at(-1);
    for (const record of part.records) add(groups[0]!.redundancy, record, record !== last);
    for (const { name, group, record } of part.packs) add(groups[group]!.redundancy, name, record !== last);
    for (const name of part.disks) add(disks, name, false);
    return [...all.values()];
  };
};
