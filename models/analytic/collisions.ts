import { requireCount } from "./in-range.ts";

/** VMs or copies that are placed on hosts uniformly at random, each independently of the others. */
export interface Collisions {
  /** Probability that some host gets more than one. */
  readonly any: number;
  /** Expected number of hosts that get one at least. */
  readonly occupied: number;
  /** Expected number of pairs that share a host. */
  readonly pairs: number;
}

/**
 * The birthday problem: 1 - Π (1 - i / N) over i < k, N (1 - (1 - 1/N)^k) and k (k - 1) / 2 / N.
 *
 * @throws RangeError that names the argument which is impossible.
 */
export const collisions = (hosts: number, placed: number): Collisions => {
  requireCount("collisions", { hosts });
  requireCount("collisions", { placed }, 0);
  // Beyond the hosts two must meet, and the product has a factor of 0.
  let lnApart = 0;
  for (let i = 1; i < placed && lnApart > -800; i++) lnApart += Math.log1p(-Math.min(i, hosts) / hosts);
  return {
    any: 0 - Math.expm1(lnApart),
    occupied: hosts === 1 ? Math.min(placed, 1) : -hosts * Math.expm1(placed * Math.log1p(-1 / hosts)),
    pairs: (placed * Math.max(0, placed - 1)) / 2 / hosts,
  };
};
