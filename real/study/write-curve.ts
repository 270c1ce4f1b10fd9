import { fitWrites, type WriteClass, type WritePoint } from "../../models/guest/fit-writes.ts";
import { cholesky, solveLower } from "../../results/optimum/cholesky.ts";
import { StatisticsError } from "../../results/statistics/statistics-error.ts";
import type { Fitted } from "../../results/statistics/straight-line.ts";
import { studentQuantile } from "../../results/statistics/student-t.ts";
import { TestbedError } from "../testbed-error.ts";
import type { MeasuredCapture } from "./measured-capture.ts";
import { fewestRows } from "./parameter.ts";

const pageSize = 4096;

/** Pages that are written alike. */
export interface FittedClass {
  readonly pages: Fitted;
  /** Of the class, per second. */
  readonly writes: Fitted;
}

/** Distinct pages that a guest writes within a time, as captures have shown it that were compared with each other. */
export interface WriteCurve {
  /** Bytes. */
  readonly memory: number;
  /** What its workload was to write, per second. */
  readonly writes: number;
  readonly captures: number;
  /** What was seen: pages that had another content so many seconds after the cut before. */
  readonly points: readonly WritePoint[];
  /** The most written first. */
  readonly classes: readonly FittedClass[];
  readonly within: readonly { readonly seconds: number; readonly pages: Fitted }[];
  /** Root of the mean square of the relative deviations. */
  readonly rms: number;
}

/**
 * Fits Σ n_j (1 − exp(−ρ_j t)) to the distinct pages of each kind of guest by least squares of relative deviations, with no
 * more classes than the captures tell apart; intervals by the delta method on the logarithms of n_j and ρ_j, Student's t (G. Seber, C. Wild, Nonlinear Regression, 5.1).
 *
 * @throws TestbedError naming the guest whose curve the captures cannot tell
 */
export const writeCurves = (captures: readonly MeasuredCapture[]): WriteCurve[] => {
  const kinds = new Map<string, MeasuredCapture[]>();
  for (const row of captures) {
    const kind = `${row.memory / 2 ** 20} MiB, ${row.writes} writes a second`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), row]);
  }
  return [...kinds].map(([kind, rows]) => curveOf(kind, rows));
};

/** Seconds at which a curve is told. */
const told = [0.5, 1, 2, 5] as const;

const curveOf = (kind: string, rows: readonly MeasuredCapture[]): WriteCurve => {
  const points = rows.flatMap(({ sinceCut, distinctPages }): WritePoint[] =>
    sinceCut === undefined || distinctPages === undefined || !(sinceCut > 0)
      ? []
      : [{ seconds: sinceCut, pages: distinctPages }],
  );
  const times = points.map(({ seconds }) => seconds);
  const refuse = (why: string): TestbedError =>
    new TestbedError(
      `distinct writes of ${kind}: ${why}: measure again with more --repetitions, all modes of a guest together, or calibrate with --assume writes`,
    );
  if (points.length < fewestRows || !(Math.max(...times) >= 2 * Math.min(...times)))
    throw refuse(
      `not to be told from ${points.length} captures that were compared with the one before; it takes ${fewestRows}, some twice as long after it as others`,
    );
  const { memory, writes } = rows[0]!;
  const pages = memory / pageSize;
  for (let most = mostClasses; most >= 1; most--) {
    const fit = fitWrites(points, pages, most);
    const told = intervalsOf(fit.classes, points);
    if (told !== undefined) return { memory, writes, captures: points.length, points, rms: fit.rms, ...told };
  }
  throw refuse("the captures tell how fast pages are written, and not how many");
};

const mostClasses = 3;
/** A class whose pages are known to a factor of this or worse is not told from the others. */
const vague = 10;

/** Undefined where the points do not tell the classes apart. */
const intervalsOf = (
  classes: readonly WriteClass[],
  points: readonly WritePoint[],
): Pick<WriteCurve, "classes" | "within"> | undefined => {
  if (points.length <= 2 * classes.length) return undefined;
  try {
    const { of, pages } = intervals(classes, points);
    const fitted = classes.map((one, j) => ({
      pages: of(one.pages, [[2 * j, 1]]),
      writes: of(one.pages * one.writesPerPage, [
        [2 * j, 1],
        [2 * j + 1, 1],
      ]),
    }));
    if (fitted.some((one) => !(one.pages.upper < vague * one.pages.value))) return undefined;
    return { classes: fitted, within: told.map((seconds) => ({ seconds, pages: pages(seconds) })) };
  } catch (error) {
    if (!(error instanceof StatisticsError)) throw error;
    return undefined;
  }
};

/** Derivatives of a curve by the logarithms of n_j and ρ_j, in turn. */
const slopes = (classes: readonly WriteClass[], seconds: number): number[] =>
  classes.flatMap(({ pages, writesPerPage }) => {
    const a = writesPerPage * seconds;
    return [-pages * Math.expm1(-a), pages * a * Math.exp(-a)];
  });

const curveAt = (classes: readonly WriteClass[], seconds: number): number =>
  classes.reduce((sum, { pages, writesPerPage }) => sum - pages * Math.expm1(-writesPerPage * seconds), 0);

const intervals = (classes: readonly WriteClass[], points: readonly WritePoint[]) => {
  const weighted = points.map(({ seconds, pages }) => slopes(classes, seconds).map((one) => one / Math.max(pages, 1)));
  const size = 2 * classes.length;
  const information = Array.from({ length: size }, (_, i) =>
    Float64Array.from({ length: size }, (_, j) => weighted.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
  );
  const squares = points.reduce(
    (sum, { seconds, pages }) => sum + ((curveAt(classes, seconds) - pages) / Math.max(pages, 1)) ** 2,
    0,
  );
  const freedom = points.length - size;
  const t = studentQuantile(0.975, freedom) * Math.sqrt(squares / freedom);
  const lower = cholesky(information);
  /** Of a value whose logarithm has this gradient: |L⁻¹ g| is its standard error per unit of deviation. */
  const around = (value: number, gradient: ArrayLike<number>): Fitted => {
    const factor = Math.exp(t * Math.hypot(...solveLower(lower, gradient)));
    return { value, lower: value / factor, upper: value * factor };
  };
  return {
    of: (value: number, parts: readonly (readonly [index: number, part: number])[]): Fitted => {
      const gradient = new Float64Array(size);
      for (const [index, part] of parts) gradient[index] = part;
      return around(value, gradient);
    },
    pages: (seconds: number): Fitted => {
      const value = curveAt(classes, seconds);
      return around(
        value,
        slopes(classes, seconds).map((one) => one / value),
      );
    },
  };
};
