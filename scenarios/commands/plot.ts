import { basename } from "node:path";
import { writeFiles } from "../figures/figure.ts";
import { drawPlot } from "../plot/kinds.ts";
import type { PlotArguments, PlotKind } from "../plot/plot.ts";
import { StudyRecord } from "../study/study-state.ts";
import type { CommandLine } from "./command-line.ts";
import { drawnStudy } from "./study.ts";

interface PlotCommand extends PlotArguments {
  readonly results: string;
  readonly kind: PlotKind;
  readonly out: string;
  readonly name?: string;
  readonly format: readonly string[];
}

/** Draws a study: the common charts, and any column against any key or column. Nothing is run. */
export const plot = async (line: CommandLine, given: PlotCommand): Promise<void> => {
  const { study, remark } = drawnStudy(line, given.results);
  const { folder, plan } = study;
  const { spec, numbers, remarks } = await drawPlot(given.kind, study, given);
  const { done, runs } = (await StudyRecord.read(folder, plan)).state;
  const { render } = await import("../../results/charts/render.ts");
  const { png, svg } = await render(spec);
  const said = [...(done === runs ? [] : [`${done} of ${runs} runs are done`]), ...remarks, ...remark];
  const { title } = spec as { title: { text: string } };
  const files: { [ending: string]: string | Uint8Array } = { json: `${JSON.stringify(numbers, null, 2)}\n` };
  if (given.format.includes("png")) files["png"] = png;
  if (given.format.includes("svg")) files["svg"] = svg;
  if (given.format.includes("html")) {
    const { figure, list, page } = await import("../../results/pages/page.ts");
    files["html"] = page(`${plan.study}: ${title.text}`, [figure("plot", svg, plan.description), list(said)]);
  }
  writeFiles(line, given, given.name ?? `${basename(plan.study)}-${given.kind}`, files);
  for (const one of said) line.progress.write(`${one}\n`);
};
