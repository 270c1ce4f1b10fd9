import type { Columns } from "../../models/books/columns.ts";
import { mean } from "../../results/statistics/moments.ts";
import { type PredictionError, predictionError } from "../../results/statistics/prediction-error.ts";

/** One scenario that was run on real machines and in the simulator. */
export interface ComparedRun {
  /** What its sweep has set, as it is written; empty without a sweep. */
  readonly setting: string;
  readonly real: Columns;
  /** Of the simulator's replications. */
  readonly simulated: readonly Columns[];
}

/** A column that both have seen, the simulator's averaged over its replications. */
export interface ComparedColumn {
  readonly column: string;
  readonly real: number;
  readonly simulated: number;
}

/** Columns of a run of which both know something. */
export const comparedColumns = ({ real, simulated }: ComparedRun): ComparedColumn[] =>
  Object.entries(real).flatMap(([column, value]) => {
    const said = simulated.map((columns) => columns[column] ?? Number.NaN);
    if (Number.isNaN(value) || said.some(Number.isNaN)) return [];
    return [{ column, real: value, simulated: mean(said) }];
  });

/** What is judged over runs, and the mean absolute relative error that is the goal. */
export const replayGoals: { readonly [column: string]: number } = {
  availability: 0.25,
  downtimePlan: 0.25,
  downtimeDetect: 0.25,
  downtimeTransfer: 0.25,
  downtimeResume: 0.25,
  downtimeAnnounce: 0.25,
  downtimePause: 0.3,
  rtoMean: 0.25,
  ttrMean: 0.25,
  rpoMean: 0.25,
  restorePointAgeMean: 0.25,
  pauseMean: 0.3,
  captureDurationMean: 0.15,
  durabilityLatencyMean: 0.15,
  captureBytes: 0.15,
  sourceBytes: 0.15,
  storedBytes: 0.15,
};

export interface ColumnError {
  readonly column: string;
  readonly runs: number;
  readonly goal: number;
  readonly error: PredictionError;
  readonly isMet: boolean;
}

/** How far the simulator is from real machines over several runs, by column; those that fewer than two runs have are left out. */
export const columnErrors = (runs: readonly ComparedRun[]): ColumnError[] => {
  const compared = runs.map(comparedColumns);
  return Object.entries(replayGoals).flatMap(([column, goal]) => {
    const pairs = compared
      .flatMap((columns) => columns.filter((one) => one.column === column))
      .filter(({ real }) => real !== 0);
    if (pairs.length < 2) return [];
    const error = predictionError(
      pairs.map(({ real }) => real),
      pairs.map(({ simulated }) => simulated),
    );
    return [{ column, runs: pairs.length, goal, error, isMet: error.meanAbsoluteRelative <= goal }];
  });
};
