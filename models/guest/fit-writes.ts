import { leastSquares } from "../special/bounded-least-squares.ts";

/** A point of a measured distinct-write curve: pages of one VM that were written at least once within `seconds`. */
export interface WritePoint {
  readonly seconds: number;
  readonly pages: number;
}

/** Pages that are written alike, `writesPerPage` times a second each. */
export interface WriteClass {
  readonly pages: number;
  readonly writesPerPage: number;
}

export interface WriteFit {
  /** The most written first. */
  readonly classes: readonly WriteClass[];
  /** Root of the mean square of the relative deviations from the points. */
  readonly rms: number;
  /** Greatest relative deviation from a point. */
  readonly worst: number;
}

const mostClasses = 3;
const gridSize = 24;

/** One class more is tried while the deviation is above this, and taken if it falls below a part of what it was. */
const good = 1e-3;
const worthwhile = 0.9;

/** Where the search for the rates ends: the least step of their logarithms, the deviation, and the gain of a move. */
const smallestStep = 1e-4;
const exact = 1e-5;
const leastGain = 1e-3;

/**
 * One to three classes whose curve Σ n_j (1 − exp(−ρ_j t)) is nearest to measured points: least squares of the relative
 * deviations, with n_j ≥ 0 and Σ n_j no more than the pages of the VM (model.md, section 3, solved for the classes).
 * Rates come from a grid and are then refined by a pattern search, so the same points always give the same classes.
 *
 * @param points at times above 0, in any order; a time may be measured more than once
 * @param pages of the VM: no more can ever be written
 * @param most classes, from 1
 */
export const fitWrites = (points: readonly WritePoint[], pages: number, most = mostClasses): WriteFit => {
  const problem = new FitProblem(points, pages);
  const distinct = new Set(points.map(({ seconds }) => seconds)).size;
  let best = problem.fit(1);
  for (let count = 2; count <= Math.min(most, distinct) && best.rms > good; count++) {
    const richer = problem.fit(count);
    if (richer.rms <= worthwhile * best.rms) best = richer;
  }
  return best;
};

/** The share of a class's pages that is written within a time. */
const share = (rate: number, seconds: number): number => -Math.expm1(-rate * seconds);

class FitProblem {
  readonly #points: readonly WritePoint[];
  readonly #pages: number;
  /** Natural logarithms of the rates that are tried first. */
  readonly #grid: readonly number[];

  constructor(points: readonly WritePoint[], pages: number) {
    this.#points = points;
    this.#pages = pages;
    const times = points.map(({ seconds }) => seconds);
    // Below the first rate a class grows in a straight line over all points, above the last it is full at once.
    const slowest = Math.log(0.02 / times.reduce((a, b) => Math.max(a, b)));
    const fastest = Math.log(20 / times.reduce((a, b) => Math.min(a, b)));
    this.#grid = Array.from({ length: gridSize }, (_, i) => slowest + ((fastest - slowest) * i) / (gridSize - 1));
  }

  fit(count: number): WriteFit {
    const gram = this.#gram(this.#grid);
    const choices = combinations(gridSize, count);
    const errors = choices.map((choice) => this.#solve(gram, choice).error);
    const start = choices[errors.indexOf(errors.reduce((a, b) => Math.min(a, b)))]!;
    return this.#judge(this.#refine(start.map((i) => this.#grid[i]!)));
  }

  /** Hooke and Jeeves: one rate after the other moves a step, then all once more the way that helped; steps shrink. */
  #refine(start: readonly number[]): readonly number[] {
    let best: Trial = { rates: start, error: this.#error(start) };
    for (let step = this.#grid[1]! - this.#grid[0]!; step > smallestStep; step /= 2) {
      for (;;) {
        if (best.error <= this.#points.length * exact ** 2) return best.rates;
        let moved = this.#explore(best, step);
        if (moved === best) break;
        for (let from = best; moved !== from; ) {
          best = moved;
          const further = best.rates.map((rate, i) => 2 * rate - from.rates[i]!);
          from = best;
          moved = better(best, this.#explore({ rates: further, error: this.#error(further) }, step));
        }
      }
    }
    return best.rates;
  }

  #explore(from: Trial, step: number): Trial {
    let best = from;
    for (let i = 0; i < from.rates.length; i++)
      for (const sign of [-1, 1]) {
        const rates = best.rates.with(i, best.rates[i]! + sign * step);
        best = better(best, { rates, error: this.#error(rates) });
      }
    return best;
  }

  #judge(rates: readonly number[]): WriteFit {
    const { amounts } = this.#solve(
      this.#gram(rates),
      rates.map((_, i) => i),
    );
    const classes = rates
      .map((rate, i) => ({ pages: amounts[i]!, writesPerPage: Math.exp(rate) }))
      .filter((one) => one.pages > 0)
      .sort((a, b) => b.writesPerPage - a.writesPerPage);
    const deviations = this.#points.map(({ seconds, pages }) => {
      const fitted = classes.reduce((sum, one) => sum + one.pages * share(one.writesPerPage, seconds), 0);
      return Math.abs(fitted - pages) / Math.max(pages, 1);
    });
    const squares = deviations.reduce((sum, one) => sum + one * one, 0);
    return {
      classes,
      rms: Math.sqrt(squares / deviations.length),
      worst: deviations.reduce((a, b) => Math.max(a, b)),
    };
  }

  #error(rates: readonly number[]): number {
    return this.#solve(
      this.#gram(rates),
      rates.map((_, i) => i),
    ).error;
  }

  #solve(gram: Gram, choice: readonly number[]): { readonly amounts: readonly number[]; readonly error: number } {
    const matrix = choice.map((i) => choice.map((j) => gram.matrix[i]![j]!));
    const right = choice.map((i) => gram.right[i]!);
    return leastSquares(matrix, right, gram.square, this.#pages);
  }

  /** Scalar products of the curves of single pages with each other and with the points, all relative to the points. */
  #gram(rates: readonly number[]): Gram {
    const weights = this.#points.map(({ pages }) => 1 / Math.max(pages, 1));
    const target = this.#points.map(({ pages }, i) => pages * weights[i]!);
    const columns = rates.map((rate) =>
      this.#points.map(({ seconds }, i) => share(Math.exp(rate), seconds) * weights[i]!),
    );
    return {
      matrix: columns.map((a) => columns.map((b) => product(a, b))),
      right: columns.map((a) => product(a, target)),
      square: product(target, target),
    };
  }
}

/** Logarithms of rates, and the sum of squares with the best amounts at these rates. */
interface Trial {
  readonly rates: readonly number[];
  readonly error: number;
}

const better = (a: Trial, b: Trial): Trial => (b.error < a.error * (1 - leastGain) ? b : a);

interface Gram {
  readonly matrix: readonly (readonly number[])[];
  readonly right: readonly number[];
  readonly square: number;
}

const product = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, one, i) => sum + one * b[i]!, 0);

/** All ways to choose `count` of the numbers from 0 to `size` - 1, each ascending. */
const combinations = (size: number, count: number, from = 0): number[][] => {
  if (count === 0) return [[]];
  const chosen: number[][] = [];
  for (let first = from; first <= size - count; first++)
    for (const rest of combinations(size, count - 1, first + 1)) chosen.push([first, ...rest]);
  return chosen;
};
