import { countsOwnCopy } from "../../models/placement/copy-placement.ts";
import type { StoragePlan } from "../../models/scenario.ts";
import { asCopies, type Redundancy } from "../../models/store/redundancy.ts";
import { copyGroups } from "./copy-groups.ts";
import { mayBeLost } from "./part-outcome.ts";
import type { RealHost } from "./real-host.ts";
import type { RealPart } from "./real-snapshot.ts";

/** Files of a VM that are to have as many copies as each other, and are copied together. */
export interface CopiedFiles {
  readonly part: RealPart;
  /** Where they were written; copies lie elsewhere. */
  readonly source: RealHost;
  readonly names: readonly string[];
  /** Of them, those of the memory that earlier versions have, too. */
  readonly before: readonly string[];
  readonly redundancy: Redundancy;
  /** They are packs without which a restore goes on. */
  readonly mayBeLost: boolean;
}

/**
 * How the files of a snapshot's parts are copied: packs as their types of pages, those that VMs share once for all, and layers
 * of disks as the scenario says. Records have as many copies as the best stored pages: without its record nothing of a
 * version can be restored.
 */
export const copying = (storage: StoragePlan): ((parts: readonly RealPart[]) => CopiedFiles[]) => {
  const groups = copyGroups(storage);
  const disks = asCopies(storage.disk.copies, countsOwnCopy(storage.placement));
  return (parts) => {
    const all = new Map<string, CopiedFiles & { readonly names: string[]; readonly before: string[] }>();
    const shared = new Set<string>();
    for (const part of parts) {
      const add = (
        { redundancy, mayBeLost }: Pick<CopiedFiles, "redundancy" | "mayBeLost">,
        name: string,
        isBefore: boolean,
        source = part.source,
      ): void => {
        const key = `${part.vm.index} ${source.index} ${redundancy.fragments} ${mayBeLost}`;
        const same = all.get(key) ?? { part, source, names: [], before: [], redundancy, mayBeLost };
        same.names.push(name);
        if (isBefore) same.before.push(name);
        all.set(key, same);
      };
      const last = part.records.at(-1);
      const best = { redundancy: groups[0]!.redundancy, mayBeLost: false };
      for (const record of part.records) add(best, record, record !== last);
      for (const pack of part.packs) {
        const { name, group, record, from } = pack;
        if (from !== undefined && shared.has(name)) continue;
        if (from !== undefined) shared.add(name);
        const how = { redundancy: groups[group]!.redundancy, mayBeLost: mayBeLost(pack) };
        add(how, name, record !== last, from);
      }
      for (const name of part.disks) add({ redundancy: disks, mayBeLost: false }, name, false);
    }
    return [...all.values()];
  };
};
