import { storedColumns, storedResults } from "../study/study-results.ts";
import { StudyRecord } from "../study/study-state.ts";
import { pointTable, sweepTable } from "../table.ts";
import { CommandError, type CommandLine } from "./command-line.ts";
import { columnsShown, planIn, sizeOf, studyFolder } from "./study.ts";

interface TableArguments {
  readonly results: string;
  readonly only?: readonly string[];
  readonly format: "text" | "csv" | "json";
}

/** Prints the estimates of a study from the runs that are done, without running anything. */
export const table = async (line: CommandLine, given: TableArguments): Promise<void> => {
  const folder = studyFolder(line, given.results);
  const plan = planIn(folder);
  const all = storedColumns(folder);
  if (all.length === 0) throw new CommandError(`no run of ${folder.path} is done`);
  const columns = columnsShown(all, given.only, plan.points.length);
  const results = await storedResults(folder, plan, columns);
  if (given.format === "json") return line.print(JSON.stringify(results, null, 2));
  const axes = Object.keys(plan.points[0]!.labels);
  if (given.format === "csv") {
    const head = [...axes, ...columns.flatMap((column) => [column, `${column}HalfWidth`, `${column}N`])];
    const rows = results.map(({ point, metrics }) => [
      ...axes.map((axis) => (typeof point[axis] === "object" ? JSON.stringify(point[axis]) : String(point[axis]))),
      ...columns.flatMap((column) => {
        const { mean = null, halfWidth = null, n = 0 } = metrics[column] ?? {};
        return [mean, halfWidth, n].map((one) => (one === null ? "" : String(one)));
      }),
    ]);
    return line.print([head, ...rows].map((cells) => cells.map(csvCell).join(",")).join("\n"));
  }
  const { done, runs, failed } = (await StudyRecord.read(folder, plan)).state;
  const labels = plan.points.map((point) => point.labels);
  line.print(
    [
      `${plan.study}${plan.description === "" ? "" : `: ${plan.description}`}`,
      sizeOf(plan),
      ...(done === runs ? [] : [`only ${done} runs are done, ${failed} failed`]),
      "",
      results.length === 1 ? pointTable(results[0]!, columns, {}) : sweepTable(results, labels, columns),
    ].join("\n"),
  );
};

const csvCell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
