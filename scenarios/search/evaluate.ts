import { CommandError, type CommandLine } from "../commands/command-line.ts";
import { showProgress } from "../commands/progress.ts";
import { type LoadedScenario, loadScenario } from "../load.ts";
import { everyJob, RunFailed, runAll } from "../run.ts";
import { closedForms, type Metrics } from "../simulate.ts";
import { setTo } from "../text/override.ts";

/** What a search runs again and again with other values of some keys. */
export interface Searched {
  readonly scenario: string;
  readonly set: readonly string[];
  readonly seed?: string;
  readonly replications?: string;
  readonly workers?: number;
}

/** One place of a search: its columns by replication, under random numbers that all places share. */
export interface Place {
  readonly replications: readonly Metrics[];
  readonly closedForms: Metrics;
}

/** The scenario with `key=value` settings laid over it, all points of its sweep. */
export const loadSettings = (
  { files, folder }: CommandLine,
  { scenario, set, seed, replications }: Searched,
  settings: readonly string[],
): LoadedScenario =>
  loadScenario(scenario, {
    files,
    folder,
    overrides: [
      ...[...set, ...settings].map((text) => setTo("--set", text)),
      ...(seed === undefined ? [] : [setTo("--seed", `seed=${seed}`)]),
      ...(replications === undefined ? [] : [setTo("--replications", `replications=${replications}`)]),
    ],
  });

/** The same; it must be one point. */
export const loadPlace = (line: CommandLine, searched: Searched, settings: readonly string[]): LoadedScenario => {
  const { scenario } = searched;
  const loaded = loadSettings(line, searched, settings);
  if (loaded.points.length > 1) {
    const axes = Object.keys(loaded.points[0]!.labels);
    throw new CommandError(
      `${scenario} sweeps ${axes.join(" and ")}: a search needs one point; pick it with ${axes.map((axis) => `--set ${axis}=…`).join(" ")}`,
    );
  }
  if (loaded.seeds === "independent")
    throw new CommandError(
      `${scenario} has seeds: independent, and a search compares its places on common random numbers: give --set seeds=common`,
    );
  return loaded;
};

/** Runs all replications of each place, on all threads together. */
export const evaluate = async (
  line: CommandLine,
  places: readonly LoadedScenario[],
  workers = line.cores,
): Promise<Place[]> => {
  const [first] = places;
  if (first === undefined) return [];
  const { replications } = first;
  const points = places.map((place) => place.points[0]!);
  const found = points.map((): Metrics[] => []);
  const progress = showProgress(line.progress, points.length * replications);
  try {
    const plan = { points, jobs: everyJob(points.length, replications) };
    for await (const { point, replication, result } of runAll(plan, { workers, clock: line.clock })) {
      found[point]![replication] = result.metrics;
      progress.advance();
    }
  } catch (error) {
    throw error instanceof RunFailed ? new CommandError(error.message) : error;
  } finally {
    progress.end();
  }
  return points.map(({ scenario }, i) => ({ replications: found[i]!, closedForms: closedForms(scenario) }));
};

/**
 * One column of a place, by replication.
 *
 * @throws CommandError if there is no such column, or a replication did not observe it
 */
export const columnOf = ({ replications }: Place, column: string, where: string): number[] =>
  replications.map((metrics, replication) => {
    const value = metrics[column];
    if (value === undefined) {
      throw new CommandError(`--of: there is no column ${column}; there are ${Object.keys(metrics).join(", ")}`);
    }
    if (Number.isNaN(value)) {
      throw new CommandError(
        `replication ${replication} did not observe ${column} with ${where}: lengthen the horizon, or take another column`,
      );
    }
    return value;
  });
