import { type PageType, pageTypes, type StoragePlan } from "../../models/scenario.ts";
import { isDropped, type Redundancy, redundancyOf } from "../../models/store/redundancy.ts";
import { harm } from "../../models/store/vm-outcome.ts";

/** What a restore suffers that lacks some pages. */
export type Harm = ReturnType<typeof harm>;

/** Page types that have as many copies as each other, and of which all may be lost or none. */
export interface CopyGroup {
  readonly types: readonly PageType[];
  readonly redundancy: Redundancy;
  /** When all copies of some of their pages are lost: the worst that it does to a restore. */
  readonly harm: Harm;
}

/**
 * How pages are stored as the scenario says it of each type: first those that must not be lost, then those that may be, each by
 * falling number of copies. What cannot be dropped of types that are is stored as the best.
 *
 * @throws RangeError for a code, and where all pages may be lost
 */
export const copyGroups = ({ types, placement }: Pick<StoragePlan, "types" | "placement">): CopyGroup[] => {
  const groups = new Map<string, { types: PageType[]; copies: number; redundancy: Redundancy; harm: Harm }>();
  for (const type of pageTypes) {
    const how = types[type];
    if (!("copies" in how)) throw new RangeError(`storage: ${type} pages of real guests are stored as copies`);
    if (isDropped(how)) continue;
    const { copies, onLoss } = how;
    const harmed = harm(type, onLoss);
    const key = `${copies} ${harmed === "fatal"}`;
    const group = groups.get(key) ?? { types: [], copies, redundancy: redundancyOf(how, placement), harm: harmed };
    group.types.push(type);
    if (harmed === "degraded") group.harm = harmed;
    groups.set(key, group);
  }
  const isFatal = (one: { readonly harm: Harm }): number => Number(one.harm === "fatal");
  const [best, ...others] = [...groups.values()].sort(
    (one, other) => isFatal(other) - isFatal(one) || other.copies - one.copies,
  );
  if (best?.harm !== "fatal") throw new RangeError("storage: all page types are dropped, or may be lost");
  best.types.push(...pageTypes.filter((type) => isDropped(types[type])));
  return [best, ...others].map(({ types, redundancy, harm }) => ({ types, redundancy, harm }));
};
