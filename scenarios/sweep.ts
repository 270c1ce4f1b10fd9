import type { Axis } from "./schema/experiment-schema.ts";
import type { Issue } from "./text/issue.ts";
import { at, type Entry, only, plain, type Tree } from "./text/tree.ts";
import {
  duration,
  formatQuantity,
  fraction,
  frequency,
  parseQuantity,
  type Quantity,
  rate,
  size,
} from "./text/units.ts";

/** One combination of the values of all axes: path of a key → what is laid there. */
export type Combination = ReadonlyMap<string, Tree>;

const fixed = ["sweep", "seed", "replications", "model", "extends", "description"];
const most = 100_000;

/** All combinations of the axes of `sweep`, the last axis running fastest; a single empty one without a sweep. */
export const combinations = (
  tree: Tree,
  axes: { readonly [path: string]: Axis } | undefined,
  issues: Issue[],
): Combination[] => {
  let points: Map<string, Tree>[] = [new Map()];
  for (const [path, axis] of Object.entries(axes ?? {})) {
    const entry = (at(tree, ["sweep"]) as { readonly entries: ReadonlyMap<string, Entry> }).entries.get(path)!;
    const complain = (message: string): void => {
      issues.push({ path: ["sweep", path], message, place: entry.key });
    };
    if (fixed.includes(path.split(".")[0]!)) complain(`${path} cannot be swept: it is the same for the whole scenario`);
    if (path.split(".").some((key) => key === "")) complain("expected a path of keys such as snapshot.interval");
    const values = valuesOf(axis, entry.value, complain);
    if (points.length * values.length > most) {
      complain(`with this axis there are ${points.length * values.length} points; at most ${most} are possible`);
      continue;
    }
    points = points.flatMap((point) =>
      values.map((value) => new Map(point).set(path, only(path.split("."), value, entry.key))),
    );
  }
  return points;
};

const valuesOf = (axis: Axis, tree: Tree, complain: (message: string) => void): readonly Tree[] => {
  if (tree.kind === "list") return tree.items;
  if (Array.isArray(axis) || !("from" in axis)) return [];
  const quantity = [undefined, duration, size, rate, frequency, fraction].find(
    (one) => read(one, axis.from) !== undefined && read(one, axis.to) !== undefined,
  );
  const [from, to] = [read(quantity, axis.from), read(quantity, axis.to)];
  if (from === undefined || to === undefined) {
    complain(`from ${plain(at(tree, ["from"])!)} to ${plain(at(tree, ["to"])!)} is no range of one unit`);
    return [];
  }
  if (axis.scale === "log" && !(from > 0 && to > 0)) {
    complain("a range with scale: log lies above 0");
    return [];
  }
  const step = (index: number): number => {
    const share = index / (axis.points - 1);
    // The ends are exact: no rounding may move an interval off the value that was asked for.
    if (share === 0) return from;
    if (share === 1) return to;
    return axis.scale === "log" ? from * (to / from) ** share : from + (to - from) * share;
  };
  return Array.from({ length: axis.points }, (_, index) => {
    const value = step(index);
    return { kind: "scalar", value: quantity === undefined ? value : formatQuantity(quantity, value), at: tree.at };
  });
};

/** The number that a bound of a range means under a quantity, or as a bare number under none. */
const read = (quantity: Quantity | undefined, bound: string | number): number | undefined => {
  if (quantity === undefined) return typeof bound === "number" ? bound : undefined;
  const parsed = parseQuantity(quantity, bound);
  return parsed.ok ? parsed.value : undefined;
};
