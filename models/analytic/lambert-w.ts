/**
 * W₀(x), the principal branch of Lambert's function: the w ≥ -1 with w eʷ = x, for x ≥ -1/e; NaN below.
 * Halley's method from the starts of Corless et al., On the Lambert W function, Adv. Comput. Math. 5, 1996.
 */
export const lambertW0 = (x: number): number => {
  if (x === 0 || x === Number.POSITIVE_INFINITY) return x;
  const aboveBranch = Math.E * x + 1;
  // The double nearest to -1/e may lie just below it.
  if (aboveBranch <= 0) return aboveBranch > -4 * Number.EPSILON ? -1 : Number.NaN;
  let w = start(x, aboveBranch);
  for (let step = 0; step < 50; step++) {
    const power = Math.exp(w);
    const error = w * power - x;
    const slope = power * (w + 1);
    if (slope === 0) break;
    const move = error / (slope - ((w + 2) * error) / (2 * (w + 1)));
    w -= move;
    if (Math.abs(move) <= 2 * Number.EPSILON * Math.max(Math.abs(w), Number.MIN_VALUE)) break;
  }
  return w;
};

const start = (x: number, aboveBranch: number): number => {
  const p = Math.sqrt(2 * aboveBranch);
  if (x < -0.25) return -1 + p * (1 - p * (1 / 3 - p * (11 / 72)));
  if (x < 3) return Math.log1p(x) * (1 - Math.log1p(Math.log1p(x)) / (2 + Math.log1p(x)));
  const log = Math.log(x);
  return log - Math.log(log);
};

/**
 * 1 + W₀(-exp(-1 - c)) for c ≥ 0: the root u in [0, 1) of -u - ln(1 - u) = c. Next to the branch point, where 1 + W₀
 * loses half of its digits, this keeps them.
 */
export const lambertW0FromBranch = (c: number): number => {
  if (c === 0 || !(c < Number.POSITIVE_INFINITY)) return c === 0 ? 0 : 1;
  if (c > 1) return 1 + lambertW0(-Math.exp(-1 - c));
  let u = Math.sqrt(2 * c) - (2 * c) / 3;
  for (let step = 0; step < 50; step++) {
    const move = ((defect(u) - c) * (1 - u)) / u;
    u -= move;
    if (Math.abs(move) <= 2 * Number.EPSILON * u) break;
  }
  return u;
};

/** -u - ln(1 - u) = u²/2 + u³/3 + …, by the series where the difference would cancel. */
const defect = (u: number): number => {
  if (u > 0.05) return -u - Math.log1p(-u);
  let sum = 0;
  let power = u;
  for (let k = 2; k < 14; k++) {
    power *= u;
    sum += power / k;
  }
  return sum;
};
