/*
 * Logarithm, exponential and power in terms of +, −, × and ÷ only, which IEEE 754 fixes to the last bit. An engine is free
 * in `Math.log`, `Math.exp` and `**`, and V8 takes the liberty: Node 20 and 24 differ in `**`, Node and Chromium in
 * `Math.log`. One differing bit can swap two events, and then the trajectory of a seed depends on the browser.
 */

/** ln 2 in two parts: multiples of the first by small integers are exact. */
const ln2High = 2977044471 / 2 ** 32;
const ln2Low = 1.9082149292705877e-10;

/** √2 in units of 2^-30. */
const sqrt2 = 1518500249;

/** ln(1 + f) for f between √½ − 1 and √2 − 1: with s = f / (2 + f), twice the series s + s³/3 + s⁵/5 + … to s^21. */
const logNearOne = (f: number): number => {
  const s = f / (2 + f);
  const q = s * s;
  const qq = q * q;
  // Two halves of the series, which a processor takes at once.
  const even = 2 / 3 + qq * (2 / 7 + qq * (2 / 11 + qq * (2 / 15 + qq * (2 / 19))));
  const odd = 2 / 5 + qq * (2 / 9 + qq * (2 / 13 + qq * (2 / 17 + qq * (2 / 21))));
  return f - s * (f - q * (even + q * odd)); // 2 s = f − s f, of which f is exact
};

/** Natural logarithm of x > 0, within 2 units in the last place: −∞ at 0, NaN below. */
export const log = (x: number): number => {
  if (!(x > 0 && x < Infinity)) return x === 0 ? -Infinity : x > 0 ? x : Number.NaN;
  let m = x;
  let exponent = 0;
  for (; m < 2 ** -20; exponent -= 20) m *= 2 ** 20;
  for (; m >= 2; exponent += 10) m *= 2 ** -10;
  // m is brought between √½ and √2 without branches, which would be mispredicted half of the time.
  const leading = (m * 2 ** 30) | 0;
  const shift = Math.clz32(leading) - 1;
  const above = (sqrt2 - (leading << shift)) >>> 31;
  m *= (1 << shift) * (1 - 0.5 * above);
  exponent += above - shift;
  return exponent * ln2High + (logNearOne(m - 1) + exponent * ln2Low);
};

/** ln(1 + f) for f > −1, within 4 units in the last place also where f is small. */
export const log1p = (f: number): number => (f > -0.29 && f < 0.41 ? logNearOne(f) : log(1 + f));

/** e^x, within 2 units in the last place where the result is not subnormal. */
export const exp = (x: number): number => {
  if (!(x > -746 && x < 710)) return x > 0 ? Infinity : x < 0 ? 0 : Number.NaN;
  let octaves = Math.floor(x * Math.LOG2E + 0.5) | 0;
  const r = x - octaves * ln2High - octaves * ln2Low;
  const rr = r * r;
  // The Taylor series to r^13 / 13!, in two halves.
  const even = 1 / 2 + rr * (1 / 24 + rr * (1 / 720 + rr * (1 / 40320 + rr * (1 / 3628800 + rr * (1 / 479001600)))));
  const odd =
    1 / 6 + rr * (1 / 120 + rr * (1 / 5040 + rr * (1 / 362880 + rr * (1 / 39916800 + rr * (1 / 6227020800)))));
  let result = 1 + (r + rr * (even + r * odd));
  for (; octaves > 30; octaves -= 30) result *= 2 ** 30;
  for (; octaves < -30; octaves += 30) result *= 2 ** -30;
  return (result * (1 << Math.max(octaves, 0))) / (1 << Math.max(-octaves, 0));
};

/** base^exponent for base ≥ 0 and exponent > 0, to about 13 digits. */
export const power = (base: number, exponent: number): number => exp(log(base) * exponent);
