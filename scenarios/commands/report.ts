import { join, relative, resolve } from "node:path";
import { code, figure, type Html, list, page, paragraph, section, table } from "../../results/pages/page.ts";
import { writeAtomically } from "../../results/store/atomic-file.ts";
import { whyUnwritable } from "../files.ts";
import { collapseNotes } from "../notes.ts";
import { drawPlot } from "../plot/kinds.ts";
import type { DrawnStudy } from "../plot/plot.ts";
import { reportCharts } from "../plot/report-charts.ts";
import { closedForms } from "../simulate.ts";
import type { StudyPlan } from "../study/study-plan.ts";
import { storedColumns, storedResults } from "../study/study-results.ts";
import { StudyRecord } from "../study/study-state.ts";
import { pointRows, sweepRows } from "../table.ts";
import { shellWord } from "../text/shell-word.ts";
import { CommandError, type CommandLine } from "./command-line.ts";
import { columnsShown, drawnStudy, sizeOf } from "./study.ts";

interface ReportArguments {
  readonly results: string;
  readonly only?: readonly string[];
  readonly out?: string;
}

/** Writes all that a study says into one HTML file, which is the same whenever the study is. */
export const report = async (line: CommandLine, given: ReportArguments): Promise<void> => {
  const { study, remark } = drawnStudy(line, given.results);
  const { folder, plan, loaded } = study;
  const all = storedColumns(folder);
  if (all.length === 0) throw new CommandError(`no run of ${folder.path} is done`);
  const columns = columnsShown(all, given.only, plan.points.length);
  const results = await storedResults(folder, plan, columns);
  const { done, failed, runs } = (await StudyRecord.read(folder, plan)).state;
  const charts = await figuresOf(study, all);
  const labels = plan.points.map((point) => point.labels);
  const [head, ...rows] =
    results.length === 1
      ? pointRows(results[0]!, columns, loaded === undefined ? {} : closedForms(loaded.points[0]!.scenario))
      : sweepRows(results, labels, columns);
  const text = page(plan.study, [
    ...(plan.description === "" ? [] : [paragraph(plan.description)]),
    section("What was run", [
      list([
        `${sizeOf(plan)}, seed ${plan.seed}`,
        done === runs ? "all runs are done" : `${done} of ${runs} runs are done, ${failed} failed`,
        `code ${plan.code}, schema ${plan.schema}`,
        ...remark,
      ]),
    ]),
    section("Figures", [...charts.pictures, ...(charts.missing.length === 0 ? [] : [list(charts.missing)])]),
    section("Table", [paragraph("Means over replications with half widths of 95 % intervals."), table(head!, rows)]),
    section("Notes", [list(collapseNotes(results.flatMap(({ notes }) => notes)))]),
    section("How to reproduce it", [code(commandsOf(plan, given.results))]),
    section("Every parameter, and where it is from", [code(plan.parameters)]),
  ]);
  const path = given.out === undefined ? join(folder.path, "report.html") : resolve(line.folder, given.out);
  try {
    writeAtomically(path, text);
  } catch (error) {
    throw new CommandError(`--out: cannot write ${path}: ${whyUnwritable(error)}`);
  }
  line.print(relative(line.folder, path));
};

const figuresOf = async (
  study: DrawnStudy,
  columns: readonly string[],
): Promise<{ readonly pictures: Html[]; readonly missing: string[] }> => {
  const { render } = await import("../../results/charts/render.ts");
  const [pictures, missing]: [Html[], string[]] = [[], []];
  for (const [i, { kind, given }] of reportCharts(study.plan, columns).entries()) {
    try {
      const { spec, remarks } = await drawPlot(kind, study, given);
      const kept = given.at.length === 0 ? [] : [`only ${given.at.join(", ")}`];
      pictures.push(figure(`figure-${i}`, (await render(spec)).svg, [...kept, ...remarks].join("; ")));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      missing.push(`${[kind, ...(given.y ?? [])].join(" ")} is not drawn: ${error.message}`);
    }
  }
  return { pictures, missing };
};

const commandsOf = ({ scenario, set, seed, replications, stopping }: StudyPlan, results: string): string => {
  const changed = set.filter((text) => !/^(seed|replications)=/.test(text)).map((text) => ` --set ${shellWord(text)}`);
  return [
    `snapback run ${shellWord(scenario)}${changed.join("")} --seed ${seed} --replications ${stopping?.floor ?? replications} --results ${shellWord(results)}`,
    `snapback report ${shellWord(results)}`,
  ].join("\n");
};
