/** Right-hand side of y' = f(t, y): writes the derivatives at `t` into `out`. */
export type Derivatives = (t: number, y: Float64Array, out: Float64Array) => void;

/** Nodes and weights of Dormand and Prince, J. Comput. Appl. Math. 6, 1980; the last row is the step of order 5. */
const nodes = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1] as const;
const rows: readonly (readonly number[])[] = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** Weights of the difference between the steps of order 5 and 4. */
const differences = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40] as const;

const mostSteps = 10_000;

/**
 * Solves y' = f(t, y) from `from` to `to` in steps of adapted length, and leaves the solution in `y`. Kinks of f are met
 * with short steps.
 *
 * @param scale the size of each component that errors are judged against
 * @param tolerance error of a step, relative to `scale`
 * @throws RangeError if the steps would become too many
 */
export const integrate = (
  f: Derivatives,
  from: number,
  to: number,
  y: Float64Array,
  scale: Float64Array,
  tolerance = 1e-11,
): void => {
  const n = y.length;
  const k = nodes.map(() => new Float64Array(n));
  const at = new Float64Array(n);
  let t = from;
  let step = to - from;
  f(t, y, k[0]!);
  for (let tried = 0; t < to; tried++) {
    if (tried === mostSteps) throw new RangeError(`integrate: ${mostSteps} steps do not reach ${to} from ${from}`);
    step = Math.min(step, to - t);
    for (let stage = 1; stage < nodes.length; stage++) {
      const row = rows[stage]!;
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let j = 0; j < stage; j++) sum += row[j]! * k[j]![i]!;
        at[i] = y[i]! + step * sum;
      }
      f(t + nodes[stage]! * step, at, k[stage]!);
    }
    let error = 0;
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < nodes.length; j++) sum += differences[j]! * k[j]![i]!;
      error = Math.max(error, Math.abs(step * sum) / (tolerance * scale[i]!));
    }
    // Below this a step is lost in the rounding of t: a kink is passed whatever its error.
    const least = 4 * Number.EPSILON * Math.max(Math.abs(t), Math.abs(to));
    if (error <= 1 || step <= least) {
      t = step >= to - t ? to : t + step;
      y.set(at);
      k[0]!.set(k.at(-1)!);
    }
    step = Math.max(least, step * Math.min(5, Math.max(0.2, 0.9 * error ** -0.2)));
  }
};
