import type { Turn } from "./copy-faults.ts";

/**
 * In which order a copier sweeps its set: `address`, the classes mixed over the whole sweep; `hot-first`, class after
 * class, the one with most writes per page first, which lowers the faults.
 */
export const copyOrders = ["address", "hot-first"] as const;
export type CopyOrder = (typeof copyOrders)[number];

/** Classes with the most writes per page first; equal ones stay in their order. */
export const hottestFirst = (classes: readonly { readonly writesPerPage: number }[]): readonly number[] =>
  classes.map((_, i) => i).sort((a, b) => classes[b]!.writesPerPage - classes[a]!.writesPerPage || a - b);

/** Writes the turns of the classes into `turns`, when they follow each other and `inSet` of each is swept. */
export const turnsInOrder = (
  order: readonly number[],
  classes: readonly { readonly pages: number }[],
  inSet: Float64Array,
  turns: Turn[],
): void => {
  let total = 0;
  for (const i of order) total += inSet[i]! * classes[i]!.pages;
  let before = 0;
  for (const i of order) {
    const from = total === 0 ? 0 : before / total;
    before += inSet[i]! * classes[i]!.pages;
    turns[i] = { from, to: total === 0 ? 1 : before / total };
  }
};
