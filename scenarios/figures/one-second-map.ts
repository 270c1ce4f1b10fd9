import { feasibilityMap, type MapCell } from "../../results/charts/feasibility-map.ts";
import { okabeIto } from "../../results/charts/look.ts";
import { render } from "../../results/charts/render.ts";
import { aggregate, type PointResult } from "../aggregate.ts";
import type { CommandLine } from "../commands/command-line.ts";
import { isKept } from "../search/kept-interval.ts";
import { captureModes } from "./capture-modes.ts";
import { type Curve, simulateCurves } from "./curves.ts";
import { type FigureArguments, loadForFigure, writeFigure } from "./figure.ts";

const scenario = "one-second-map";

const colours = {
  kept: "#bfe3d3",
  capture: "#f5c9a6",
  replication: "#c9d9f0",
  merge: "#e6cfe0",
  pause: okabeIto.vermilion,
};
type Verdict = keyof typeof colours;

const names: { readonly [verdict in Verdict]: string } = {
  kept: "one second is kept",
  capture: "the capture does not end before the next cut",
  replication: "the copies do not become durable in time",
  merge: "old versions are not merged in time",
  pause: "the pause alone is longer",
};

export const metInterval = ({ metrics }: PointResult, asked: number): boolean =>
  isKept(metrics["intervalAchieved"]!.mean!, asked);

/** Which stage stops a shorter interval: the one that is busy most of the time. */
export const limitOf = (metrics: PointResult["metrics"]): string => {
  const verdict = busiest(metrics);
  return names[verdict];
};

const busiest = (metrics: PointResult["metrics"]): Exclude<Verdict, "kept"> => {
  const of = (column: string): number => metrics[column]?.mean ?? 0;
  if (of("pauseMean") >= 0.99 * of("intervalAchieved")) return "pause";
  const stages = [
    ["capture", of("utilisationCapture")],
    ["replication", of("utilisationReplicate")],
    ["merge", of("utilisationMerge")],
  ] as const;
  return stages.reduce((one, other) => (other[1] > one[1] ? other : one))[0];
};

/** Where an interval of one second is kept, over write rate and bandwidth, for every way of capturing. */
export const oneSecondMap = async (line: CommandLine, given: FigureArguments): Promise<void> => {
  const curves = captureModes.map((mode): Curve & { readonly mode: string } => ({
    mode: mode.name,
    loaded: loadForFigure(line, scenario, mode.set, given),
    runs: [],
  }));
  await simulateCurves(line, curves, given.workers);
  const cells = curves.flatMap(({ mode, loaded, runs }) =>
    aggregate(loaded, loaded.seed, runs).map((result, i): MapCell => {
      const labels = loaded.points[i]!.labels;
      const verdict = metInterval(result, 1) ? "kept" : busiest(result.metrics);
      return {
        map: mode,
        x: `× ${labels["cluster.intensity"]}`,
        y: String(labels["dataCentre.host.nic"]),
        verdict: names[verdict],
        text: cellText(result, verdict),
      };
    }),
  );
  const picture = await render(
    feasibilityMap({
      title: "Where is an interval of one second kept, and what stops it elsewhere?",
      subtitle: [
        "Eight VMs of 4 GiB with the key-value workload, its write rates times a factor; hosts with NVMe disks.",
        "In each square: the part of the work that snapshots cost, or the interval that is achieved instead.",
      ],
      x: { title: "factor on the write rates", values: [...new Set(cells.map(({ x }) => x))] },
      y: { title: "network card", values: [...new Set(cells.map(({ y }) => y))].reverse() },
      maps: captureModes.map(({ name }) => name),
      verdicts: (Object.keys(colours) as Verdict[]).map((one) => ({ name: names[one], colour: colours[one] })),
      cells,
      columns: 2,
    }),
  );
  writeFigure(line, given, scenario, picture, { cells });
};

const cellText = ({ metrics }: PointResult, verdict: Verdict): string => {
  const { mean } = metrics["intervalAchieved"]!;
  if (verdict === "kept") return `${Number((100 * (1 - metrics["workRatio"]!.mean!)).toPrecision(2))} %`;
  return `${Number(mean!.toPrecision(3))} s`;
};
