import { sweepWords } from "../schema/sweep-schema.ts";
import { at, changed, type Mapping, type Tree, without } from "../text/tree.ts";

/** A sweep without some of its axes, wherever they stand; undefined when no axis is left. */
export const withoutAxes = (sweep: Mapping, isGone: (axis: string) => boolean): Mapping | undefined => {
  const groups = [["zip"], ["latinHypercube", "axes"], ["sobol", "axes"]];
  const less = (node: Tree): Tree => {
    if (node.kind === "list") return { ...node, items: node.items.map(less) };
    return node.kind === "mapping" ? lessAxes(node, isGone) : node;
  };
  const left = groups.reduce<Tree>((tree, path) => changed(tree, path, less), lessAxes(sweep, isGone)) as Mapping;
  const empty = ["zip", "latinHypercube", "sobol"].filter(
    (word) => at(left, [word]) !== undefined && !hasAxis(left, word),
  );
  const rest = empty.reduce<Mapping>(without, left);
  return [...rest.entries.keys()].some((key) => key !== "where") ? rest : undefined;
};

const lessAxes = (tree: Mapping, isGone: (axis: string) => boolean): Mapping =>
  [...tree.entries.keys()]
    .filter((key) => isGone(key) && !(sweepWords as readonly string[]).includes(key))
    .reduce<Mapping>(without, tree);

const hasAxis = (sweep: Mapping, word: string): boolean => {
  const group = at(sweep, word === "zip" ? [word] : [word, "axes"]);
  if (group?.kind === "list") return group.items.some((one) => one.kind === "mapping" && one.entries.size > 0);
  return group?.kind !== "mapping" || group.entries.size > 0;
};
