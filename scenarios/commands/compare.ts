import { meanInterval } from "../../results/statistics/mean-interval.ts";
import {
  type Difference,
  independentComparison,
  pairedComparison,
} from "../../results/statistics/paired-comparison.ts";
import { align } from "../align.ts";
import { chooseColumns, printedUnit, UnknownColumnError } from "../columns.ts";
import { isHigherBetter } from "../search/goal.ts";
import type { StudyPlan } from "../study/study-plan.ts";
import { storedColumns, storedRuns } from "../study/study-results.ts";
import { formatEstimate } from "../table.ts";
import { CommandError, type CommandLine } from "./command-line.ts";
import { planIn, studyFolder } from "./study.ts";

interface CompareArguments {
  readonly results: string;
  readonly over?: string;
  readonly of: string;
  readonly with?: string;
  readonly json?: boolean;
}

/** What one value of the compared key comes to, where all else is the same. */
interface Compared {
  readonly value: string;
  readonly mean: number;
  /** Of the 95 % interval of its mean. */
  readonly halfWidth: number;
  readonly difference: Omit<Difference, "system"> | undefined;
}

interface Group {
  /** The other swept keys. */
  readonly at: { readonly [axis: string]: string };
  /** Runs of each, those that observed the column; with common random numbers those of which all did. */
  readonly runs: number;
  readonly systems: readonly Compared[];
}

/**
 * Compares the values of one swept key with one of them or with the best, the best first: run by run on the same random
 * numbers, or as independent samples where the points have their own.
 */
export const compare = async (line: CommandLine, given: CompareArguments): Promise<void> => {
  const folder = studyFolder(line, given.results);
  const plan = planIn(folder);
  const over = comparedKey(plan, given);
  const column = comparedColumn(storedColumns(folder), given.of);
  const runs = await storedRuns(folder, plan, { columns: [column] });
  const figures = new Map(runs.map((run) => [`${run.point} ${run.replication}`, run.result.metrics[column]]));
  const isPaired = plan.seeds === "common";
  const groups = groupsOf(plan, over).map(({ at, points }): Group => {
    const labels = points.map((point) => plan.points[point]!.labels[over]!);
    const rows = Array.from({ length: plan.replications }, (_, replication) =>
      points.map((point) => figures.get(`${point} ${replication}`) ?? Number.NaN),
    );
    const seen = (figure: number): boolean => !Number.isNaN(figure);
    const kept = isPaired ? rows.filter((row) => row.every(seen)) : rows;
    const samples = labels.map((_, i) => kept.map((row) => row[i]!).filter(seen));
    const count = Math.min(...samples.map(({ length }) => length));
    const isThere = given.with === undefined || labels.includes(given.with);
    if (count < 2 || !isThere) return { at, runs: count, systems: [] };
    return { at, runs: count, systems: ranked(labels, samples, column, given.with, isPaired) };
  });
  if (groups.length === 0)
    throw new CommandError(`no two points differ in ${over} only: what changes with it cannot be told from it`);
  if (given.json) return line.print(JSON.stringify({ study: plan.study, over, of: column, groups }, null, 2));
  line.print(groups.map((group) => report(group, over, column, given.with, isPaired)).join("\n\n"));
};

const ranked = (
  labels: readonly string[],
  samples: readonly (readonly number[])[],
  column: string,
  with_: string | undefined,
  isPaired: boolean,
): Compared[] => {
  const means = samples.map((sample) => meanInterval(sample));
  const sign = isHigherBetter(column) ? -1 : 1;
  const order = labels.map((_, i) => i).sort((a, b) => sign * (means[a]!.mean - means[b]!.mean));
  const baseline = { system: with_ === undefined ? order[0]! : labels.indexOf(with_), isPicked: with_ === undefined };
  const differences = (isPaired ? pairedComparison : independentComparison)(samples, baseline);
  return order.map((i) => {
    const found = differences.find(({ system }) => system === i);
    const { system: _, ...difference } = found ?? { system: i, mean: 0, halfWidth: 0, p: 1 };
    const { mean, halfWidth } = means[i]!;
    return { value: labels[i]!, mean, halfWidth, difference: found && difference };
  });
};

const report = (
  { at, runs, systems }: Group,
  over: string,
  column: string,
  baseline: string | undefined,
  isPaired: boolean,
): string => {
  const { unit, factor } = printedUnit(column);
  const place = Object.entries(at)
    .map(([axis, label]) => `${axis}=${label}`)
    .join(", ");
  const title = `${place === "" ? "" : `${place}: `}${runs} runs of each ${isPaired ? "on the same random numbers" : "or more, each on random numbers of its own"}`;
  if (systems.length === 0 && runs < 2) return `${title}; two or more are needed to compare them`;
  if (systems.length === 0) return `${title}; ${over} is never ${baseline} here`;
  const base = systems.find(({ difference }) => difference === undefined)!.value;
  const rows = systems.map(({ value, mean, halfWidth, difference }) => [
    value,
    formatEstimate({ mean, halfWidth, n: runs }, factor),
    difference === undefined ? "" : formatEstimate({ ...difference, n: runs }, factor),
    difference === undefined ? "" : shownP(difference.p),
  ]);
  const heading = unit === "" ? column : `${column} [${unit}]`;
  return [
    title,
    align([
      [over, heading, `differs from ${base} by (95 %)`, baseline === undefined ? "p (Holm, all pairs)" : "p (Holm)"],
      ...rows,
    ]),
  ].join("\n");
};

const shownP = (p: number): string => (p < 1e-4 ? "< 0.0001" : p.toFixed(4));

const comparedKey = (plan: StudyPlan, given: CompareArguments): string => {
  const axes = Object.keys(plan.points[0]!.labels);
  const over = given.over ?? (axes.length === 1 ? axes[0] : undefined);
  if (over === undefined || !axes.includes(over)) {
    const swept = axes.length === 0 ? "sweeps no key" : `sweeps ${axes.join(", ")}`;
    throw new CommandError(`${plan.study} ${swept}: say which to compare with --over`);
  }
  const values = new Set(plan.points.map(({ labels }) => labels[over]!));
  if (values.size < 2) throw new CommandError(`${over} has one value only: there is nothing to compare`);
  if (given.with !== undefined && !values.has(given.with))
    throw new CommandError(`--with ${given.with}: ${over} is ${[...values].join(", ")}`);
  return over;
};

const comparedColumn = (all: readonly string[], of: string): string => {
  try {
    const [column, another] = chooseColumns(all, [of]);
    if (another !== undefined) throw new CommandError(`--of ${of}: give one column`);
    return column!;
  } catch (error) {
    throw error instanceof UnknownColumnError ? new CommandError(`--of: ${error.message}`) : error;
  }
};

/** Points that differ in the compared key only, those of each group in the order of the plan. */
const groupsOf = (plan: StudyPlan, over: string): { readonly at: Group["at"]; readonly points: number[] }[] => {
  const groups = new Map<string, { readonly at: Group["at"]; readonly points: number[] }>();
  for (const [i, { labels }] of plan.points.entries()) {
    const { [over]: _, ...at } = labels;
    const key = JSON.stringify(at);
    const group = groups.get(key) ?? { at, points: [] };
    group.points.push(i);
    groups.set(key, group);
  }
  return [...groups.values()].filter(({ points }) => points.length > 1);
};
