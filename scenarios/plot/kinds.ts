import { axesOf, keyAndLabel } from "../study/kept-points.ts";
import { readableLabels } from "../text/readable.ts";
import type { DrawnStudy, Plot, PlotArguments, PlotKind } from "./plot.ts";

type Draw = (study: DrawnStudy, given: PlotArguments) => Promise<Plot>;

const kinds: { readonly [kind in PlotKind]: () => Promise<Draw> } = {
  curve: async () => (await import("./curve-plot.ts")).curvePlot,
  heat: async () => (await import("./heat-plot.ts")).heatPlot,
  pareto: async () => (await import("./pareto-plot.ts")).paretoPlot,
  cdf: async () => (await import("./cdf-plot.ts")).cdfPlot,
  downtime: async () => (await import("./downtime-plot.ts")).downtimePlot,
};

/**
 * Draws a study, with labels that can be read: those of ranges may have as many digits as a number has.
 *
 * @throws CommandError where there is nothing that can be drawn like that
 */
export const drawPlot = async (kind: PlotKind, study: DrawnStudy, given: PlotArguments): Promise<Plot> => {
  const { plan } = study;
  const shown = new Map(
    axesOf(plan).map((axis) => [axis, readableLabels(plan.points.map(({ labels }) => labels[axis]!))] as const),
  );
  const points = plan.points.map((point) => ({
    ...point,
    labels: Object.fromEntries(
      Object.entries(point.labels).map(([axis, label]) => [axis, shown.get(axis)!.get(label)!]),
    ),
  }));
  const at = given.at.map((text) => {
    const [axis, label] = keyAndLabel(text);
    const short = shown.get(axis)?.get(label);
    return short === undefined ? text : `${axis}=${short}`;
  });
  return (await kinds[kind]())({ ...study, plan: { ...plan, points } }, { ...given, at });
};
