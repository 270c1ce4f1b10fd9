import type { DrawnStudy, Plot, PlotArguments, PlotKind } from "./plot.ts";

type Draw = (study: DrawnStudy, given: PlotArguments) => Promise<Plot>;

const kinds: { readonly [kind in PlotKind]: () => Promise<Draw> } = {
  curve: async () => (await import("./curve-plot.ts")).curvePlot,
  heat: async () => (await import("./heat-plot.ts")).heatPlot,
  pareto: async () => (await import("./pareto-plot.ts")).paretoPlot,
  cdf: async () => (await import("./cdf-plot.ts")).cdfPlot,
  downtime: async () => (await import("./downtime-plot.ts")).downtimePlot,
};

/** Draws a study. @throws CommandError where there is nothing that can be drawn like that */
export const drawPlot = async (kind: PlotKind, study: DrawnStudy, given: PlotArguments): Promise<Plot> =>
  (await kinds[kind]())(study, given);
