/** ln Γ(x) for x > 0: Stirling's series (Abramowitz & Stegun 6.1.40) after a shift above 10, about 1e-15. */
export const lnGamma = (x: number): number => {
  let shift = 1;
  let z = x;
  for (; z < 10; z++) shift *= z;
  const y = 1 / (z * z);
  const series =
    (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y * (1 / 1188 - y * (691 / 360360 - y / 156)))))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - Math.log(shift);
};

/** Γ(x) for x > 0; infinite above 171. */
export const gamma = (x: number): number => Math.exp(lnGamma(x));

/**
 * Q(a, x) = Γ(a, x) / Γ(a), the regularised upper incomplete gamma function, for a > 0 and x ≥ 0: power series of P
 * below a + 1, continued fraction above (Abramowitz & Stegun 6.5.29 and 6.5.31). About 1e-14 for a below 100.
 */
export const upperGamma = (a: number, x: number): number => {
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const factor = Math.exp(a * Math.log(x) - x - lnGamma(a));
  return x < a + 1 ? 1 - factor * lowerSeries(a, x) : factor * upperFraction(a, x);
};

const lowerSeries = (a: number, x: number): number => {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > sum * Number.EPSILON; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
};

/** Lentz's evaluation of 1/(x+1-a- 1(1-a)/(x+3-a- 2(2-a)/(x+5-a- …))). */
const upperFraction = (a: number, x: number): number => {
  let b = x + 1 - a;
  let c = Number.POSITIVE_INFINITY;
  let d = 1 / b;
  let value = d;
  for (let n = 1; ; n++) {
    const numerator = n * (a - n);
    b += 2;
    d = 1 / (b + numerator * d);
    c = b + numerator / c;
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) <= 2 * Number.EPSILON) return value;
  }
};

/** The x with Q(a, x) = q, for 0 ≤ q ≤ 1. */
export const upperGammaInverse = (a: number, q: number): number => {
  if (q >= 1) return 0;
  if (q <= 0) return Number.POSITIVE_INFINITY;
  let low = -745;
  let high = Math.log(a + 1);
  while (upperGamma(a, Math.exp(high)) > q) high++;
  // Newton in ln x, kept inside a bracket that always holds the root.
  let y = Math.min(high, Math.log(a));
  for (let step = 0; step < 200; step++) {
    const x = Math.exp(y);
    const difference = upperGamma(a, x) - q;
    if (difference > 0) low = y;
    else high = y;
    const slope = -Math.exp(a * y - x - lnGamma(a));
    const newton = y - difference / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - y) <= 2 * Number.EPSILON * Math.max(1, Math.abs(y))) return Math.exp(next);
    y = next;
  }
  return Math.exp(y);
};
