import { type CommandLine, checkWorkers } from "../commands/command-line.ts";
import { showProgress } from "../commands/progress.ts";
import type { LoadedScenario } from "../load.ts";
import { everyJob, type FinishedRun, runAll } from "../run.ts";

/** A scenario whose points are one curve of a figure, and its runs. */
export interface Curve {
  readonly loaded: LoadedScenario;
  readonly runs: FinishedRun[];
}

/** Runs all points of all curves together, so that no core is idle before the last; replications are those of the first. */
export const simulateCurves = async (
  line: CommandLine,
  curves: readonly Curve[],
  workers = line.cores,
): Promise<void> => {
  checkWorkers(workers);
  const jobs = curves.flatMap((curve) => curve.loaded.points.map((point, index) => ({ curve, point, index })));
  const { replications } = curves[0]!.loaded;
  const progress = showProgress(line.progress, jobs.length * replications);
  try {
    const plan = {
      points: jobs.map(({ point }) => point),
      jobs: everyJob(jobs.length, replications),
    };
    for await (const run of runAll(plan, { workers, clock: line.clock })) {
      const { curve, index } = jobs[run.point]!;
      curve.runs.push({ ...run, point: index });
      progress.advance();
    }
  } finally {
    progress.end();
  }
};
