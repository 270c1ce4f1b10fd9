import { type Explanation, explainRun } from "../study/explain-run.ts";
import { keptPoints } from "../study/kept-points.ts";
import { plannedRun, runCount, type StudyPlan } from "../study/study-plan.ts";
import { CommandError, type CommandLine } from "./command-line.ts";
import { planIn, studyFolder } from "./study.ts";

interface ExplainArguments {
  readonly results: string;
  readonly run?: string;
  readonly at: readonly string[];
  readonly replication: number;
}

/** Tells of one run what it is, and why it is done, failed, stale or missing. */
export const explain = async (line: CommandLine, given: ExplainArguments): Promise<void> => {
  const folder = studyFolder(line, given.results);
  const plan = planIn(folder);
  const run = plannedRun(plan, given.run === undefined ? indexAt(plan, given) : indexOf(plan, given.run));
  const { labels } = plan.points[run.point]!;
  const at = Object.entries(labels).map(([axis, label]) => `${axis}=${label}`);
  const found = await explainRun(folder, plan, run);
  line.print(
    [
      `run ${run.id}: point ${run.point}${at.length === 0 ? "" : ` (${at.join(", ")})`}, replication ${run.replication}`,
      ...lines(found),
    ].join("\n"),
  );
};

const lines = (found: Explanation): string[] => {
  switch (found.state) {
    case "done":
      return [`done: ${found.where}`];
    case "failed":
      return [`failed: ${found.error}`, `in ${found.where}; --retry-failed runs it once more`];
    case "stale":
      return ["stale: it was run, but not as it is planned now", ...found.because.map((one) => `- ${one}`)];
    case "missing":
      return ["missing: it has not been run"];
    case "not wanted":
      return [`not wanted: ${found.replications} replications of its point are wanted, as far as is known`];
  }
};

const indexOf = (plan: StudyPlan, id: string): number => {
  for (let index = 0; index < runCount(plan); index++) if (plannedRun(plan, index).id === id) return index;
  throw new CommandError(`--run ${id}: the plan has no such run`);
};

const indexAt = (plan: StudyPlan, { at, replication }: ExplainArguments): number => {
  const fits = keptPoints(plan, at);
  if (fits.length > 1)
    throw new CommandError(`${fits.length} points fit: say which with --at, such as --at ${exampleOf(plan)}`);
  if (!(Number.isSafeInteger(replication) && replication >= 0 && replication < plan.replications))
    throw new CommandError(`--replication ${replication}: the plan has ${plan.replications}, counted from 0`);
  return fits[0]! * plan.replications + replication;
};

const exampleOf = ({ points }: StudyPlan): string =>
  Object.entries(points[0]!.labels)
    .map(([axis, label]) => `'${axis}=${label}'`)
    .join(" ");
