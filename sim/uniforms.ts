/** A source of independent uniform draws in [0, 1), multiples of 2^-53. */
export interface Uniforms {
  next(): number;
}
