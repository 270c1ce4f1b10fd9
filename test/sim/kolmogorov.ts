/** P(√n D > x) for the distance D between a law and the empirical one of many draws (Kolmogorov 1933). */
export const kolmogorovTail = (x: number): number => {
  if (x < 0.3) return 1; // the series would cancel; the true value is above 0.99999
  let tail = 0;
  for (let k = 1; k <= 100; k++) tail += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return tail;
};
