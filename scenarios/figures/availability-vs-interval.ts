import type { ClusterScenario } from "../../models/scenario.ts";
import type { ClosedFormPoint, IntervalPoint, OptimumMark } from "../../results/charts/interval-chart.ts";
import { type EmpiricalOptimum, empiricalOptimum } from "../../results/empirical-optimum.ts";
import { aggregate } from "../aggregate.ts";
import type { CommandLine } from "../commands/command-line.ts";
import { renewalForm } from "../interval-theory.ts";
import type { FinishedRun } from "../run.ts";
import { duration, formatQuantity } from "../text/units.ts";
import { type Curve, simulateCurves } from "./curves.ts";
import { type FigureArguments, loadForFigure, writeFigure } from "./figure.ts";

const scenario = "availability-vs-interval";

const panels = [
  { name: "InfiniteHBD trace, resampled", set: [] },
  { name: "its fitted Weibull law", set: ["failures.host=infinitehbd"] },
];

const policies = [
  { name: "stop-and-copy, full", set: ["snapshot.capture=stop-and-copy", "snapshot.record=full"] },
  { name: "post-copy, lazy-incremental", set: [] },
];

interface NamedCurve extends Curve {
  readonly panel: string;
  readonly policy: string;
}

/** The main job: availability and useful work of an eight-VM cluster against its snapshot interval, as a figure. */
export const availabilityVsInterval = async (line: CommandLine, given: FigureArguments): Promise<void> => {
  const curves = panels.flatMap((panel) =>
    policies.map(({ name, set }): NamedCurve => {
      const loaded = loadForFigure(line, scenario, [...panel.set, ...set], given);
      return { panel: panel.name, policy: name, loaded, runs: [] };
    }),
  );
  const first = curves[0]!.loaded;
  const intervals = first.points.map((point) => (point.scenario as ClusterScenario).snapshot.interval);
  line.print(
    `Simulating ${curves.length} curves of ${intervals.length} intervals with ${first.replications} replications each, seed ${first.seed}.`,
  );
  await simulateCurves(line, curves, given.workers);

  const points: IntervalPoint[] = [];
  const closedForms: ClosedFormPoint[] = [];
  const optima: (OptimumMark & { readonly found: EmpiricalOptimum; readonly halfWidth: number })[] = [];
  for (const { panel, policy, loaded, runs } of curves) {
    const results = aggregate(loaded, loaded.seed, runs);
    for (const [i, { metrics }] of results.entries()) {
      const interval = intervals[i]!;
      for (const measure of ["availability", "availabilityNet", "workRatio"] as const) {
        const { mean, halfWidth } = metrics[measure]!;
        points.push({ panel, policy, measure, interval, mean: mean!, halfWidth: halfWidth ?? 0 });
      }
      const form = renewalForm(loaded.points[i]!.scenario as ClusterScenario, metrics["ttrMean"]?.mean ?? 0);
      if (form !== undefined) closedForms.push({ panel, policy, interval, value: form.workRatio });
    }
    for (const measure of ["workRatio", "availabilityNet"] as const) {
      const found = empiricalOptimum(intervals.map((_, i) => valuesAt(runs, i, measure)));
      const { mean, halfWidth } = results[found.best]!.metrics[measure]!;
      const interval = intervals[found.best]!;
      optima.push({ panel, policy, measure, interval, value: mean!, halfWidth: halfWidth ?? 0, found });
    }
  }

  const { render } = await import("../../results/charts/render.ts");
  const { intervalChart } = await import("../../results/charts/interval-chart.ts");
  const { cluster, horizon } = first.points[0]!.scenario as ClusterScenario;
  const picture = await render(
    intervalChart({
      title: `How often should a cluster of ${cluster.vms} VMs be snapshotted?`,
      subtitle: [
        `Workload ${cluster.workload.name}; ${first.replications} replications of ${formatQuantity(duration, horizon)}; bands: 95 % confidence; dots: best simulated interval;`,
        "thin: plain availability; dotted: renewal form with Poisson failures of the same rate",
      ],
      panels: panels.map(({ name }) => name),
      policies: policies.map(({ name }) => name),
      points,
      closedForms,
      optima,
    }),
  );
  const best = optima.map((one) => ({ ...one, text: describe(one, intervals) }));
  const notes = new Set(curves.flatMap(({ loaded }) => loaded.notes));
  line.print(["", ...table(best), "", ...[...notes].map((note) => `- ${note}`), "", conclusion(optima), ""].join("\n"));
  writeFigure(line, given, scenario, picture, { points, closedForms, optima: best });
};

/** One column at one point, by replication, so that curves can be compared pair by pair. */
const valuesAt = (runs: readonly FinishedRun[], point: number, column: string): number[] =>
  runs
    .filter((run) => run.point === point)
    .sort((a, b) => a.replication - b.replication)
    .map(({ result }) => result.metrics[column]!);

type Optimum = OptimumMark & { readonly found: EmpiricalOptimum; readonly halfWidth: number };

const written = (seconds: number): string => formatQuantity(duration, Number(seconds.toPrecision(3)));

const describe = ({ found, interval }: Optimum, intervals: readonly number[]): string => {
  const range = ([low, high]: readonly [number, number]): string =>
    low === high ? "no other" : `${written(intervals[low]!)} to ${written(intervals[high]!)}`;
  return `${written(interval)}; as good for all we know: ${range(found.interval)}; with a quarter more loss at most: ${range(found.flat)}`;
};

const table = (optima: readonly (Optimum & { readonly text: string })[]): string[] => {
  const lines: string[] = [];
  let heading = "";
  for (const { panel, policy, measure, value, halfWidth, text } of optima) {
    const curve = `${panel}; ${policy}`;
    if (curve !== heading) lines.push(curve);
    heading = curve;
    lines.push(`  best ${measure} ${value.toFixed(6)} ± ${halfWidth.toFixed(6)} at ${text}`);
  }
  return lines;
};

const conclusion = (optima: readonly Optimum[]): string => {
  const [stop, post] = policies.map(({ name }) =>
    optima.find(
      ({ panel, policy, measure }) => panel === panels[0]!.name && policy === name && measure === "workRatio",
    ),
  ) as [Optimum, Optimum];
  const gain = (1 - stop.value) / (1 - post.value);
  return (
    `In one sentence: under real host failures this cluster does most useful work when it is snapshotted about every ${written(post.interval)} ` +
    `with post-copy and lazy incremental records, where ${(100 * (1 - post.value)).toFixed(3)} % of its time is lost, ` +
    `against every ${written(stop.interval)} and ${(100 * (1 - stop.value)).toFixed(3)} % with stop-and-copy (${gain.toFixed(1)} times as much).`
  );
};
