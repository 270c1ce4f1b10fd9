import { storedMix } from "../../models/analytic/storage-saving.ts";
import { okabeIto } from "../../results/charts/look.ts";
import { render } from "../../results/charts/render.ts";
import { type TradeOffPoint, tradeOff } from "../../results/charts/trade-off.ts";
import { pairedInterval } from "../../results/statistics/paired-interval.ts";
import { type Estimate, estimate } from "../aggregate.ts";
import { align } from "../align.ts";
import type { CommandLine } from "../commands/command-line.ts";
import { type Curve, simulateCurves } from "./curves.ts";
import { type FigureArguments, loadForFigure, writeFigure } from "./figure.ts";

const scenario = "page-aware-copies";
const baseline = "replicate-all";

const settings = [
  { name: "one host at a time (SimEDC)", set: [] },
  {
    name: "bursts, hosts return (Google)",
    set: ["failures.host=google-node", "failures.shocks=[google-bursts]"],
  },
  {
    name: "monthly four hosts at once for good (stress)",
    set: [
      "failures.shocks=[{law: exponential, mean: 30d, takes: {random: 4}, permanent: 100%, repair: {law: exponential, mean: 1d}}]",
    ],
  },
];

const policies = [
  { name: baseline, colour: okabeIto.black },
  { name: "page-aware", colour: okabeIto.blue },
  { name: "page-aware-drop", colour: okabeIto.sky },
  { name: "page-aware-graded", colour: okabeIto.orange },
  { name: "erasure-coded", colour: okabeIto.green },
];

/** One policy with one page mix under one kind of failures, beside the baseline on the same failures. */
interface Compared {
  readonly setting: string;
  readonly workload: string;
  readonly policy: string;
  readonly saving: Estimate;
  /** What the mix alone says, for a snapshot that is stored and nothing beside it. */
  readonly algebra: number;
  readonly pIntact: Estimate;
  readonly pUsable: Estimate;
  /** Availability less that of the baseline. */
  readonly availability: Estimate;
  /** The same, with lost work counted as down. */
  readonly availabilityNet: Estimate;
  readonly rollbacks: number;
}

/** The second headline: what page-aware copies save, and whether restores are as good as with three copies of all. */
export const pageAwareCopies = async (line: CommandLine, given: FigureArguments): Promise<void> => {
  const curves = settings.map(({ name, set }): Curve & { readonly setting: string } => ({
    setting: name,
    loaded: loadForFigure(line, scenario, set, given),
    runs: [],
  }));
  const { loaded } = curves[0]!;
  line.print(
    `Simulating ${curves.length * loaded.points.length} systems with ${loaded.replications} replications each, seed ${loaded.seed}.`,
  );
  await simulateCurves(line, curves, given.workers);
  const compared = curves.flatMap(compare);
  const workloads = [...new Set(compared.map(({ workload }) => workload))];
  const points = compared.map((one): TradeOffPoint => {
    const { saving, pUsable, pIntact } = one;
    return {
      column: one.setting,
      row: one.workload,
      system: one.policy,
      ...{ saving: saving.mean ?? 0, savingHalf: saving.halfWidth ?? 0 },
      ...{ usable: pUsable.mean ?? Number.NaN, usableHalf: pUsable.halfWidth ?? 0 },
      ...{ intact: pIntact.mean ?? Number.NaN, intactHalf: pIntact.halfWidth ?? 0 },
    };
  });
  const picture = await render(
    tradeOff({
      title: "What do page-aware copies save, and do restores suffer?",
      subtitle: [
        `Discs: P(usable); rings: P(intact) of ${loaded.replications} years each, with 95 % confidence. Dashed: the 70 % that are claimed.`,
        "Rows are page mixes, most of which are assumed: snapback show page-aware-copies. Saved against three copies of everything.",
      ],
      columns: settings.map(({ name }) => name),
      rows: workloads,
      systems: policies,
      points,
      claim: 0.7,
    }),
  );
  line.print("");
  line.print(table(compared));
  line.print(`\n${conclusion(compared, workloads)}\n`);
  writeFigure(line, given, scenario, picture, { compared });
};

const compare = ({ setting, loaded, runs }: Curve & { readonly setting: string }): Compared[] => {
  const of = (point: number, column: string): number[] =>
    runs
      .filter((run) => run.point === point)
      .sort((one, other) => one.replication - other.replication)
      .map(({ result }) => result.metrics[column]!);
  const named = loaded.points.map(({ labels }) => ({
    workload: labels["cluster.workload"]!,
    policy: labels["storage.policy"]!,
  }));
  return loaded.points.map(({ scenario }, point) => {
    const { workload, policy } = named[point]!;
    const base = named.findIndex((one) => one.workload === workload && one.policy === baseline);
    const kept = of(base, "storedBytes");
    const against = (column: string): Estimate => {
      const { mean, halfWidth, count } = pairedInterval(of(point, column), of(base, column));
      return { mean, halfWidth, n: count };
    };
    if (scenario.model !== "cluster") throw new Error(`${setting}: a cluster is compared, not ${scenario.model}`);
    return {
      setting,
      workload,
      policy,
      saving: estimate(of(point, "storedBytes").map((bytes, i) => 1 - bytes / kept[i]!)),
      algebra: storedMix(scenario.cluster.workload.classes, scenario.storage, 3).saving,
      pIntact: estimate(of(point, "pIntact")),
      pUsable: estimate(of(point, "pUsable")),
      availability: against("availability"),
      availabilityNet: against("availabilityNet"),
      rollbacks: of(point, "rollbacks").reduce((sum, one) => sum + one, 0),
    };
  });
};

const table = (compared: readonly Compared[]): string =>
  settings
    .map(({ name }) => {
      const rows = compared
        .filter(({ setting }) => setting === name)
        .map((one) => [
          one.workload,
          one.policy,
          `${percent(one.saving)} (${short(100 * one.algebra)})`,
          percent(one.pIntact),
          percent(one.pUsable),
          one.policy === baseline ? "" : percent(one.availability, 4),
          String(one.rollbacks),
        ]);
      const head = [
        "page mix",
        "policy",
        "saved % (algebra)",
        "P(intact) %",
        "P(usable) %",
        "availability, points",
        "rollbacks",
      ];
      return `${name}\n${align([head, ...rows])}`;
    })
    .join("\n\n");

/** Where 70 % are saved, and at what price; a difference counts as one when its interval leaves out 0. */
const conclusion = (compared: readonly Compared[], workloads: readonly string[]): string => {
  const [calm] = settings;
  const stress = settings.at(-1)!;
  const at = (setting: string, workload: string, policy: string): Compared =>
    compared.find((one) => one.setting === setting && one.workload === workload && one.policy === policy)!;
  const reached = policies.slice(1).map(({ name }) => ({
    name,
    where: workloads.filter((workload) => at(calm!.name, workload, name).saving.mean! >= 0.7),
  }));
  const which = reached
    .filter(({ where }) => where.length > 0)
    .map(({ name, where }) => `${name} (${where.join(", ")})`)
    .join("; ");
  const hurt = (setting: string): string[] =>
    policies
      .slice(1)
      .filter(({ name }) =>
        workloads.some((workload) => {
          const [own, base] = [at(setting, workload, name).pIntact, at(setting, workload, baseline).pIntact];
          return own.mean! + (own.halfWidth ?? 0) < base.mean! - (base.halfWidth ?? 0);
        }),
      )
      .map(({ name }) => name);
  const worse = [...new Set(settings.flatMap(({ name }) => hurt(name)))];
  const base = at(stress.name, workloads[0]!, baseline);
  return (
    `In one sentence: 70 % are saved by ${which === "" ? "no policy" : which}, which is a matter of the page mix and of what is dropped; ` +
    `restores are less often intact than with three copies of all under ${worse.length === 0 ? "none of the policies" : worse.join(" and ")}, ` +
    `and where four hosts are lost at once three copies of all are intact in ${percent(base.pIntact)} % of the rollbacks: fewer chunks to lose are fewer that are lost.`
  );
};

const short = (figure: number): number => Number(figure.toPrecision(3));

const percent = ({ mean, halfWidth }: Estimate, digits = 1): string =>
  mean === null ? "–" : `${(100 * mean).toFixed(digits)} ± ${(100 * (halfWidth ?? 0)).toFixed(digits)}`;
