import { loadScenario } from "../load.ts";
import { StudyRecord } from "../study/study-state.ts";
import type { CommandLine } from "./command-line.ts";
import { overridesOf, type RunOverrides } from "./overrides.ts";
import { planOf, sizeOf, studyFolder } from "./study.ts";

interface PlanArguments extends RunOverrides {
  readonly scenario: string;
  readonly results?: string;
  readonly json?: boolean;
}

/** Tells what would run, and with a folder of results keeps the plan there and tells what of it is done. */
export const plan = async (line: CommandLine, given: PlanArguments): Promise<void> => {
  const { files, folder } = line;
  const loaded = loadScenario(given.scenario, { files, folder, overrides: overridesOf(given) });
  const planned = planOf(line, loaded, given);
  const store = given.results === undefined ? undefined : studyFolder(line, given.results);
  store?.keepPlan(planned);
  const state = store === undefined ? undefined : (await StudyRecord.read(store, planned)).state;
  if (given.json) {
    const { done, failed } = state ?? { done: 0, failed: 0 };
    line.print(JSON.stringify({ ...planned, done, failed }, null, 2));
    return;
  }
  const axes = Object.keys(planned.points[0]!.labels);
  const shown = planned.points.slice(0, 10).map(({ id, labels }) => {
    const at = axes.map((axis) => `${axis}=${labels[axis]}`).join(" ");
    return `  ${id}  ${at === "" ? "the only point" : at}`;
  });
  line.print(
    [
      `${planned.study}: ${sizeOf(planned)}, seed ${planned.seed}, code ${planned.code}`,
      ...shown,
      ...(planned.points.length > shown.length ? [`  … and ${planned.points.length - shown.length} more points`] : []),
      ...(state === undefined
        ? []
        : [`${state.done} runs are done, ${state.failed} failed, ${state.runs - state.done - state.failed} missing`]),
    ].join("\n"),
  );
};
