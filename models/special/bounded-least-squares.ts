/**
 * The amounts x ≥ 0 with Σ x ≤ `most` for which xᵀ A x − 2 bᵀ x + c is least: least squares of a few unknowns, given by
 * the scalar products of their columns. Each set of unknowns that may be above 0 is solved, with and without the bound
 * on the sum, and of the admissible solutions the best is taken; so this is for two or three unknowns, not for many.
 */
export const leastSquares = (
  matrix: readonly (readonly number[])[],
  right: readonly number[],
  square: number,
  most: number,
): { readonly amounts: readonly number[]; readonly error: number } => {
  const size = right.length;
  let best = { amounts: right.map(() => 0), error: square };
  for (let set = 1; set < 2 ** size; set++) {
    const free = right.flatMap((_, i) => ((set >> i) & 1 ? [i] : []));
    for (const bound of [false, true]) {
      const solved = solve(...system(matrix, right, free, bound ? most : undefined));
      if (solved === undefined) continue;
      const amounts = right.map((_, i) => (free.includes(i) ? solved[free.indexOf(i)]! : 0));
      const sum = amounts.reduce((total, one) => total + one, 0);
      if (amounts.some((one) => one < 0) || sum > most * (1 + 1e-12)) continue;
      const error = Math.max(0, quadratic(matrix, right, square, amounts));
      if (error < best.error) best = { amounts, error };
    }
  }
  return best;
};

const quadratic = (
  matrix: readonly (readonly number[])[],
  right: readonly number[],
  square: number,
  x: readonly number[],
): number =>
  x.reduce(
    (sum, one, i) => sum + one * (x.reduce((row, other, j) => row + matrix[i]![j]! * other, 0) - 2 * right[i]!),
    square,
  );

/** The normal equations of the free unknowns; with a sum that is given, a Lagrange multiplier is one unknown more. */
const system = (
  matrix: readonly (readonly number[])[],
  right: readonly number[],
  free: readonly number[],
  sum: number | undefined,
): [rows: number[][], right: number[]] => {
  const rows = free.map((i) => free.map((j) => matrix[i]![j]!));
  const values = free.map((i) => right[i]!);
  if (sum === undefined) return [rows, values];
  return [
    [...rows.map((row) => [...row, 1]), [...free.map(() => 1), 0]],
    [...values, sum],
  ];
};

/** Gauss with the largest pivots; nothing if the equations have no single solution. */
const solve = (rows: readonly (readonly number[])[], right: readonly number[]): number[] | undefined => {
  const work = rows.map((row, i) => [...row, right[i]!]);
  const size = work.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(work[row]![column]!) > Math.abs(work[pivot]![column]!)) pivot = row;
    [work[column], work[pivot]] = [work[pivot]!, work[column]!];
    const head = work[column]!;
    const scale = work.reduce((largest, row) => Math.max(largest, Math.abs(row[column]!)), 0);
    if (scale === 0) return undefined;
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = work[row]![column]! / head[column]!;
      for (let k = column; k <= size; k++) work[row]![k]! -= factor * head[k]!;
    }
  }
  const solution = work.map((row, i) => row[size]! / row[i]!);
  return solution.every(Number.isFinite) ? solution : undefined;
};
