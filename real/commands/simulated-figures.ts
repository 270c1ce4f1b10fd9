import { mean } from "../../results/statistics/moments.ts";
import { CommandError } from "../../scenarios/commands/command-line.ts";
import type { Place } from "../../scenarios/search/evaluate.ts";
import type { Figures } from "../study/validation.ts";

/** Means over the replications of a place. @throws CommandError if it took no snapshots */
export const simulatedFigures = ({ replications }: Place, setting: string): Figures => {
  const of = (column: string): number[] => replications.map((metrics) => metrics[column] ?? Number.NaN);
  const snapshots = of("snapshots");
  if (!snapshots.every((count) => count > 0))
    throw new CommandError(`${setting}: no snapshot was taken within its horizon, so there is nothing to compare`);
  return {
    pause: mean(of("pauseMean")),
    captureDuration: mean(of("captureDurationMean")),
    captureBytes: mean(of("captureBytes").map((bytes, i) => bytes / snapshots[i]!)),
  };
};
