import { lnGamma } from "../special/gamma.ts";

/** ln of the number of ways to choose `k` of `n`; −∞ when there is none. */
export const logChoose = (n: number, k: number): number => {
  if (k < 0 || k > n) return -Infinity;
  const few = Math.min(k, n - k);
  // Exact products where they are short: differences of ln Γ lose digits.
  if (few <= 64) {
    let sum = 0;
    for (let i = 1; i <= few; i++) sum += Math.log((n - few + i) / i);
    return sum;
  }
  return lnGamma(n + 1) - lnGamma(k + 1) - lnGamma(n - k + 1);
};
