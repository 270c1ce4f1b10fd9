const halfLogTwoPi = 0.9189385332046727;

/** From here on, eight terms of Stirling's series are exact to rounding. */
const asymptotic = 10;

/**
 * What Stirling's formula misses: ln Γ(x + 1) − [(x + ½) ln x − x + ½ ln 2π], for x > 0. Small where ln Γ is large,
 * so that densities of a large parameter keep all their digits.
 *
 * Source: C. Loader, "Fast and accurate computation of binomial probabilities", 2000; series DLMF 5.11.1.
 */
export const stirlingError = (x: number): number => {
  let below = 0;
  for (; x < asymptotic; x++) below += (x + 0.5) * Math.log1p(1 / x) - 1;
  const s = 1 / (x * x);
  const series =
    1 / 12 -
    s *
      (1 / 360 -
        s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - s * (691 / 360360 - s * (1 / 156 - s * (3617 / 122400)))))));
  return below + series / x;
};

/** ln Γ(x) for x > 0. */
export const logGamma = (x: number): number =>
  (x + 0.5) * Math.log(x) - x + halfLogTwoPi + stirlingError(x) - Math.log(x);
