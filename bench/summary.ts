import type { Case, Outcome } from "./benchmark.ts";

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error("A spread needs at least one value.");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return {
    median: (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2,
    min: sorted[0]!,
    max: sorted[sorted.length - 1]!,
  };
}

/** Seconds or bytes that one unit of work cost. */
export const cost = (outcome: Outcome): number => outcome.amount / outcome.units;

/**
 * How many times as fast as the peer we are. The ratio is taken inside a round, where both met the same neighbours on
 * the machine, and only then summarised over rounds.
 */
export function speedUp(ours: readonly Outcome[], peer: readonly Outcome[]): Spread {
  return spread(ours.map((outcome, round) => cost(peer[round]!) / cost(outcome)));
}

/** Why two contenders did not simulate the same thing; nothing if they did. */
export function disagreement(
  ours: Outcome,
  peer: Outcome,
  clocks: "bit-equal" | { within: number },
): string | undefined {
  for (const name of new Set([...Object.keys(ours.counts), ...Object.keys(peer.counts)]))
    if (ours.counts[name] !== peer.counts[name])
      return `${name}: ${ours.counts[name]} here, ${peer.counts[name]} there`;
  const distance = Math.abs(ours.clock - peer.clock);
  const allowed = clocks === "bit-equal" ? 0 : clocks.within * Math.abs(peer.clock);
  // Written so that a clock that is not a number disagrees.
  return distance <= allowed ? undefined : `clock: ${ours.clock} here, ${peer.clock} there`;
}

/** What the table says of a median: against the floor and stretch of a ratio, or the limit of a cost. */
export function verdict(median: number, goals: Pick<Case, "floor" | "stretch" | "limit">): string {
  if (goals.limit !== undefined) return median <= goals.limit ? "met" : "ABOVE";
  if (goals.floor === undefined) return "";
  if (median < goals.floor) return "BELOW";
  return goals.stretch !== undefined && median >= goals.stretch ? "stretch met" : "met";
}
