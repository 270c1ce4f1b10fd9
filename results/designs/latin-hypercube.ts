import { StatisticsError } from "../statistics/statistics-error.ts";

/**
 * A Latin hypercube: `points` × `factors` numbers in [0, 1), of which each column has just one in each of `points` equal
 * strata, anywhere in it (McKay, Beckman & Conover 1979). The mean of an additive function of them varies less by a factor
 * of the square of their number than that of as many random points.
 *
 * @param draw uniform on [0, 1)
 * @throws StatisticsError unless both are whole numbers from 1 on
 */
export const latinHypercube = (points: number, factors: number, draw: () => number): number[][] => {
  for (const [name, count] of Object.entries({ points, factors })) {
    if (!(Number.isSafeInteger(count) && count >= 1))
      throw new StatisticsError(`a Latin hypercube of ${count} ${name}: give a whole number from 1 on`);
  }
  const columns = Array.from({ length: factors }, () => shuffled(points, draw).map((one) => (one + draw()) / points));
  return Array.from({ length: points }, (_, i) => columns.map((column) => column[i]!));
};

/** 0 … count − 1 in any order, each as likely (Fisher & Yates). */
const shuffled = (count: number, draw: () => number): number[] => {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(draw() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
};
