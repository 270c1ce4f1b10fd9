import { chunkCount } from "../study/study-plan.ts";
import { CommandError, type CommandLine } from "./command-line.ts";
import { completeStudy, failureReport, planIn, plannedScenario, type StudyArguments, studyFolder } from "./study.ts";

interface ShardArguments extends StudyArguments {
  readonly results: string;
  readonly chunk: number;
}

/** Runs what is missing of one chunk of a planned study: the unit of work of every launcher, which may be given again. */
export const shard = async (line: CommandLine, given: ShardArguments): Promise<void> => {
  const folder = studyFolder(line, given.results);
  const plan = planIn(folder);
  const chunks = chunkCount(plan);
  if (!(Number.isSafeInteger(given.chunk) && given.chunk >= 0 && given.chunk < chunks))
    throw new CommandError(`chunk ${given.chunk}: the plan has ${chunks}, counted from 0`);
  const outcome = await completeStudy(line, folder, plan, plannedScenario(line, plan), given);
  line.print(`chunk ${given.chunk} of ${chunks}: ${outcome.ran} runs, ${outcome.failed.length} of them failed`);
  if (outcome.failed.length > 0) throw new CommandError(failureReport(plan, outcome));
};
