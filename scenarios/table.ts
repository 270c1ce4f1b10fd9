import type { Estimate, PointResult } from "./aggregate.ts";
import { align } from "./align.ts";
import { printedUnit } from "./columns.ts";
import type { Metrics } from "./simulate.ts";
import { readableLabels } from "./text/readable.ts";

/**
 * A mean and its half width to two significant digits of the half width: `0.99712 ± 0.00031`.
 * Without an interval no figure is printed.
 */
export const formatEstimate = ({ mean, halfWidth, n }: Estimate, factor = 1): string => {
  if (mean === null) return "not observed";
  if (halfWidth === null) return `n = ${n}, no interval`;
  const [centre, half] = [mean / factor, halfWidth / factor];
  if (half === 0) return `${Number(centre.toPrecision(8))} ± 0`;
  const larger = Math.max(Math.abs(centre), half);
  const decimals = 1 - Math.floor(Math.log10(half));
  // Neither a row of zeros nor digits that nobody reads.
  if (larger < 1e-4) return `${centre.toExponential(1)} ± ${half.toExponential(1)}`;
  if (half < larger * 1e-6) return `${Number(centre.toPrecision(8))} ± ${half.toExponential(0)}`;
  const shown = Math.max(0, Math.min(12, decimals));
  return `${centre.toFixed(shown)} ± ${half.toFixed(shown)}`;
};

/** Of a point of which no run is there. */
const nothing: Estimate = { mean: null, halfWidth: null, n: 0 };

const heading = (column: string): string => {
  const { unit } = printedUnit(column);
  return unit === "" ? column : `${column} [${unit}]`;
};

/** One point: a line for each column, with the closed form beside it where there is one. */
export const pointTable = (result: PointResult, columns: readonly string[], theory: Metrics): string =>
  align(pointRows(result, columns, theory));

/** The same as rows of cells, the head first. */
export const pointRows = ({ metrics }: PointResult, columns: readonly string[], theory: Metrics): string[][] => {
  const withTheory = columns.some((column) => theory[column] !== undefined);
  const rows = columns.map((column) => {
    const figure = metrics[column] ?? nothing;
    const { factor } = printedUnit(column);
    const exact = theory[column] === undefined ? "" : String(Number((theory[column] / factor).toPrecision(7)));
    return [heading(column), formatEstimate(figure, factor), String(figure.n), ...(withTheory ? [exact] : [])];
  });
  return [["", "mean ± half width (95 %)", "n", ...(withTheory ? ["closed form"] : [])], ...rows];
};

/** Many points: a line for each, the values of the swept keys first, with no more digits than tell them apart. */
export const sweepTable = (
  results: readonly PointResult[],
  labels: readonly { readonly [path: string]: string }[],
  columns: readonly string[],
): string => align(sweepRows(results, labels, columns));

/** The same as rows of cells, the head first. */
export const sweepRows = (
  results: readonly PointResult[],
  labels: readonly { readonly [path: string]: string }[],
  columns: readonly string[],
): string[][] => {
  const axes = Object.keys(labels[0] ?? {});
  const shown = new Map(axes.map((axis) => [axis, readableLabels(labels.map((point) => point[axis]!))] as const));
  const rows = results.map(({ metrics }, index) => [
    ...axes.map((axis) => shown.get(axis)!.get(labels[index]![axis]!)!),
    ...columns.map((column) => formatEstimate(metrics[column] ?? nothing, printedUnit(column).factor)),
  ]);
  return [[...axes, ...columns.map(heading)], ...rows];
};
