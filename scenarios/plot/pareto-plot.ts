import { type ParetoPoint, paretoChart } from "../../results/charts/pareto-chart.ts";
import { paretoFront } from "../../results/pareto-front.ts";
import { CommandError } from "../commands/command-line.ts";
import { isHigherBetter, isPart } from "../search/goal.ts";
import { axesOf } from "../study/kept-points.ts";
import { facetsOf } from "./facets.ts";
import {
  bounded,
  checkScale,
  columnsFor,
  type DrawnStudy,
  leftOut,
  type Plot,
  type PlotArguments,
  resultsOf,
  titled,
  underTitle,
} from "./plot.ts";

/** What is paid against what is gained, and which points no other beats in both. */
export const paretoPlot = async (study: DrawnStudy, given: PlotArguments): Promise<Plot> => {
  const { plan } = study;
  const one = (option: string, patterns: readonly string[]): string => {
    const [column, another] = columnsFor(study, option, patterns);
    if (another !== undefined) throw new CommandError(`${option}: give one column to a Pareto front`);
    return column!;
  };
  const [x, y] = [one("--x", [given.x ?? "storedBytes"]), one("--y", given.y ?? ["workRatio"])];
  if (x === y) throw new CommandError(`${x} on both axes shows nothing: give another --x or --y`);
  const results = await resultsOf(study, [x, y]);
  const first = axesOf(plan)[0];
  const series = given.series ?? (first === undefined || first === given.panel ? undefined : first);
  const labelled = axesOf(plan).filter((axis) => axis !== series && axis !== given.panel);
  const facets = facetsOf(plan, { ...given, ...(series === undefined ? {} : { series }) }, labelled);
  const points: ParetoPoint[] = [];
  for (const panel of facets.panels) {
    const own = facets.points
      .filter((point) => point.panel === panel)
      .flatMap(({ index, series: name }) => {
        const { metrics } = results[index]!;
        const [across, up] = [bounded(metrics[x], x), bounded(metrics[y], y)];
        if (across === undefined || up === undefined) return [];
        const label = labelled.map((axis) => plan.points[index]!.labels[axis]).join(", ") || name;
        return [{ panel, series: name, label, x: across.mean, xLow: across.low, xHigh: across.high, ...up }];
      });
    const front = paretoFront(
      own.map((point) => ({ x: point.x, y: point.mean })),
      { higherX: isHigherBetter(x), higherY: isHigherBetter(y) },
    );
    points.push(...own.map((point, i) => ({ ...point, onFront: front[i]! })));
  }
  const missing = leftOut(facets.points.length - points.length);
  if (points.length === 0) throw new CommandError(`nothing has an interval here: ${missing.join("")}`);
  checkScale(
    given.yScale,
    y,
    points.map(({ mean }) => mean),
  );
  const xScale = given.xScale ?? "linear";
  if (xScale === "log" && points.some(({ xLow }) => xLow <= 0))
    throw new CommandError(`--x-scale log: ${x} is not above 0 everywhere`);
  const spec = paretoChart({
    title: `${y} against ${x}`,
    subtitle: [
      plan.description || plan.study,
      ...underTitle(plan, "full and joined: no other is better in one and as good in the other"),
    ],
    x: { title: titled(x), scale: xScale },
    y: { title: titled(y), scale: given.yScale ?? "linear", ...(isPart(y) ? { most: 1 } : {}) },
    panels: facets.panels,
    series: facets.series,
    legend: facets.legend,
    points,
  });
  return { spec, numbers: { x, y, points }, remarks: missing };
};
