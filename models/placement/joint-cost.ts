import type { PlacementCost } from "./placement-cost.ts";

/** What traffic and bytes moved weigh against each other; each counts as a part of the most that it can be. */
export interface PlacementWeights {
  readonly traffic: number;
  readonly bytes: number;
}

/** A weighted sum. */
export const jointCost = (
  parts: readonly { readonly cost: PlacementCost; readonly weight: number }[],
): PlacementCost => ({
  get total() {
    return parts.reduce((sum, { cost, weight }) => sum + weight * cost.total, 0);
  },
  of: (vm, host) => parts.reduce((sum, { cost, weight }) => sum + weight * cost.of(vm, host), 0),
  exchange: (vm, from, other, host) =>
    parts.reduce((sum, { cost, weight }) => sum + weight * cost.exchange(vm, from, other, host), 0),
  put: (vm, host) => {
    for (const { cost } of parts) cost.put(vm, host);
  },
  take: (vm, host) => {
    for (const { cost } of parts) cost.take(vm, host);
  },
});
