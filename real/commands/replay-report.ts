import { align } from "../../scenarios/align.ts";
import {
  type ColumnError,
  type ComparedRun,
  columnErrors,
  comparedColumns,
  replayGoals,
} from "../replay/comparison.ts";

export const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
export const short = (value: number): string => `${Number(value.toPrecision(4))}`;

/** Of simulated and real, as a part of the real one, where there is one. */
export const difference = (real: number, simulated: number): string =>
  real === 0 ? "" : percent((simulated - real) / Math.abs(real));

/** Every column of one run that both have seen. */
const whole = (run: ComparedRun): string =>
  align([
    ["", "real", "simulated", "difference"],
    ...comparedColumns(run)
      .filter((one) => one.real !== 0 || one.simulated !== 0)
      .map((one) => [one.column, short(one.real), short(one.simulated), difference(one.real, one.simulated)]),
  ]);

/** The judged columns of several runs, real and simulated, a run a row. */
const runTable = (runs: readonly ComparedRun[]): string => {
  const columns = Object.keys(replayGoals);
  return runs
    .map((run) => {
      const rows = comparedColumns(run).filter(({ column }) => columns.includes(column));
      return [
        run.setting,
        align([
          ["  ", "real", "simulated", "difference"],
          ...rows.map((one) => [
            `  ${one.column}`,
            short(one.real),
            short(one.simulated),
            difference(one.real, one.simulated),
          ]),
        ]),
      ].join("\n");
    })
    .join("\n\n");
};

const errorTable = (errors: readonly ColumnError[]): string =>
  align([
    ["", "runs", "mean simulated / real", "MAPE", "largest", "goal", ""],
    ...errors.map(({ column, runs, goal, error, isMet }) => [
      column,
      `${runs}`,
      Number.isNaN(error.geometricMeanRatio) ? "" : error.geometricMeanRatio.toFixed(2),
      percent(error.meanAbsoluteRelative),
      percent(error.largestRelative),
      percent(goal),
      isMet ? "met" : "NOT met",
    ]),
  ]);

const verdict = (errors: readonly ColumnError[]): string => {
  const missed = errors.filter(({ isMet }) => !isMet);
  return missed.length === 0
    ? "All goals are met."
    : `NOT met: ${missed.map(({ column, error }) => `${column} (${percent(error.meanAbsoluteRelative)})`).join(", ")}.`;
};

/** What runs on real machines and in the simulator have in common, and how far they are apart. */
export const replayReport = (runs: readonly ComparedRun[]): string => {
  const [first] = runs;
  if (runs.length === 1 && first !== undefined) return whole(first);
  const errors = columnErrors(runs);
  return [runTable(runs), "", errorTable(errors), "", `${runs.length} runs. ${verdict(errors)}`].join("\n");
};
