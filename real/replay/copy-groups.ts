import { type PageType, pageTypes, type StoragePlan } from "../../models/scenario.ts";
import { isDropped, type Redundancy, redundancyOf } from "../../models/store/redundancy.ts";

/** Page types that have as many copies as each other. */
export interface CopyGroup {
  readonly types: readonly PageType[];
  readonly redundancy: Redundancy;
}

/** How pages are stored as the scenario says it of each type, by falling number of copies. What cannot be dropped of types that are is stored as the best. */
export const copyGroups = ({ types, placement }: Pick<StoragePlan, "types" | "placement">): CopyGroup[] => {
  const groups = new Map<number, { readonly types: PageType[]; readonly redundancy: Redundancy }>();
  for (const type of pageTypes) {
    const how = types[type];
    if (!("copies" in how)) throw new RangeError(`storage: ${type} pages of real guests are stored as copies`);
    if (isDropped(how)) continue;
    const group = groups.get(how.copies) ?? { types: [], redundancy: redundancyOf(how, placement) };
    group.types.push(type);
    groups.set(how.copies, group);
  }
  const [best, ...others] = [...groups].sort(([one], [other]) => other - one).map(([, group]) => group);
  if (best === undefined) throw new RangeError("storage: all page types are dropped");
  const dropped = pageTypes.filter((type) => isDropped(types[type]));
  return [{ ...best, types: [...best.types, ...dropped] }, ...others];
};
