import { publishedSimilarity } from "../../models/analytic/published-similarity.ts";
import { type Estimate, estimate } from "../aggregate.ts";
import { align } from "../align.ts";
import { printedUnit } from "../columns.ts";
import { columnOf, evaluate, loadPlace, type Searched } from "../search/evaluate.ts";
import { type KeyRange, valueAt } from "../search/key-range.ts";
import { findRoot, NotBracketed, NotMonotone } from "../search/root.ts";
import { type RangeArguments, searchedRange } from "../search/searched-range.ts";
import { formatEstimate } from "../table.ts";
import { parseQuantity, quantities } from "../text/units.ts";
import { CommandError, type CommandLine, checkWorkers } from "./command-line.ts";

interface SolveArguments extends Searched, RangeArguments {
  readonly of: string;
  readonly target?: string;
  readonly saves?: string;
  readonly against?: readonly string[];
  readonly evaluations: number;
  readonly grid: number;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** What is asked of the column: a value, or a part that is saved against other settings. */
type Target =
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "saving"; readonly saving: number; readonly against: readonly string[] };

interface Seen {
  readonly value: number;
  readonly figure: Estimate;
}

/** Brackets are narrowed to this part of the range. */
const tolerance = 1e-3;

/** Finds the value of a key at which a column meets a target, with an interval. */
export const solve = async (line: CommandLine, given: SolveArguments): Promise<void> => {
  const { of: column, evaluations, grid } = given;
  checkWorkers(given.workers);
  if (!(Number.isSafeInteger(grid) && grid >= 3 && grid <= 1000))
    throw new CommandError("--grid: expected a whole number from 3 to 1000");
  if (!(Number.isSafeInteger(evaluations) && evaluations >= grid))
    throw new CommandError(`--evaluations: expected a whole number from ${grid} on, which --grid takes`);
  if (given.json === true && given.csv === true) throw new CommandError("--json and --csv: one of them");
  const target = targetOf(given);
  const range = searchedRange(line, given, given);
  const seen: Seen[] = [];
  const responsesAt = async (parts: readonly number[]): Promise<number[][]> => {
    const settings = parts.map((part) => `${range.key}=${range.write(valueAt(range, part))}`);
    const own = settings.map((setting) => loadPlace(line, given, [setting]));
    if (own[0]!.replications < 2)
      throw new CommandError("one replication has no confidence interval, so nothing is solved: raise --replications");
    const against = target.kind === "value" ? [] : target.against;
    const others = against.length === 0 ? [] : settings.map((setting) => loadPlace(line, given, [setting, ...against]));
    const places = await evaluate(line, [...own, ...others], given.workers);
    return parts.map((part, i) => {
      const figures = columnOf(places[i]!, column, settings[i]!);
      const responses =
        target.kind === "value"
          ? figures
          : savings(
              figures,
              columnOf(places[parts.length + i]!, column, `${settings[i]} ${against.join(" ")}`),
              column,
            );
      seen.push({ value: valueAt(range, part), figure: estimate(responses) });
      const asked = target.kind === "value" ? target.value : target.saving;
      return responses.map((one) => one - asked);
    });
  };
  const { seed } = loadPlace(line, given, [`${range.key}=${range.write(range.low)}`]);
  const root = await findRoot({ evaluations, grid, tolerance }, responsesAt).catch((error: unknown) => {
    throw explained(error, { range, column, target, seen });
  });
  const endAt = (part: number | undefined): number | null => (part === undefined ? null : valueAt(range, part));
  const result = {
    scenario: given.scenario,
    key: range.key,
    column,
    target,
    seed,
    at: valueAt(range, root.at),
    interval: [endAt(root.low), endAt(root.high)] as const,
    rising: root.rising,
    evaluations: seen.toSorted((one, other) => one.value - other.value),
    remarks: remarksOn(range.key, valueAt(range, root.at)),
  };
  if (given.json === true) line.print(JSON.stringify(result, null, 2));
  else if (given.csv === true) line.print(csv(result));
  else line.print(report(range, result, grid));
};

/** @throws CommandError unless exactly one target is given, in a unit that columns have */
const targetOf = ({ target, saves, against = [] }: SolveArguments): Target => {
  if ((target === undefined) === (saves === undefined))
    throw new CommandError(
      "say what the column is to be, with --target, or what it is to save, with --saves: one of them",
    );
  if (target !== undefined) {
    if (against.length > 0) throw new CommandError("--against: is for --saves; a --target stands for itself");
    return { kind: "value", value: quantityOf("--target", target) };
  }
  if (against.length === 0)
    throw new CommandError("--saves: against what? Give --against key=value, such as rollback.transfer=unicast");
  const saving = quantityOf("--saves", saves!);
  if (!(saving < 1)) throw new CommandError(`--saves: ${saves} is all or more: give a part such as 40%`);
  return { kind: "saving", saving, against };
};

const quantityOf = (option: string, text: string): number => {
  if (text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  for (const quantity of quantities) {
    const parsed = parseQuantity(quantity, text);
    if (parsed.ok) return parsed.value;
  }
  throw new CommandError(`${option}: expected a number or a quantity such as 30s, 40% or 10GB, got "${text}"`);
};

/** Part of the baseline that is not needed, by replication. */
const savings = (figures: readonly number[], baseline: readonly number[], column: string): number[] =>
  figures.map((figure, replication) => {
    if (baseline[replication] === 0)
      throw new CommandError(
        `--against: ${column} is 0 there in replication ${replication}: nothing can be saved of it`,
      );
    return 1 - figure / baseline[replication]!;
  });

interface Failed {
  readonly range: KeyRange;
  readonly column: string;
  readonly target: Target;
  readonly seen: readonly Seen[];
}

const explained = (error: unknown, { range, column, target, seen }: Failed): unknown => {
  const show = (part: number): string => range.show(rounded(valueAt(range, part)));
  if (error instanceof NotMonotone) {
    const [rises, falls] = [error.rises, error.falls].map(([from, to]) => `from ${show(from)} to ${show(to)}`);
    return new CommandError(
      `${what(column, target)} rises ${rises} and falls ${falls}: it may be met several times; narrow --from and --to`,
    );
  }
  if (!(error instanceof NotBracketed)) return error;
  const ends = [seen[0]!, seen.at(-1)!].map(
    ({ value, figure }) => `${figureText(column, target, figure)} at ${range.show(rounded(value))}`,
  );
  return new CommandError(
    `${what(column, target)} does not come to ${targetText(column, target)} between ${show(0)} and ${show(1)}: it is ${ends.join(" and ")}; widen --from and --to, or ask for another target`,
  );
};

const what = (column: string, target: Target): string => (target.kind === "value" ? column : `the saving of ${column}`);

const targetText = (column: string, target: Target): string => {
  if (target.kind === "saving") return `${Number((100 * target.saving).toPrecision(4))} %`;
  const { factor, unit } = printedUnit(column);
  return `${Number((target.value / factor).toPrecision(4))}${unit === "" ? "" : ` ${unit}`}`;
};

const figureText = (column: string, target: Target, figure: Estimate): string => {
  if (target.kind === "saving") return `${formatEstimate(figure, 0.01)} %`;
  const { factor, unit } = printedUnit(column);
  return `${formatEstimate(figure, factor)}${unit === "" ? "" : ` ${unit}`}`;
};

interface Result {
  readonly key: string;
  readonly column: string;
  readonly target: Target;
  readonly at: number;
  readonly interval: readonly [number | null, number | null];
  readonly evaluations: readonly Seen[];
  readonly remarks: readonly string[];
}

/** The values that were simulated and what came out, with 95 % intervals, in base units; the root is the row without a figure. */
const csv = ({ key, column, target, at, interval, evaluations }: Result): string => {
  const of = target.kind === "saving" ? `saved part of ${column}` : column;
  const rows = evaluations.map(({ value, figure }) => [value, figure.mean, figure.halfWidth, "", ""]);
  return [[key, of, "half width", "root from", "root to"], ...rows, [at, "", "", ...interval.map((end) => end ?? "")]]
    .map((row) => row.join(","))
    .join("\n");
};

const report = (
  range: KeyRange,
  { column, target, at, interval, evaluations, remarks }: Result,
  grid: number,
): string => {
  const { factor, unit } = printedUnit(column);
  const isSaving = target.kind === "saving";
  const heading = isSaving ? `saved of ${column} [%]` : unit === "" ? column : `${column} [${unit}]`;
  const rows = evaluations.map(({ value, figure }) => [
    range.show(rounded(value)),
    formatEstimate(figure, isSaving ? 0.01 : factor),
  ]);
  const [low, high] = interval.map((end) => (end === null ? "beyond the range" : range.show(rounded(end))));
  const against = isSaving ? ` against ${target.against.join(" ")}` : "";
  return [
    align([[range.key, heading], ...rows]),
    "",
    `${what(column, target)}${against} is ${targetText(column, target)} at ${range.key} = ${range.show(rounded(at))} (95 %: ${low} to ${high})`,
    ...remarks,
    `${evaluations.length} values were simulated, ${grid} of them evenly over the range: what rises and falls between two of those is not seen. The interval holds where the mean of the replications, which share their random numbers, may be the target.`,
  ].join("\n");
};

/** What has to be known of a value that no measurement bears out. */
const remarksOn = (key: string, value: number): string[] => {
  if (!/similarity(\.all|\.pair)?$/.test(key)) return [];
  return publishedSimilarity
    .filter(({ atMost }) => value > atMost)
    .map(({ source, of, atMost }) => `More than was measured: ${100 * atMost} % by ${source} (${of}).`);
};

const rounded = (value: number): number => Number(value.toPrecision(4));
