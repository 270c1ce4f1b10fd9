import type { Columns } from "../../models/books/columns.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { isKept } from "../../scenarios/search/kept-interval.ts";
import { type ShortestKept, shortestKept } from "./shortest-kept.ts";

/** One point of a scenario's sweep. */
export interface SweepPoint {
  /** What the sweep has set: key → value as it is written. */
  readonly labels: { readonly [axis: string]: string };
  readonly scenario: ClusterScenario;
}

/** What a testbed, real or simulated, does at a point. */
export type Bed<Point extends SweepPoint> = (point: Point) => Promise<Columns>;

/** The key whose shortest value is looked for. */
export const searchedKey = "snapshot.interval";

/** The shortest interval that is kept where all other keys have the same values. */
export interface KeptInterval<Point extends SweepPoint> extends ShortestKept<Point> {
  readonly setting: string;
}

/** What a sweep has set, as it is written on a command line. */
export const settingOf = (labels: SweepPoint["labels"], besides: readonly string[] = []): string =>
  Object.entries(labels)
    .filter(([axis]) => !besides.includes(axis))
    .map(([axis, label]) => `${axis}=${label}`)
    .join(" ");

/**
 * Looks for the shortest interval of a sweep that a testbed keeps, in each setting of the other keys. What counts as kept is
 * the same on every testbed.
 */
export const keptIntervals = async <Point extends SweepPoint>(
  points: readonly Point[],
  bed: Bed<Point>,
): Promise<KeptInterval<Point>[]> => {
  const besides = ({ labels }: Point): string => settingOf(labels, [searchedKey]);
  const found: KeptInterval<Point>[] = [];
  for (const setting of new Set(points.map(besides))) {
    const ladder = points
      .filter((point) => besides(point) === setting)
      .sort((one, other) => one.scenario.snapshot.interval - other.scenario.snapshot.interval);
    const kept = await shortestKept(ladder, async (point) => {
      const { intervalAchieved = Number.NaN } = await bed(point);
      return isKept(intervalAchieved, point.scenario.snapshot.interval);
    });
    found.push({ setting, ...kept });
  }
  return found;
};
