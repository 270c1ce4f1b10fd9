import { requireCount, requireFraction } from "./in-range.ts";
import { logChoose } from "./log-choose.ts";

/** Fragments on racks, each on a host of its own; hosts and racks are away independently of each other. */
export interface FragmentsOnRacks {
  readonly needed: number;
  readonly perRack: readonly number[];
  /** Fraction of time in which a host, or a rack, is away. */
  readonly hostAway: number;
  readonly rackAway: number;
}

/**
 * Probability that fewer than `needed` fragments can be reached: of a rack all are away, or each on its own; the racks are
 * convolved.
 */
export const unreadable = ({ needed, perRack, hostAway, rackAway }: FragmentsOnRacks): number => {
  requireCount("unreadable", { needed });
  requireFraction("unreadable", { hostAway, rackAway });
  let reachable = Float64Array.of(1);
  for (const fragments of perRack) {
    requireCount("unreadable", { fragments }, 0);
    const own = binomial(fragments, 1 - hostAway).map((p) => (1 - rackAway) * p);
    own[0]! += rackAway;
    const next = new Float64Array(reachable.length + fragments);
    for (const [i, p] of reachable.entries()) for (const [k, q] of own.entries()) next[i + k]! += p * q;
    reachable = next;
  }
  return reachable.slice(0, needed).reduce((sum, p) => sum + p, 0);
};

const binomial = (n: number, p: number): Float64Array =>
  Float64Array.from({ length: n + 1 }, (_, k) => Math.exp(logChoose(n, k)) * p ** k * (1 - p) ** (n - k));
