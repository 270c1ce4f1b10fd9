import { type HeatCell, heatMap } from "../../results/charts/heat-map.ts";
import { printedUnit } from "../columns.ts";
import { CommandError } from "../commands/command-line.ts";
import { axesOf, requireAxis } from "../study/kept-points.ts";
import { formatEstimate } from "../table.ts";
import { facetsOf } from "./facets.ts";
import {
  bounded,
  columnsFor,
  type DrawnStudy,
  firstAxis,
  leftOut,
  type Plot,
  type PlotArguments,
  resultsOf,
  titled,
  underTitle,
} from "./plot.ts";

/** One column over two swept keys. The keys are `x`, and the series, which is the other side here. */
export const heatPlot = async (study: DrawnStudy, given: PlotArguments): Promise<Plot> => {
  const { plan } = study;
  if (given.yScale === "nines") throw new CommandError("--y-scale nines: a heat map has linear or log colours");
  const others = [given.series, given.panel].filter((axis) => axis !== undefined);
  const x = given.x ?? firstAxis(plan, others);
  const y = given.series ?? firstAxis(plan, [x, ...others]);
  for (const axis of [x, y]) requireAxis(plan, axis);
  const columns = columnsFor(study, "--y", given.y ?? ["workRatio"]);
  const [column, another] = columns;
  if (column === undefined || another !== undefined) throw new CommandError("--y: give one column to a heat map");
  const results = await resultsOf(study, [column]);
  const panel = given.panel ?? axesOf(plan).find((axis) => axis !== x && axis !== y);
  const facets = facetsOf(plan, { at: given.at, ...(panel === undefined ? {} : { panel }) }, [x, y]);
  if (facets.series.length > 1)
    throw new CommandError(`${facets.legend} changes, too: give it a --panel, or draw one value with --at`);
  const cells: HeatCell[] = [];
  for (const { index, panel } of facets.points) {
    const { labels } = plan.points[index]!;
    const estimate = results[index]!.metrics[column];
    const found = bounded(estimate, column);
    if (found === undefined) continue;
    const text = formatEstimate(estimate!, printedUnit(column).factor);
    cells.push({ panel, x: labels[x]!, y: labels[y]!, mean: found.mean, text });
  }
  const missing = leftOut(facets.points.length - cells.length);
  if (cells.length === 0) throw new CommandError(`nothing has an interval here: ${missing.join("")}`);
  const scale = given.yScale === "log" ? "log" : "linear";
  if (scale === "log" && cells.some(({ mean }) => mean <= 0))
    throw new CommandError(`--y-scale log: ${column} is not above 0 everywhere`);
  const words = (axis: string) => [...new Set(facets.points.map(({ index }) => plan.points[index]!.labels[axis]!))];
  const spec = heatMap({
    title: `${column} over ${x} and ${y}`,
    subtitle: [plan.description || plan.study, ...underTitle(plan)],
    x: { title: x, words: words(x) },
    y: { title: y, words: words(y) },
    panels: facets.panels,
    measure: titled(column),
    scale,
    cells,
  });
  return { spec, numbers: { x, y, column, cells }, remarks: missing };
};
