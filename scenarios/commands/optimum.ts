import { Streams } from "../../sim/index.ts";
import { type Estimate, estimate } from "../aggregate.ts";
import { align } from "../align.ts";
import { printedUnit } from "../columns.ts";
import { columnOf, evaluate, loadPlace, type Place, type Searched } from "../search/evaluate.ts";
import { isHigherBetter, isPart } from "../search/goal.ts";
import { type KeyRange, valueAt } from "../search/key-range.ts";
import { findMinimum, type SearchMethod } from "../search/optimum.ts";
import { type RangeArguments, searchedRange } from "../search/searched-range.ts";
import { formatEstimate } from "../table.ts";
import { CommandError, type CommandLine, checkWorkers } from "./command-line.ts";

interface OptimumArguments extends Searched, RangeArguments {
  readonly of: string;
  readonly goal?: "highest" | "lowest";
  readonly method: SearchMethod;
  readonly evaluations: number;
  readonly json?: boolean;
}

interface Seen {
  readonly value: number;
  readonly figure: Estimate;
  /** NaN where there is none. */
  readonly closedForm: number;
}

/** Costs that are parts of time may be a quarter higher where the curve is called flat, others a twentieth. */
const tolerance = { part: 0.25, other: 0.05 };

/** Finds the value of a key at which a column is best, with an interval, and says how flat the column is around it. */
export const optimum = async (line: CommandLine, given: OptimumArguments): Promise<void> => {
  const { of: column, method, evaluations } = given;
  checkWorkers(given.workers);
  if (!(Number.isSafeInteger(evaluations) && evaluations >= 5)) {
    throw new CommandError("--evaluations: expected a whole number from 5 on");
  }
  const range = searchedRange(line, given, given);
  const highest = given.goal === undefined ? isHigherBetter(column) : given.goal === "highest";
  const costOf = (value: number): number => (!highest ? value : isPart(column) ? 1 - value : -value);
  const seen: Seen[] = [];
  const look = async (values: readonly number[]): Promise<number[][]> => {
    const settings = values.map((value) => `${range.key}=${range.write(value)}`);
    const loaded = settings.map((setting) => loadPlace(line, given, [setting]));
    if (loaded[0]!.replications < 2) {
      throw new CommandError(
        "one replication has no confidence interval, so no optimum is printed: raise --replications",
      );
    }
    const found = await evaluate(line, loaded, given.workers);
    return found.map((place, i) => {
      const figures = columnOf(place, column, settings[i]!);
      seen.push({ value: values[i]!, figure: estimate(figures), closedForm: closedFormOf(place, column) });
      return figures;
    });
  };
  const { seed } = loadPlace(line, given, [`${range.key}=${range.write(range.low)}`]);
  const bootstrap = new Streams(seed).get("bootstrap of the optimum");
  const share = isPart(column) ? tolerance.part : tolerance.other;
  const minimum = await findMinimum(
    { method, evaluations },
    async (parts) => (await look(parts.map((part) => valueAt(range, part)))).map((figures) => figures.map(costOf)),
    (lowest) => lowest + share * Math.abs(lowest),
    (n) => bootstrap.integer(0, n - 1),
  );
  const at = rounded(valueAt(range, minimum.at));
  const already = seen.find(({ value }) => value === at);
  if (already === undefined) await look([at]);
  const best = already ?? seen.at(-1)!;
  const ends = (parts: readonly [number, number]) => parts.map((part) => rounded(valueAt(range, part)));
  const result = {
    scenario: given.scenario,
    key: range.key,
    column,
    goal: highest ? "highest" : "lowest",
    method,
    seed,
    at,
    interval: ends(minimum.interval),
    flat: { range: ends(minimum.flat), tolerance: share },
    figure: best.figure,
    evaluations: seen.toSorted((one, other) => one.value - other.value),
  };
  if (given.json) return line.print(JSON.stringify(result, null, 2));
  line.print(report(range, result, minimum.at));
};

type Result = {
  readonly column: string;
  readonly goal: string;
  readonly method: string;
  readonly at: number;
  readonly interval: readonly number[];
  readonly flat: { readonly range: readonly number[]; readonly tolerance: number };
  readonly figure: Estimate;
  readonly evaluations: readonly Seen[];
};

const report = (range: KeyRange, result: Result, part: number): string => {
  const { column, interval, flat, evaluations } = result;
  const { factor, unit } = printedUnit(column);
  const show = (value: number): string => range.show(value);
  const withTheory = evaluations.some(({ closedForm }) => !Number.isNaN(closedForm));
  const rows = evaluations.map(({ value, figure, closedForm }) => [
    show(rounded(value)),
    formatEstimate(figure, factor),
    ...(withTheory ? [Number.isNaN(closedForm) ? "" : String(Number((closedForm / factor).toPrecision(7)))] : []),
  ]);
  const heading = unit === "" ? column : `${column} [${unit}]`;
  const edge =
    part === 0 || part === 1
      ? [`The best value lies at the end of the range: search beyond it with --${part === 0 ? "from" : "to"}.`]
      : [];
  return [
    align([[range.key, heading, ...(withTheory ? ["closed form"] : [])], ...rows]),
    "",
    `${column} is ${result.goal} at ${range.key} = ${show(result.at)} (95 %: ${show(interval[0]!)} to ${show(interval[1]!)}): ${formatEstimate(result.figure, factor)}`,
    `From ${show(flat.range[0]!)} to ${show(flat.range[1]!)} its cost is at most ${100 * flat.tolerance} % higher.`,
    ...edge,
    `${evaluations.length} values were simulated (${result.method}); the interval is a bootstrap over replications under common random numbers.`,
  ].join("\n");
};

const closedFormOf = ({ closedForms }: Place, column: string): number => closedForms[column] ?? Number.NaN;

const rounded = (value: number): number => Number(value.toPrecision(3));
