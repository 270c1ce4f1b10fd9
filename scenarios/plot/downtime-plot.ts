import { type DowntimePart, type DowntimeTotal, downtimeSplit } from "../../results/charts/downtime-split.ts";
import { CommandError } from "../commands/command-line.ts";
import { requireAxis } from "../study/kept-points.ts";
import { storedColumns } from "../study/study-results.ts";
import { facetsOf } from "./facets.ts";
import {
  bounded,
  type DrawnStudy,
  firstAxis,
  leftOut,
  type Plot,
  type PlotArguments,
  resultsOf,
  underTitle,
} from "./plot.ts";

/** What takes the time that is lost, with the interval of all of it; a panel for each series. */
export const downtimePlot = async (study: DrawnStudy, given: PlotArguments): Promise<Plot> => {
  const { plan } = study;
  const causes = storedColumns(study.folder).filter((column) => column.startsWith("downtime"));
  if (causes.length === 0) throw new CommandError(`${plan.study} has no downtime by cause: its model knows none`);
  for (const option of ["y", "xScale", "yScale"] as const)
    if (given[option] !== undefined) throw new CommandError(`--${option}: the downtime chart has its own`);
  const x =
    given.x ??
    firstAxis(
      plan,
      [given.series, given.panel].filter((axis) => axis !== undefined),
    );
  requireAxis(plan, x);
  const facets = facetsOf(plan, given, [x]);
  const results = await resultsOf(study, [...causes, "availabilityNet"]);
  const parts: DowntimePart[] = [];
  const totals: DowntimeTotal[] = [];
  const halves: object[] = [];
  for (const { index, panel, series } of facets.points) {
    const at = { panel: [panel, series].filter((one) => one !== "").join("; "), x: plan.points[index]!.labels[x]! };
    const { metrics } = results[index]!;
    const net = bounded(metrics["availabilityNet"], "availabilityNet");
    if (net === undefined) continue;
    totals.push({ ...at, mean: 1 - net.mean, low: Math.max(0, 1 - net.high), high: 1 - net.low });
    for (const column of causes) {
      const { mean, halfWidth } = metrics[column]!;
      if (mean === null) continue;
      parts.push({ ...at, cause: causeOf(column), mean });
      halves.push({ ...at, cause: causeOf(column), mean, halfWidth });
    }
  }
  const missing = leftOut(facets.points.length - totals.length);
  if (totals.length === 0) throw new CommandError(`nothing has an interval here: ${missing.join("")}`);
  const seen = causes.map(causeOf).filter((cause) => parts.some((part) => part.cause === cause && part.mean > 0));
  const spec = downtimeSplit({
    title: "What takes the time that is lost",
    subtitle: [plan.description || plan.study, ...underTitle(plan, "catchUp: work that is done again")],
    x: { title: x, words: [...new Set(totals.map((total) => total.x))] },
    panels: [...new Set(totals.map(({ panel }) => panel))],
    causes: seen,
    parts: parts.filter(({ cause }) => seen.includes(cause)),
    totals,
  });
  return { spec, numbers: { x, parts: halves, totals }, remarks: missing };
};

const causeOf = (column: string): string => {
  const name = column.slice("downtime".length);
  return name[0]!.toLowerCase() + name.slice(1);
};
