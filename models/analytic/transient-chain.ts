import { requireCount, requireDuration } from "./in-range.ts";
import type { MarkovChain } from "./markov-chain.ts";

/**
 * Probability of each state `seconds` after the chain was in `start`. The exponential of the generator by uniformised
 * terms over a short time and repeated squaring: only sums and products of what is not negative, so that rare states keep
 * their digits (Xue and Ye, Numerische Mathematik 124, 2013). For some hundred states at most.
 */
export const probabilitiesAfter = (chain: MarkovChain, start: number, seconds: number): Float64Array => {
  const { states, transitions } = chain;
  requireCount("Markov chain", { start }, 0, states - 1);
  requireDuration("Markov chain", { seconds });
  const leaving = new Float64Array(states);
  for (const { from, to, rate } of transitions) if (from !== to) leaving[from]! += rate;
  // Twice the fastest rate, so that staying is never a difference of nearly equal numbers.
  const clock = 2 * Math.max(...leaving);
  if (clock === 0 || seconds === 0) return Float64Array.from({ length: states }, (_, i) => (i === start ? 1 : 0));
  const squarings = Math.max(0, Math.ceil(Math.log2(clock * seconds)));
  const ticks = (clock * seconds) / 2 ** squarings;
  const step = identity(states, (state) => 1 - leaving[state]! / clock);
  for (const { from, to, rate } of transitions) if (from !== to) step[from]![to]! += rate / clock;
  let power = identity(states, () => 1);
  let moved = identity(states, () => 0);
  let weight = Math.exp(-ticks);
  for (let n = 0; n < 30; n++) {
    moved = moved.map((row, i) => row.map((sum, j) => sum + weight * power[i]![j]!));
    power = product(power, step);
    weight *= ticks / (n + 1);
  }
  for (let n = 0; n < squarings; n++) moved = product(moved, moved).map(normalised);
  return normalised(moved[start]!);
};

type Matrix = readonly Float64Array[];

const identity = (size: number, diagonal: (index: number) => number): Matrix =>
  Array.from({ length: size }, (_, i) => Float64Array.from({ length: size }, (_, j) => (i === j ? diagonal(i) : 0)));

const product = (left: Matrix, right: Matrix): Matrix =>
  left.map((row) => {
    const sums = new Float64Array(row.length);
    for (const [k, factor] of row.entries()) {
      if (factor > 0) for (const [j, value] of right[k]!.entries()) sums[j]! += factor * value;
    }
    return sums;
  });

/** Rows of probabilities add up to 1; rounding would otherwise double with each squaring. */
const normalised = (row: Float64Array): Float64Array => {
  const total = row.reduce((sum, value) => sum + value, 0);
  return row.map((value) => value / total);
};
