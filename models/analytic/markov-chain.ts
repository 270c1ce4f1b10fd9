import { requireCount, requirePositive } from "./in-range.ts";

/** A move from one state to another, `rate` times per second. */
export interface Transition {
  readonly from: number;
  readonly to: number;
  readonly rate: number;
}

/** A Markov chain in continuous time. States are numbered from 0; a state that nothing leaves is absorbing. */
export interface MarkovChain {
  readonly states: number;
  readonly transitions: readonly Transition[];
}

/**
 * Long-run probability of each state, by the elimination of Grassmann, Taksar and Heyman (Operations Research 33(5),
 * 1985), which never subtracts: every probability, however small, keeps nearly all its digits.
 *
 * @throws RangeError if some state does not lead back to state 0, or if a transition is impossible.
 */
export const stationary = (chain: MarkovChain): Float64Array => {
  const { states } = chain;
  const { out, into } = ratesOf(chain);
  const shares: { readonly from: number; readonly share: number }[][] = [];
  // States are taken out from the last to the first; who came through one goes on to where it leads.
  for (let state = states - 1; state > 0; state--) {
    const onward = [...out[state]!];
    const total = onward.reduce((sum, [, rate]) => sum + rate, 0);
    if (total === 0) throw new RangeError(`Markov chain: state ${state} does not lead back to state 0`);
    const entering = [...into[state]!].map((from) => ({ from, share: out[from]!.get(state)! / total }));
    shares[state] = entering;
    for (const { from, share } of entering) {
      out[from]!.delete(state);
      for (const [to, rate] of onward) if (to !== from) add(out, into, from, to, share * rate);
    }
    for (const [to] of onward) into[to]!.delete(state);
  }
  const weights = new Float64Array(states);
  weights[0] = 1;
  for (let state = 1; state < states; state++) {
    let weight = 0;
    for (const { from, share } of shares[state]!) weight += weights[from]! * share;
    weights[state] = weight;
    if (weight > 1e200) for (let i = 0; i <= state; i++) weights[i]! /= weight;
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
};

/** How often per second the chain goes from a state that `holds` to one that does not, in the long run. */
export const exitRate = (
  { transitions }: MarkovChain,
  probabilities: Float64Array,
  holds: (state: number) => boolean,
): number =>
  transitions
    .filter(({ from, to }) => holds(from) && !holds(to))
    .reduce((sum, { from, rate }) => sum + probabilities[from]! * rate, 0);

/** The way to absorption. */
export interface Absorption {
  /** Mean time until an absorbing state is reached. Seconds. */
  readonly mean: number;
  /** Mean time spent in each state before. Seconds. */
  readonly times: Float64Array;
}

/**
 * From `start` to the first absorbing state. Who is absorbed is sent back to `start`, which makes a chain without end
 * whose cycles last as long as the way takes (renewal-reward), so that nothing is subtracted here either.
 *
 * @throws RangeError if a state does not lead to an absorbing one.
 */
export const untilAbsorption = (chain: MarkovChain, start: number): Absorption => {
  requireCount("Markov chain", { start }, 0, chain.states - 1);
  const left = new Set(chain.transitions.map(({ from }) => from));
  const transient = Array.from({ length: chain.states }, (_, state) => state).filter((state) => left.has(state));
  if (transient.length === chain.states) throw new RangeError("Markov chain: no state is absorbing");
  const times = new Float64Array(chain.states);
  if (!left.has(start)) return { mean: 0, times };
  // `start` becomes state 0 of the chain without end.
  const order = [start, ...transient.filter((state) => state !== start)];
  const number = new Map(order.map((state, index) => [state, index]));
  const endless = chain.transitions.map(({ from, to, rate }) => ({
    from: number.get(from)!,
    to: number.get(to) ?? 0,
    rate,
  }));
  const probabilities = stationary({ states: order.length, transitions: endless });
  const absorbed = chain.transitions
    .filter(({ to }) => !left.has(to))
    .reduce((sum, { from, rate }) => sum + probabilities[number.get(from)!]! * rate, 0);
  const mean = 1 / absorbed;
  for (const [index, state] of order.entries()) times[state] = probabilities[index]! * mean;
  return { mean, times };
};

type Rates = Map<number, number>[];

const ratesOf = ({ states, transitions }: MarkovChain): { out: Rates; into: Set<number>[] } => {
  requireCount("Markov chain", { states });
  const out: Rates = Array.from({ length: states }, () => new Map());
  const into: Set<number>[] = Array.from({ length: states }, () => new Set());
  for (const { from, to, rate } of transitions) {
    requireCount("Markov chain", { from, to }, 0, states - 1);
    requirePositive("Markov chain", { [`the rate from ${from} to ${to}`]: rate });
    // Who stays where he is has not moved.
    if (from !== to) add(out, into, from, to, rate);
  }
  return { out, into };
};

const add = (out: Rates, into: Set<number>[], from: number, to: number, rate: number): void => {
  out[from]!.set(to, (out[from]!.get(to) ?? 0) + rate);
  into[to]!.add(from);
};
