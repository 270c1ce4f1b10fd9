import { render } from "../../results/charts/render.ts";
import { type PanelPoint, smallMultiples } from "../../results/charts/small-multiples.ts";
import { aggregate, type Estimate, type PointResult } from "../aggregate.ts";
import type { CommandLine } from "../commands/command-line.ts";
import { duration, formatQuantity } from "../text/units.ts";
import { captureModes } from "./capture-modes.ts";
import { type Curve, simulateCurves } from "./curves.ts";
import { type FigureArguments, loadForFigure, writeFigure } from "./figure.ts";
import { limitOf, metInterval, oneSecondMap } from "./one-second-map.ts";
import { publishedTrends } from "./published-trends.ts";

const scenario = "second-level-snapshots";
const interval = "snapshot.interval";

const settings = [
  { name: "web, 10 Gbit/s, NVMe", set: [] },
  { name: "key-value, 10 Gbit/s, NVMe", set: ["cluster.workload=key-value"] },
  {
    name: "key-value, 1 Gbit/s, SATA SSD",
    set: ["cluster.workload=key-value", "dataCentre.host=small-server", "dataCentre.uplink=4Gbit/s"],
  },
];

/** A row of the figure: how it is read off a result. */
const rows: readonly {
  readonly row: string;
  readonly title: string;
  readonly unit: "seconds" | "percent";
  readonly diagonal?: boolean;
  readonly of: (result: PointResult) => Estimate | undefined;
}[] = [
  {
    row: "achieved",
    title: "interval achieved",
    unit: "seconds",
    diagonal: true,
    of: ({ metrics }) => metrics["intervalAchieved"],
  },
  {
    row: "loss",
    title: "work lost to snapshots",
    unit: "percent",
    of: ({ metrics: { workRatio } }) =>
      workRatio?.mean == null ? undefined : { ...workRatio, mean: 1 - workRatio.mean },
  },
  { row: "pause", title: "pause", unit: "seconds", of: ({ metrics }) => metrics["pauseMean"] },
  {
    row: "age",
    title: "age of the durable restore point",
    unit: "seconds",
    of: ({ metrics }) => metrics["restorePointAgeMean"],
  },
];

interface ModeCurve extends Curve {
  readonly setting: string;
  readonly mode: string;
}

/** The first headline: what each way of capturing achieves when a cluster is to be snapshotted every few seconds. */
export const secondLevelSnapshots = async (line: CommandLine, given: FigureArguments): Promise<void> => {
  const curves = settings.flatMap((setting) =>
    captureModes.map((mode): ModeCurve => {
      const loaded = loadForFigure(line, scenario, [...setting.set, ...mode.set], given);
      return { setting: setting.name, mode: mode.name, loaded, runs: [] };
    }),
  );
  const { loaded } = curves[0]!;
  line.print(
    `Simulating ${curves.length} curves of ${loaded.points.length} intervals with ${loaded.replications} replications each, seed ${loaded.seed}.`,
  );
  await simulateCurves(line, curves, given.workers);
  const results = curves.map((curve) => ({
    ...curve,
    points: aggregate(curve.loaded, curve.loaded.seed, curve.runs),
  }));
  const points = results.flatMap(({ setting, mode, points }) =>
    points.flatMap((result) =>
      rows.flatMap(({ row, of }): PanelPoint[] => {
        const found = of(result);
        if (found?.mean == null) return [];
        const x = result.point[interval] as number;
        return [{ column: setting, row, series: mode, x, mean: found.mean, halfWidth: found.halfWidth ?? 0 }];
      }),
    ),
  );
  const picture = await render(
    smallMultiples({
      title: "Can a cluster of eight VMs be snapshotted each second?",
      subtitle: [
        `No failures; ${loaded.replications} replications of a day; bands: 95 % confidence; grey: the interval that was asked for.`,
        "Wide bands: pre-copy near its limit hangs on where the copies lie. Costs are partly assumed: snapback show second-level-snapshots.",
      ],
      x: "snapshot interval asked for",
      columns: settings.map(({ name }) => name),
      rows,
      series: captureModes,
      points,
    }),
  );
  line.print("");
  for (const setting of settings) {
    line.print(`${setting.name}: shortest interval that is kept (within 1 %), and what stops the next shorter one`);
    for (const { mode, points } of results.filter((one) => one.setting === setting.name)) {
      line.print(`  ${mode.padEnd(29)} ${shortest(points)}`);
    }
  }
  line.print(`\n${conclusion(results)}\n`);
  writeFigure(line, given, scenario, picture, { points });
  await oneSecondMap(line, given);
  await publishedTrends(line, given);
};

/** What keeps an interval of one second, and what that costs with and without post-copy, in the second setting. */
const conclusion = (
  results: readonly { readonly setting: string; readonly mode: string; readonly points: readonly PointResult[] }[],
): string => {
  const { name } = settings[1]!;
  const curves = results.filter(({ setting }) => setting === name);
  const atOneSecond = (mode: string): PointResult =>
    curves.find((one) => one.mode === mode)!.points.find((one) => one.point[interval] === 1)!;
  const keeping = curves.map(({ mode }) => mode).filter((mode) => metInterval(atOneSecond(mode), 1));
  const cost = (mode: string): string => {
    const { workRatio, pauseMean } = atOneSecond(mode).metrics;
    return `${short(100 * (1 - workRatio!.mean!))} % of the work and ${short(1000 * pauseMean!.mean!)} ms of pause`;
  };
  return (
    `In one sentence: with ${name}, an interval of one second is kept by ${keeping.length === 0 ? "no way of capturing" : keeping.join("; ")}; ` +
    `it costs ${cost("post-copy, lazy-incremental")} with post-copy and lazy incremental records, ` +
    `${cost("post-copy, incremental")} without laziness, and ${cost("stop-and-copy, incremental")} with stop-and-copy.`
  );
};

/** The shortest interval of a curve that is kept, what it costs, and what stops the interval below it. */
const shortest = (points: readonly PointResult[]): string => {
  const kept = points.filter((one) => metInterval(one, one.point[interval] as number));
  const [first] = kept;
  const missed = points.filter((one) => !kept.includes(one)).at(-1);
  const stop =
    missed === undefined
      ? "none of those tried is too short"
      : `${written(missed.point[interval] as number)}: ${limitOf(missed.metrics)}`;
  if (first === undefined) return `none of those tried; ${stop}`;
  const lost = short(100 * (1 - first.metrics["workRatio"]!.mean!));
  return `${written(first.point[interval] as number).padEnd(5)} costs ${lost} % of work; ${stop}`;
};

const short = (figure: number): number => Number(figure.toPrecision(2));

const written = (seconds: number): string => formatQuantity(duration, Number(seconds.toPrecision(3)));
