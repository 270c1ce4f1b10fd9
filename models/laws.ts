import { deterministic, empirical } from "./law/empirical.ts";
import { exponential } from "./law/exponential.ts";
import { gammaLife } from "./law/gamma.ts";
import type { ExponentialLaw, Law, Lifetime, RandomStream, WeibullLaw } from "./law/law.ts";
import { lognormal } from "./law/lognormal.ts";
import { weibull } from "./law/weibull.ts";

export type {
  DeterministicLaw,
  EmpiricalLaw,
  ExponentialLaw,
  GammaLaw,
  Law,
  Lifetime,
  LognormalLaw,
  RandomStream,
  WeibullLaw,
} from "./law/law.ts";
export { type LawIssue, lawIssues } from "./law/law-issues.ts";

/** The functions of a law, prepared once. Expects a law without issues (see {@link lawIssues}). */
export const lifetime = (law: Law): Lifetime => {
  switch (law.law) {
    case "exponential":
      return exponential(law);
    case "weibull":
      return weibull(law);
    case "lognormal":
      return lognormal(law);
    case "gamma":
      return gammaLife(law);
    case "deterministic":
      return deterministic(law);
    case "empirical":
      return empirical(law);
  }
};

/** P(X > t). For many calls on one law take {@link lifetime} once. */
export const survival = (law: Law, t: number): number => lifetime(law).survival(t);

/** Density per second at `t`; 0 for deterministic and empirical laws. */
export const density = (law: Law, t: number): number => lifetime(law).density(t);

/** Mean in seconds. */
export const mean = (law: Law): number => lifetime(law).mean;

/** Variance in seconds squared. */
export const variance = (law: Law): number => lifetime(law).variance;

/** The smallest t with P(X ≤ t) ≥ p. */
export const quantile = (law: Law, p: number): number => lifetime(law).quantile(p);

/** Draws a new life, in seconds. */
export const sampleLaw = (law: Law, stream: RandomStream): number => lifetime(law).sample(stream);

/**
 * Draws the time to the first event of a component that is found at a random age (`age: stationary`), in seconds:
 * the equilibrium law with density P(X > t) / E[X], drawn exactly as a uniform part of a life weighted by its length
 * (Cox, Renewal Theory, 1962, chapter 5).
 */
export const sampleResidual = (law: Law, stream: RandomStream): number => lifetime(law).residual(stream);

/** The law of the first of `count` independent new lives; the same family again for these two laws only. */
export const firstOf = <L extends ExponentialLaw | WeibullLaw>(law: L, count: number): L =>
  law.law === "exponential"
    ? { ...law, mean: law.mean / count }
    : { ...law, scale: law.scale * count ** (-1 / law.shape) };
