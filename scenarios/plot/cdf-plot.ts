import { type DistributionPoint, distributionChart } from "../../results/charts/distribution-chart.ts";
import { pooledDistribution, type RunDistribution } from "../../results/statistics/pooled-distribution.ts";
import { CommandError } from "../commands/command-line.ts";
import { storedPoints } from "../study/study-results.ts";
import { facetsOf } from "./facets.ts";
import { type DrawnStudy, type Plot, type PlotArguments, underTitle } from "./plot.ts";

const names = ["rpo", "rto", "ttr", "residency"] as const;
const meanings = {
  rpo: "work that a rollback loses: age of what it goes back to",
  rto: "from the failure to the first instruction after it",
  ttr: "from the failure until the cluster is up again",
  residency: "from the failure until all pages are there",
} as const;

const steps = 160;

/** How a time that each rollback takes, or loses, is distributed over all rollbacks of the runs of each point. */
export const cdfPlot = async (study: DrawnStudy, given: PlotArguments): Promise<Plot> => {
  const { folder, plan } = study;
  for (const option of ["xScale", "yScale"] as const)
    if (given[option] !== undefined) throw new CommandError(`--${option}: a distribution has its own`);
  if (given.x !== undefined)
    throw new CommandError(`--x ${given.x}: a distribution is drawn of --y, against its values`);
  const [asked = "rpo", another] = (given.y ?? ["rpo"]).flatMap((list) => list.split(","));
  const name = names.find((one) => one === asked);
  if (name === undefined || another !== undefined)
    throw new CommandError(`--y: the distribution of one of ${names.join(", ")} can be drawn`);
  const facets = facetsOf(plan, given, []);
  const byPoint = new Map<number, RunDistribution[]>();
  let point = 0;
  for await (const { runs } of storedPoints(folder, plan, { columns: [], distributions: true }))
    byPoint.set(
      point++,
      runs.flatMap(({ result }) => result.distributions[name] ?? []),
    );
  const drawn = facets.points.filter(({ index }) => (byPoint.get(index)?.length ?? 0) >= 2);
  const remarks = facets.points
    .filter((one) => !drawn.includes(one))
    .map(
      ({ series, panel }) =>
        `${[panel, series].filter((one) => one !== "").join("; ") || plan.study}: rollbacks in fewer than two runs, so nothing is drawn`,
    );
  if (drawn.length === 0)
    throw new CommandError(`no point has rollbacks in two runs: ${plan.study} says nothing of ${name}`);
  const all = drawn.flatMap(({ index }) => byPoint.get(index)!.flatMap(({ values }) => values));
  const positive = all.filter((value) => value > 0);
  if (positive.length === 0) throw new CommandError(`${name} is 0 in every rollback`);
  const [low, high] = [Math.min(...positive), Math.max(...positive) * 1.05];
  const xs = Array.from({ length: steps + 1 }, (_, i) => low * (high / low) ** (i / steps));
  const points = drawn.flatMap(({ index, panel, series }) =>
    pooledDistribution(byPoint.get(index)!, xs).map(
      ({ x, part, lower, upper }): DistributionPoint => ({ panel, series, x, part, low: lower, high: upper }),
    ),
  );
  const spec = distributionChart({
    title: `Distribution of ${name} over rollbacks`,
    subtitle: [meanings[name], ...underTitle(plan, "at each x for itself")],
    x: name,
    y: "rollbacks with no more",
    panels: facets.panels,
    series: facets.series,
    legend: facets.legend,
    points,
  });
  return { spec, numbers: { of: name, points }, remarks };
};
