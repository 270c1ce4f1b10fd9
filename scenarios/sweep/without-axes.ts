import { sweepWords } from "../schema/sweep-schema.ts";
import { at, changed, type Mapping, type Tree, without } from "../text/tree.ts";

/** A sweep without some of its axes, wherever they stand; undefined when no axis is left. */
export const withoutAxes = (sweep: Mapping, isGone: (axis: string) => boolean): Mapping | undefined => {
  const groups = [["zip"], ["latinHypercube", "axes"], ["sobol", "axes"]];
  const less = (node: Tree): Tree => {
    if (node.kind === "list")
      return { ...node, items: node.items.map(less).filter((one, i) => isKept(one, node.items[i]!)) };
    return node.kind === "mapping" ? lessAxes(node, isGone) : node;
  };
  const left = groups.reduce<Tree>((tree, path) => changed(tree, path, less), lessAxes(sweep, isGone)) as Mapping;
  const empty = ["zip", "latinHypercube", "sobol"].filter(
    (word) => at(left, [word]) !== undefined && hasAxis(sweep, word) && !hasAxis(left, word),
  );
  const rest = empty.reduce<Mapping>(without, left);
  return hasMore(rest) || !hasMore(sweep) ? rest : undefined;
};

/** Than conditions: where the last axis was taken away, they have nothing to choose from any more. */
const hasMore = (sweep: Mapping): boolean => [...sweep.entries.keys()].some((key) => key !== "where");

/** Of zipped groups those go that have lost their last axis. */
const isKept = (left: Tree, group: Tree): boolean => !isEmpty(left) || isEmpty(group);

const isEmpty = (tree: Tree): boolean => tree.kind === "mapping" && tree.entries.size === 0;

const lessAxes = (tree: Mapping, isGone: (axis: string) => boolean): Mapping =>
  [...tree.entries.keys()]
    .filter((key) => isGone(key) && !(sweepWords as readonly string[]).includes(key))
    .reduce<Mapping>(without, tree);

const hasAxis = (sweep: Mapping, word: string): boolean => {
  const group = at(sweep, word === "zip" ? [word] : [word, "axes"]);
  if (group?.kind === "list") return group.items.some((one) => one.kind === "mapping" && one.entries.size > 0);
  return group?.kind !== "mapping" || group.entries.size > 0;
};
