import { gammaCdf, gammaQuantile } from "./gamma-law.ts";

/** P(X ≤ x) of the chi-square law with `df` > 0 degrees of freedom. */
export const chiSquareCdf = (x: number, df: number): number => gammaCdf(x, df / 2, 2);

/** The x with P(X ≤ x) = `p` of the chi-square law with `df` > 0 degrees of freedom. */
export const chiSquareQuantile = (p: number, df: number): number => gammaQuantile(p, df / 2, 2);
