import { okabeIto } from "../../results/charts/look.ts";
import { render } from "../../results/charts/render.ts";
import { type TrendLine, trendChart } from "../../results/charts/trend-chart.ts";
import { aggregate, type PointResult } from "../aggregate.ts";
import type { CommandLine } from "../commands/command-line.ts";
import { type Curve, simulateCurves } from "./curves.ts";
import { type FigureArguments, loadForFigure, writeFigure } from "./figure.ts";

const scenario = "published-trends";

const baseline = ["snapshot.capture=stop-and-copy", "snapshot.record=incremental"];
const lazy = ["snapshot.capture=post-copy", "snapshot.record=lazy-incremental"];
const settings = [
  { name: "simulated, kernel build, hard disk", colour: okabeIto.blue, set: [] },
  { name: "simulated, web, hard disk", colour: okabeIto.sky, set: ["cluster.workload=web"] },
  { name: "simulated, kernel build, NVMe", colour: okabeIto.green, set: ["dataCentre.host.disk=nvme"] },
];

/** By how much lazy incremental recording lowers the loss of performance: ends of the ranges that ConSnap reports. */
const published = [
  {
    name: "ConSnap, kernel compilation",
    colour: okabeIto.vermilion,
    points: [[1, 0.711] as const, [60, 0.102] as const],
  },
  { name: "ConSnap, FTP", colour: okabeIto.orange, points: [[1, 0.145] as const, [60, 0.047] as const] },
];

/** Loss of performance under lazy incremental recording against stop-and-copy, beside what ConSnap and others published. */
export const publishedTrends = async (line: CommandLine, given: FigureArguments): Promise<void> => {
  const load = (set: readonly string[]): Curve => ({ loaded: loadForFigure(line, scenario, set, given), runs: [] });
  const pairs = settings.map((setting) => ({
    ...setting,
    baseline: load([...setting.set, ...baseline]),
    lazy: load([...setting.set, ...lazy]),
  }));
  await simulateCurves(
    line,
    pairs.flatMap((pair) => [pair.baseline, pair.lazy]),
    given.workers,
  );
  const simulated = pairs.map(({ name, colour, ...pair }) => {
    const [stop, post] = [pair.baseline, pair.lazy].map(({ loaded, runs }) => aggregate(loaded, loaded.seed, runs));
    const points = stop!.map((one, i) => ({
      interval: one.point["snapshot.interval"] as number,
      baseline: lossOf(one),
      lazy: lossOf(post![i]!),
      pause: post![i]!.metrics["pauseMean"]!.mean!,
    }));
    return { name, colour, points };
  });
  const reading = (of: (baseline: number, lazy: number) => number): TrendLine[] => [
    ...simulated.map(({ name, colour, points }) => ({
      name,
      colour,
      measured: false,
      points: points.map((one) => [one.interval, of(one.baseline, one.lazy)] as const),
    })),
    ...published.map((one) => ({ ...one, measured: true })),
  ];
  const picture = await render(
    trendChart({
      title: "How much less performance is lost by lazy incremental recording?",
      subtitle: [
        "Loss under stop-and-copy, incremental, against loss under post-copy, lazy-incremental, in two readings of what was published.",
        "Published: both ends of each range only; hosts, VMs and builds were others, so trends compare and levels do not.",
      ],
      x: "snapshot interval",
      panels: [
        { y: "difference of the losses, part of the work", lines: reading((stop, post) => stop - post) },
        { y: "part of the loss that is saved", lines: reading((stop, post) => 1 - post / stop) },
      ],
    }),
  );
  line.print(["", "Beside published figures:", ...comparison(simulated[0]!.points), ""].join("\n"));
  writeFigure(line, given, scenario, picture, { simulated, published });
};

interface Losses {
  readonly interval: number;
  readonly baseline: number;
  readonly lazy: number;
  readonly pause: number;
}

/** What was published, what is found here, and what can be compared. */
const comparison = (points: readonly Losses[]): string[] => {
  const ends = [points[0]!, points.at(-1)!];
  const both = (of: (one: Losses) => number): string => ends.map((one) => (100 * of(one)).toFixed(1)).join(" to ");
  const pauses = ends.map(({ pause }) => (1000 * pause).toFixed(0)).join(" to ");
  return [
    "- ConSnap (2014): the loss of performance is reduced by 71.1 % to 10.2 % for kernel compilation, at 1 s to 60 s.",
    `  Here the losses differ by ${both((one) => one.baseline - one.lazy)} points of work (${both((one) => one.baseline)} % against ${both((one) => one.lazy)} %):`,
    "  read as points, the fall with the interval is reproduced, because both losses shrink with the number of snapshots.",
    `  Read as a part of the loss it is not: ${both((one) => 1 - one.lazy / one.baseline)} % is saved, since pauses and faults shrink alike.`,
    "  Its hosts, VMs and absolute losses are not known: the trend compares, the level does not.",
    `- iConSnap (2019): about 200 ms of downtime. Here the pause is ${pauses} ms, for device state and protection only; what its 200 ms`,
    "  hold beside these is not said.",
    "- HotSnap (2013): tens of milliseconds of downtime and TCP backoff for one full distributed snapshot. Here the pause is of that",
    "  order; its interval is not published, and its TCP figure needs buffered packets or later segments (snapshot.delivery).",
  ];
};

const lossOf = ({ metrics }: PointResult): number => 1 - metrics["workRatio"]!.mean!;
