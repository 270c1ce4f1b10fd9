import { storedContent } from "../../models/guest/content.ts";
import { memoryTable, storedBytes } from "../../models/guest/memory.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { type CurvePoint, curveChart } from "../../results/charts/curve-chart.ts";
import { render } from "../../results/charts/render.ts";
import { meanInterval } from "../../results/statistics/mean-interval.ts";
import { align } from "../align.ts";
import type { CommandLine } from "../commands/command-line.ts";
import { type Curve, simulateCurves } from "./curves.ts";
import { type FigureArguments, loadForFigure, writeFigure } from "./figure.ts";

const scenario = "rolling-back";
const claim = 0.4;
const baseline = "unicast";
const tenfold = ["dataCentre.host.nic=10gbe", "dataCentre.uplink=20Gbit/s"];

/** Drawn over similarity. */
const panels = [
  { name: "16 VMs, 1 Gbit/s, spread", set: [] },
  { name: "16 VMs, 1 Gbit/s, pack", set: ["rollback.placement=pack"] },
  { name: "64 VMs, 1 Gbit/s, spread", set: ["cluster.vms=64"] },
  { name: "16 VMs, 10 Gbit/s, spread", set: tenfold },
];

const placed = "placements at 30 %, 16 VMs, 1 Gbit/s, ring traffic";
const sized = ["1 Gbit/s", "10 Gbit/s"] as const;

/** Only in the tables. */
const tables = [
  {
    name: placed,
    set: [
      "cluster.traffic={pattern: ring, messagesPerSecond: 500/s}",
      "sweep={cluster.similarity: [30%], rollback.transfer: [unicast, multicast, chain, tree, swarm], rollback.placement: [first-fit, random, spread, pack, traffic-aware, similarity-aware, joint]}",
    ],
  },
  ...sized.map((name) => ({
    name,
    set: [
      ...(name === "1 Gbit/s" ? [] : tenfold),
      "sweep={cluster.similarity: [30%], rollback.transfer: [unicast, multicast, chain, tree, swarm], cluster.vms: [2, 4, 8, 16, 32, 64]}",
    ],
  })),
];

const measures = [
  { name: "bytes sent by sources", column: "restoreSourceBytes" },
  { name: "bytes over links", column: "restoreLinkBytes" },
  { name: "time of the transfer", column: "downtimeTransfer" },
] as const;

/** One way of transfer at one point, against unicast on the same failures. */
interface Compared {
  readonly setting: string;
  /** Of the point, but for the transfer. */
  readonly point: Readonly<Record<string, string | number>>;
  readonly transfer: string;
  readonly similarity: number;
  /** Seconds, and bytes that leave the sources. */
  readonly seconds: number;
  readonly bytes: number;
  /** Parts of what unicast needs, with bounds of a 95 % interval over paired runs. */
  readonly saved: Readonly<Record<string, { readonly mean: number; readonly low: number; readonly high: number }>>;
  /** What multicast saves at the sources, by algebra. */
  readonly algebra: number;
}

/** The third headline: what multicast of pages that VMs share, and placement, save at a rollback. */
export const rollingBack = async (line: CommandLine, given: FigureArguments): Promise<void> => {
  const settings = [...panels, ...tables];
  const curves = settings.map(({ name, set }): Curve & { readonly setting: string } => ({
    setting: name,
    loaded: loadForFigure(line, scenario, set, given),
    runs: [],
  }));
  const { loaded } = curves[0]!;
  const points = curves.reduce((sum, one) => sum + one.loaded.points.length, 0);
  line.print(`Simulating ${points} rollbacks with ${loaded.replications} replications each, seed ${loaded.seed}.`);
  await simulateCurves(line, curves, given.workers);
  const compared = curves.flatMap(compare);
  const drawn = compared.filter(({ setting }) => panels.some(({ name }) => name === setting));
  const ways = [...new Set(compared.map(({ transfer }) => transfer))].filter((way) => way !== baseline);
  const picture = await render(
    curveChart({
      title: "What do multicast and placement save when a cluster is rolled back?",
      subtitle: [
        `A rack with all VMs is lost; they are restored in three others. Saved against unicast, which leaves out free and zero pages too; ${loaded.replications} replications.`,
        "Dotted: algebra for multicast. Similarity: part of the pages that are not zero which all VMs share.",
      ],
      x: {
        kind: "number",
        title: "similarity",
        scale: "linear",
        domain: [0, 0.6],
        labels: [0, 0.2, 0.4, 0.6].map((value) => ({ value, text: `${percent(value)} %` })),
      },
      rows: measures.map(({ name }) => ({ row: name, title: `saved: ${name}`, scale: "linear" as const })),
      panels: panels.map(({ name }) => name),
      series: ways,
      legend: "transfer",
      points: drawn.filter(({ transfer }) => transfer !== baseline).flatMap(curvePoints),
      closedForms: drawn
        .filter(({ transfer }) => transfer === "multicast")
        .map(({ setting, similarity, algebra }) => ({
          panel: setting,
          row: measures[0].name,
          series: "multicast",
          x: similarity,
          value: algebra,
        })),
    }),
  );
  line.print(`\n${placementTable(compared)}\n\n${sizeTable(compared)}\n\n${conclusion(drawn)}\n`);
  writeFigure(line, given, scenario, picture, { compared });
};

const curvePoints = ({ setting, transfer, similarity, saved }: Compared): CurvePoint[] =>
  measures.map(({ name }) => ({ panel: setting, row: name, series: transfer, x: similarity, ...saved[name]! }));

const compare = ({ setting, loaded, runs }: Curve & { readonly setting: string }): Compared[] => {
  const of = (point: number, column: string): number[] =>
    runs
      .filter((run) => run.point === point)
      .sort((one, other) => one.replication - other.replication)
      .map(({ result }) => result.metrics[column]!);
  const named = loaded.points.map(({ values }) => {
    const { "rollback.transfer": transfer, ...point } = values as Record<string, string | number>;
    return { transfer: String(transfer), point, key: JSON.stringify(point) };
  });
  return loaded.points.map(({ scenario: one }, index) => {
    const { transfer, point, key } = named[index]!;
    if (one.model !== "cluster") throw new Error(`${setting}: a cluster is compared, not ${one.model}`);
    const base = named.findIndex((other) => other.key === key && other.transfer === baseline);
    const saved = Object.fromEntries(
      measures.map(({ name, column }) => {
        const before = of(base, column);
        const interval = meanInterval(Float64Array.from(of(index, column), (value, i) => 1 - value / before[i]!));
        const half = interval.halfWidth ?? 0;
        return [name, { mean: interval.mean, low: interval.mean - half, high: interval.mean + half }];
      }),
    );
    return {
      setting,
      point,
      transfer,
      similarity: Number(point["cluster.similarity"]),
      seconds: meanInterval(Float64Array.from(of(index, "downtimeTransfer"))).mean * one.horizon,
      bytes: meanInterval(Float64Array.from(of(index, "restoreSourceBytes"))).mean,
      saved,
      algebra: multicastSaving(one),
    };
  });
};

/** Part of the stored bytes that need not be sent: duplicates inside a VM, and all copies but one of what all VMs share. */
export const multicastSaving = ({ cluster, storage }: ClusterScenario): number => {
  const { classes } = memoryTable(cluster, storage);
  const { vms } = cluster;
  let [saved, all] = [0, 0];
  for (const one of classes) {
    const { zero, selfDuplicate, interVm } = storedContent(one.source, storage);
    const bytes = storedBytes(one);
    const pairs = Math.floor(vms / 2) / vms;
    saved += bytes * (zero + selfDuplicate + interVm.all * (1 - 1 / vms) + interVm.pair * pairs);
    all += bytes;
  }
  return saved / all;
};

const placementTable = (compared: readonly Compared[]): string => {
  const own = compared.filter(({ setting }) => setting === placed);
  const ways = [...new Set(own.map(({ transfer }) => transfer))];
  const placements = [...new Set(own.map(({ point }) => String(point["rollback.placement"])))];
  const rows = placements.map((placement) => [
    placement,
    ...ways.flatMap((way) => {
      const one = own.find(({ transfer, point }) => transfer === way && point["rollback.placement"] === placement)!;
      return [`${(one.bytes / 1e9).toFixed(1)} GB in ${one.seconds.toFixed(0)} s`];
    }),
  ]);
  return `Sent by sources, and time of the transfer: ${placed}\n${align([["placement", ...ways], ...rows])}`;
};

const sizeTable = (compared: readonly Compared[]): string => {
  const own = compared.filter(({ setting }) => sized.some((name) => name === setting));
  const ways = [...new Set(own.map(({ transfer }) => transfer))].filter((way) => way !== baseline);
  const rows = own
    .filter(({ transfer }) => transfer === baseline)
    .map(({ setting, point }) => [
      String(point["cluster.vms"]),
      setting,
      ...ways.map((way) => {
        const one = own.find(
          (other) =>
            other.setting === setting && other.transfer === way && other.point["cluster.vms"] === point["cluster.vms"],
        )!;
        return measures.map(({ name }) => percent(one.saved[name]!.mean)).join(" / ");
      }),
    ]);
  return `Saved against unicast at a similarity of 30 %: sources / links / time, %\n${align([["VMs", "network cards", ...ways], ...rows])}`;
};

/** Where the claim is met, by multicast, on each panel. */
const conclusion = (drawn: readonly Compared[]): string => {
  const where = panels.map(({ name: setting }) => {
    const own = drawn.filter((one) => one.setting === setting && one.transfer === "multicast");
    const met = measures.map(({ name }) => {
      const at = crossing(own.map(({ similarity, saved }) => [similarity, saved[name]!.mean]));
      return `${name} ${at === undefined ? "not up to 60 %" : `from ${percent(at)} %`}`;
    });
    return `  ${setting}: ${met.join(", ")}`;
  });
  return (
    `Multicast saves ${percent(claim)} % against unicast, by the part of their pages that VMs share:\n${where.join("\n")}\n` +
    "In one sentence: what sources send falls with similarity alone, but the time only where sources or uplinks are what is waited for – every host still " +
    "has to receive all that its VMs need; guests of different images share less than 15 % of their pages that are not zero (Barker et al., USENIX ATC 2012)."
  );
};

/** The least x from which a rising curve is at the claim, between two points on a straight line. */
const crossing = (curve: readonly (readonly [x: number, y: number])[]): number | undefined => {
  const above = curve.findIndex(([, y]) => y >= claim);
  if (above < 0) return undefined;
  const [x, y] = curve[above]!;
  if (above === 0) return x;
  const [x0, y0] = curve[above - 1]!;
  return x0 + ((claim - y0) / (y - y0)) * (x - x0);
};

const percent = (part: number): string => (100 * part).toFixed(0);
