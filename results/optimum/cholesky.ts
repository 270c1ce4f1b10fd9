import { StatisticsError } from "../statistics/statistics-error.ts";

/**
 * The lower triangle L with L Lᵀ = `matrix`, row by row.
 * @throws StatisticsError when the matrix is not positive definite
 */
export const cholesky = (matrix: readonly Float64Array[]): Float64Array[] => {
  const lower = matrix.map(({ length }) => new Float64Array(length));
  for (let i = 0; i < matrix.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      if (i !== j) lower[i]![j] = sum / lower[j]![j]!;
      else if (sum > 0) lower[i]![i] = Math.sqrt(sum);
      else throw new StatisticsError("a covariance matrix is not positive definite: some points are one and the same");
    }
  }
  return lower;
};

/** The x with L x = `right`. */
export const solveLower = (lower: readonly Float64Array[], right: ArrayLike<number>): Float64Array => {
  const x = new Float64Array(lower.length);
  for (let i = 0; i < lower.length; i++) {
    let sum = right[i] as number;
    for (let k = 0; k < i; k++) sum -= lower[i]![k]! * x[k]!;
    x[i] = sum / lower[i]![i]!;
  }
  return x;
};

/** The x with Lᵀ x = `right`. */
export const solveUpper = (lower: readonly Float64Array[], right: ArrayLike<number>): Float64Array => {
  const x = new Float64Array(lower.length);
  for (let i = lower.length - 1; i >= 0; i--) {
    let sum = right[i] as number;
    for (let k = i + 1; k < lower.length; k++) sum -= lower[k]![i]! * x[k]!;
    x[i] = sum / lower[i]![i]!;
  }
  return x;
};
