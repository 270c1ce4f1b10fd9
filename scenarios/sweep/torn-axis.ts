import type { Issue } from "../text/issue.ts";
import { plain, type Tree } from "../text/tree.ts";

/** `sweep: { axis: logspace(1s, 1h, 20) }` is three entries to YAML: what is wrong if it was written so. */
export const tornAxis = (sweep: Tree): Issue | undefined => {
  if (sweep.kind !== "mapping") return undefined;
  const torn = [...sweep.entries].find(([key, { value }]) => key.endsWith(")") && plain(value) === null);
  if (torn === undefined) return undefined;
  const message = "in braces a comma ends a value: write the whole range in quotes, or the axis on a line of its own";
  return { path: ["sweep", torn[0]], message, place: torn[1].key };
};
