import { requireCount, requireDuration, requireFraction, requirePositive } from "./in-range.ts";
import { type MarkovChain, type Transition, untilAbsorption } from "./markov-chain.ts";
import { probabilitiesAfter } from "./transient-chain.ts";

/** Copies, or blocks of an erasure code, on components that fail and are replaced. Any unit of time, the same throughout. */
export interface RedundantSet {
  readonly blocks: number;
  /** Losses that leave the data readable. */
  readonly tolerates: number;
  /** Mean time to failure of a component, exponential. */
  readonly mttf: number;
  /** Mean time to rebuild one block, exponential. */
  readonly repair: number;
  /** Are all lost blocks rebuilt at once, or one after another? */
  readonly repairs: "parallel" | "serial";
  /** Probability that the rebuild of a set without redundancy meets an unreadable sector, and loses data. Default: 0. */
  readonly unreadable?: number;
}

/** When data is lost. */
export interface DataLoss {
  /** Mean time to data loss from all blocks being there. */
  readonly mean: number;
  /** The leading term of it, for failures that are rare beside repairs; it knows no unreadable sectors. */
  readonly approximation: number;
  /** Probability that a first loss of a block ends in data loss before all blocks are back. */
  readonly perEpisode: number;
}

/**
 * Mean time to data loss, from the chain over the number of lost blocks (Angus, Reliability and Maintainability
 * Symposium, 1988; with unreadable sectors Rao, Hafner and Golding, DSN 2006).
 *
 * @throws RangeError that names the argument which is impossible.
 */
export const dataLoss = (set: RedundantSet): DataLoss => {
  const { blocks, tolerates, mttf } = set;
  const { mean, times } = untilAbsorption(lossChain(set), 0);
  let approximation = 1;
  for (let lost = 0; lost <= tolerates; lost++) {
    approximation *= mttf / (blocks - lost);
    if (lost > 0) approximation *= repairRate(set, lost);
  }
  // State 0 is left `times[0] × rate` times on the way, and the last time does not come back.
  return { mean, approximation, perEpisode: mttf / blocks / times[0]! };
};

/** Probability that data is lost within `time` of all blocks being there. */
export const lossWithin = (set: RedundantSet, time: number): number =>
  probabilitiesAfter(lossChain(set), 0, time)[set.tolerates + 1]!;

/**
 * Probability that reading `bytes` meets an unreadable bit, when each is with probability `perBit`: the `unreadable` of a
 * rebuild that reads so much.
 */
export const unreadableWithin = (bytes: number, perBit: number): number => {
  requireDuration("unreadable bits", { bytes });
  requireFraction("unreadable bits", { perBit });
  return bytes === 0 ? 0 : -Math.expm1(8 * bytes * Math.log1p(-perBit));
};

/** State f: f blocks are lost; the last one is data loss. */
const lossChain = (set: RedundantSet): MarkovChain => {
  const { blocks, tolerates, mttf, repair, unreadable = 0 } = set;
  requireCount("data loss", { blocks });
  requireCount("data loss", { tolerates }, 0, blocks - 1);
  requirePositive("data loss", { mttf, repair });
  requireFraction("data loss", { unreadable });
  const transitions: Transition[] = [];
  for (let lost = 0; lost <= tolerates; lost++) {
    transitions.push({ from: lost, to: lost + 1, rate: (blocks - lost) / mttf });
    if (lost === 0) continue;
    const spoilt = lost === tolerates ? unreadable : 0;
    const rate = repairRate(set, lost);
    transitions.push({ from: lost, to: lost - 1, rate: rate * (1 - spoilt) });
    transitions.push({ from: lost, to: lost + 1, rate: rate * spoilt });
  }
  return { states: tolerates + 2, transitions: transitions.filter(({ rate }) => rate > 0) };
};

const repairRate = ({ repair, repairs }: RedundantSet, lost: number): number =>
  (repairs === "parallel" ? lost : 1) / repair;
