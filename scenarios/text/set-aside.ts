import type { Fault } from "../schema/zod-issues.ts";
import type { Path, Report } from "./issue.ts";
import { at, changed, type Tree, without } from "./tree.ts";

/**
 * A scenario with its faults set aside, so that the rest of it can be judged in the same run: keys that nobody knows are
 * left out, and what is wrong is replaced by its default.
 */
export const setAside = (tree: Tree, faults: readonly Fault[], defaults: Tree): Tree =>
  faults.reduce((left, { path, key }) => {
    const parent = path.slice(0, -1);
    if (key && at(defaults, parent) !== undefined) {
      return changed(left, parent.map(String), (node) =>
        node.kind === "mapping" ? without(node, String(path.at(-1))) : node,
      );
    }
    let known: Path = path;
    while (known.length > 1 && at(defaults, known) === undefined) known = known.slice(0, -1);
    const standard = at(defaults, known);
    return standard === undefined ? left : changed(left, known.map(String), () => standard);
  }, tree);

/** `report` without what may have come from a fault: nothing is said about values that stand in for others. */
export const beyond =
  (faults: readonly Fault[], report: Report): Report =>
  (path, message, related = []) => {
    const doubtful = faults.flatMap(({ path: one, key, meant }): Path[] =>
      !key ? [one] : meant === undefined ? [] : [[...one.slice(0, -1), meant]],
    );
    const touches = (a: Path, b: Path): boolean => a.every((step, i) => i >= b.length || step === b[i]);
    if (![path, ...related].some((one) => doubtful.some((other) => touches(one, other))))
      report(path, message, related);
  };
