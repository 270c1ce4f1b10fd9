import { CommandError } from "../commands/command-line.ts";
import { readableLabels } from "../text/readable.ts";
import { didYouMean } from "../text/spelling.ts";
import type { StudyPlan } from "./study-plan.ts";

/** Keys that a plan sweeps. */
export const axesOf = (plan: StudyPlan): string[] => [
  ...new Set(plan.points.flatMap(({ labels }) => Object.keys(labels))),
];

/** @throws CommandError unless the plan sweeps the key */
export const requireAxis = (plan: StudyPlan, axis: string): void => {
  const axes = axesOf(plan);
  if (axes.includes(axis)) return;
  const swept = axes.length === 0 ? "this study sweeps nothing" : `this study sweeps ${axes.join(", ")}`;
  throw new CommandError(`${axis} is not swept${didYouMean(axis, axes) || `: ${swept}`}`);
};

/** A key and its label, as `--at` takes them. @throws CommandError */
export const keyAndLabel = (text: string): readonly [string, string] => {
  const sign = text.indexOf("=");
  if (sign < 0) throw new CommandError(`--at ${text}: expected a swept key and a value, key=value`);
  return [text.slice(0, sign), text.slice(sign + 1)];
};

/**
 * Indexes of the points that have all these values, exactly or as tables and charts show them; of one key, any of them.
 *
 * @throws CommandError if there is none
 */
export const keptPoints = (plan: StudyPlan, at: readonly string[]): number[] => {
  const wanted = new Map<string, string[]>();
  for (const text of at) {
    const [axis, value] = keyAndLabel(text);
    requireAxis(plan, axis);
    const shown = readableLabels(plan.points.map(({ labels }) => labels[axis]!));
    const label = shown.has(value) ? value : [...shown].find(([, short]) => short === value)?.[0];
    if (label === undefined) throw new CommandError(`--at ${text}: ${axis} is ${[...shown.keys()].join(", ")}`);
    wanted.set(axis, [...(wanted.get(axis) ?? []), label]);
  }
  const kept = plan.points.flatMap(({ labels }, i) =>
    [...wanted].every(([axis, values]) => values.includes(labels[axis]!)) ? [i] : [],
  );
  if (kept.length === 0) throw new CommandError(`no point has ${at.join(" and ")}`);
  return kept;
};
