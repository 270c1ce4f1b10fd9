/** What a placement costs, kept up to date while VMs are put on hosts and taken off. All VMs are off at first. */
export interface PlacementCost {
  /** Of the VMs that are on hosts. */
  readonly total: number;
  /** What would be added if `vm`, which is off, were put on `host`. */
  of(vm: number, host: number): number;
  /** What is saved if `vm`, which is off and was on `from`, and `other`, which is on `host`, change places. */
  exchange(vm: number, from: number, other: number, host: number): number;
  put(vm: number, host: number): void;
  take(vm: number, host: number): void;
}

/** A fresh one, with no VM on any host. */
export type NewCost = () => PlacementCost;

/** What the whole placement costs. */
export const costOf = (newCost: NewCost, places: readonly number[]): number => {
  const cost = newCost();
  for (const [vm, host] of places.entries()) cost.put(vm, host);
  return cost.total;
};
