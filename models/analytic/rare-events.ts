import { requireCount, requireFraction, requirePositive } from "./in-range.ts";

/** Importance sampling of P(X > t), X exponential with mean 1, from an exponential law of rate `theta`. */
export interface TiltedExponential {
  readonly probability: number;
  /** Rate with the smallest variance: 1 + 1/t − √(1 + 1/t²). */
  readonly theta: number;
  /** Of the weighted indicator: e^{−(2 − θ) t} / (θ (2 − θ)). */
  readonly secondMoment: number;
  readonly relativeVariance: number;
}

/** Source: P. Glynn & D. Iglehart, Importance sampling for stochastic simulations, Management Science 35, 1989. */
export const tiltedExponential = (t: number): TiltedExponential => {
  requirePositive("tilted exponential", { t });
  const theta = 1 + 1 / t - Math.sqrt(1 + 1 / t ** 2);
  const secondMoment = Math.exp(-(2 - theta) * t) / (theta * (2 - theta));
  return { probability: Math.exp(-t), theta, secondMoment, relativeVariance: secondMoment * Math.exp(2 * t) - 1 };
};

/** What failure biasing does on the chain of one redundant set, from its first loss to its end. */
export interface BiasedChain {
  readonly probability: number;
  readonly secondMoment: number;
  readonly relativeVariance: number;
}

/**
 * First and second moment of the weighted indicator of a loss of data, when each transition is a loss with probability
 * `bias`: the chain solved with the squares of the likelihood ratios, a² / b and (1 − a)² / (1 − b).
 *
 * @param losses probability of a loss at each number of lost blocks from 1 on, the last of which loses data
 */
export const biasedChain = (losses: readonly number[], bias: number): BiasedChain => {
  requireCount("biased chain", { states: losses.length });
  requireFraction("biased chain", { bias });
  const solve = (up: (a: number) => number, down: (a: number) => number): number => {
    // h(f) = up h(f + 1) + down h(f - 1) with h(0) = 0 and h(last + 1) = 1: h(f) = factor(f) h(f + 1).
    let factor = 0;
    let product = 1;
    for (const a of losses) {
      factor = up(a) / (1 - down(a) * factor);
      product *= factor;
    }
    return product;
  };
  const probability = solve(
    (a) => a,
    (a) => 1 - a,
  );
  const secondMoment = solve(
    (a) => a ** 2 / bias,
    (a) => (1 - a) ** 2 / (1 - bias),
  );
  return { probability, secondMoment, relativeVariance: secondMoment / probability ** 2 - 1 };
};

/** A walk that goes up with probability `up` and down otherwise, from 1 to `target` before 0: the gambler's ruin. */
export const climb = (up: number, from: number, target: number): number => {
  requireFraction("climb", { up });
  const ratio = (1 - up) / up;
  return ratio === 1 ? from / target : Math.expm1(from * Math.log(ratio)) / Math.expm1(target * Math.log(ratio));
};
