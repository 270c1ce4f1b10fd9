import { normalQuantile } from "./normal-quantile.ts";
import { log, power } from "./reproducible-math.ts";
import type { Uniforms } from "./uniforms.ts";

/**
 * A draw from the gamma law with `shape` > 0 and scale 1, by exact rejection (acceptance above 95 %): two uniforms a
 * trial, one more when shape < 1. How many it takes depends on the shape only, never on a scale applied afterwards.
 *
 * Source: G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000.
 */
export const gammaVariate = (uniforms: Uniforms, shape: number): number => {
  if (shape < 1) return power(1 - uniforms.next(), 1 / shape) * gammaVariate(uniforms, shape + 1);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = normalQuantile(uniforms.next());
    const u = 1 - uniforms.next();
    const cubeRoot = 1 + c * z;
    if (cubeRoot <= 0) continue;
    const v = cubeRoot * cubeRoot * cubeRoot;
    if (u < 1 - 0.0331 * (z * z) * (z * z) || log(u) < 0.5 * z * z + d * (1 - v + log(v))) return d * v;
  }
};
