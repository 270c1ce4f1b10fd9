import { mostSeries } from "../../results/charts/plot-axis.ts";
import { axesOf } from "../study/kept-points.ts";
import type { StudyPlan } from "../study/study-plan.ts";
import { firstAxis, type PlotArguments, type PlotKind } from "./plot.ts";

/** The charts that a report of a study shows, each with what it is told; only of what its model has columns for. */
export const reportCharts = (
  plan: StudyPlan,
  columns: readonly string[],
): { readonly kind: PlotKind; readonly given: PlotArguments }[] => {
  const varying = axesOf(plan).filter((axis) => valuesOf(plan, axis).length > 1);
  const cdf = (of: string, given: Omit<PlotArguments, "y">) => ({ kind: "cdf" as const, given: { ...given, y: [of] } });
  const times = ["rpo", "rto"].filter((of) => columns.includes(`${of}Mean`));
  if (varying.length === 0) return times.map((of) => cdf(of, { at: [] }));
  const x = firstAxis(plan);
  const others = varying.filter((axis) => axis !== x);
  const laid = layout(plan, others);
  const [panel, ...rest] = others;
  const few = {
    ...panelOf(panel),
    at: [
      ...spread(plan, x, 5),
      ...(panel === undefined ? [] : spread(plan, panel, 6)),
      ...rest.flatMap((axis) => spread(plan, axis, 1)),
    ],
  };
  return [
    {
      kind: "curve",
      given: { x, y: ["availability", "availabilityNet", "workRatio"].filter((one) => columns.includes(one)), ...laid },
    },
    ...(columns.includes("downtimeDetect")
      ? [{ kind: "downtime" as const, given: { x, ...layout(plan, others) } }]
      : []),
    ...(columns.includes("storedBytes")
      ? [
          {
            kind: "pareto" as const,
            given: { ...layout(plan, others.slice(1)), ...(others[0] === undefined ? {} : { series: others[0] }) },
          },
        ]
      : []),
    ...(others.length > 0 && others.every((axis) => valuesOf(plan, axis).length <= 12)
      ? [{ kind: "heat" as const, given: { x, series: others[0]!, at: [], ...panelOf(others[1]) } }]
      : []),
    ...times.map((of) => cdf(of, few)),
  ];
};

/** All keys as series if they can be told apart, else one of them in panels and, if need be, some values of the rest. */
const layout = (plan: StudyPlan, axes: readonly string[]): PlotArguments => {
  const count = axes.reduce((product, axis) => product * valuesOf(plan, axis).length, 1);
  if (count <= mostSeries) return { at: [] };
  const panel = axes.toSorted((a, b) => valuesOf(plan, b).length - valuesOf(plan, a).length)[0]!;
  const rest = axes.filter((axis) => axis !== panel);
  const each = Math.max(1, Math.floor(mostSeries ** (1 / Math.max(1, rest.length))));
  return { panel, at: [...spread(plan, panel, 6), ...rest.flatMap((axis) => spread(plan, axis, each))] };
};

const panelOf = (axis: string | undefined): { readonly panel?: string } => (axis === undefined ? {} : { panel: axis });

const valuesOf = ({ points }: StudyPlan, axis: string): string[] => [
  ...new Set(points.map(({ labels }) => labels[axis]!)),
];

/** So many values of a key at most, evenly from all of them, as `--at` takes them. */
const spread = (plan: StudyPlan, axis: string, most: number): string[] => {
  const values = valuesOf(plan, axis);
  if (values.length <= most) return [];
  const kept = Array.from(
    { length: most },
    (_, i) => values[Math.round((i * (values.length - 1)) / Math.max(1, most - 1))]!,
  );
  return [...new Set(kept)].map((value) => `${axis}=${value}`);
};
