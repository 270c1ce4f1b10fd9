/** The first `count` uniforms of the minimal standard generator by which the reference values describe their data. */
export const lehmerUniforms = (count: number): number[] => {
  let state = 20240607;
  return Array.from({ length: count }, () => {
    state = (16807 * state) % 2147483647;
    return state / 2147483647;
  });
};

export const rounded = (x: number, digits: number): number => Number(x.toFixed(digits));
