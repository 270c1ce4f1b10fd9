import { requireCount } from "./in-range.ts";

/** Ways to bring the same chunks from one source to all receivers, where everyone sends one chunk in each slot. */
export const slotSchedules = ["optimum", "chain", "tree", "unicast"] as const;
export type SlotSchedule = (typeof slotSchedules)[number];

/**
 * Slots until all `receivers` have all `chunks`:
 * - `optimum`: M + ⌊log2 N⌋, which no schedule beats and some swarm meets;
 * - `chain`: each sends on to the next, M + N − 1;
 * - `tree`: a binomial one, in which who has everything sends everything, M ⌈log2 (N + 1)⌉;
 * - `unicast`: the source sends to one after the other, M N.
 *
 * Source: J. Mundinger, R. Weber and G. Weiss, Journal of Scheduling 2008.
 * @throws RangeError
 */
export const distributionSlots = (schedule: SlotSchedule, chunks: number, receivers: number): number => {
  requireCount("distributionSlots", { chunks, receivers }, 1, 2 ** 31 - 1);
  const doublings = 31 - Math.clz32(receivers);
  switch (schedule) {
    case "optimum":
      return chunks + doublings;
    case "chain":
      return chunks + receivers - 1;
    case "tree":
      // ⌈log2 (N + 1)⌉ = ⌊log2 N⌋ + 1.
      return chunks * (doublings + 1);
    case "unicast":
      return chunks * receivers;
  }
};
