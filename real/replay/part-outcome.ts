import type { VmOutcome } from "../../models/store/vm-outcome.ts";
import { filesOf, type RealPack, type RealPart } from "./real-snapshot.ts";

/** A restore does without it when it has to. */
export const mayBeLost = ({ harm }: RealPack): boolean => harm !== "fatal";

/**
 * What a restore of a part would be, as the model has it of a VM: memory without the disk of the same cut, or its records, is of
 * no use, and the loss of packs does what it does to the worst of their pages.
 *
 * @param canRead whether a file can be read
 * @returns undefined when it cannot be restored
 */
export const partOutcome = (
  { records, packs, disks }: Pick<RealPart, "records" | "packs" | "disks">,
  canRead: (name: string) => boolean,
): VmOutcome["outcome"] | undefined => {
  const harms = packs.filter(({ name }) => !canRead(name)).map(({ harm }) => harm);
  if (harms.includes("fatal") || ![...records, ...disks].every(canRead)) return undefined;
  return harms.includes("degraded") ? "degraded" : "intact";
};

/** Packs that a restore of a part does without, because no copy of them can be read. */
export const lostPacks = (
  { packs }: Pick<RealPart, "packs">,
  canRead: (name: string) => boolean,
): readonly string[] => [
  ...new Set(packs.flatMap((pack) => (mayBeLost(pack) && !canRead(pack.name) ? [pack.name] : []))),
];

/** All that it reads then. */
export const filesWithout = (part: RealPart, lost: readonly string[]): readonly string[] =>
  filesOf(part).filter((name) => !lost.includes(name));
