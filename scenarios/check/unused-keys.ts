import type { ClusterFile } from "../schema/cluster-schema.ts";
import type { Path } from "../text/issue.ts";
import type { Source } from "../text/place.ts";
import { at, placeOf, plain, type Tree } from "../text/tree.ts";

type Snapshot = ClusterFile["snapshot"];

/** Keys of `snapshot` that only one word of another key has a use for. */
const uses: readonly {
  readonly keys: readonly (keyof Snapshot)[];
  readonly by: "capture" | "cut";
  readonly word: string;
}[] = [
  { keys: ["faultPath", "order"], by: "capture", word: "post-copy" },
  { keys: ["downtimeLimit", "maxRounds"], by: "capture", word: "pre-copy" },
  { keys: ["pacedWith"], by: "cut", word: "paced" },
  { keys: ["clockSkew"], by: "cut", word: "scheduled" },
];

/** A key that somebody wrote and that changes nothing. */
export interface UnusedKey {
  readonly path: Path;
  readonly message: string;
  /** Where to show it. */
  readonly at: Path;
  /** Whether what makes it useless came later, as with `--set snapshot.capture=…`: then it may well stay. */
  readonly laidOver: boolean;
}

/**
 * Keys that are written although no point of the scenario has a use for them, such as an order of copying for guests
 * that are stopped. A default that is written out, as `snapback show` does, is no fault.
 */
export const unusedKeys = (tree: Tree, points: readonly ClusterFile[], defaults: Tree): UnusedKey[] =>
  uses.flatMap(({ keys, by, word }) => {
    if (points.length === 0 || points.some(({ snapshot }) => snapshot[by] === word)) return [];
    const words = [...new Set(points.map(({ snapshot }) => snapshot[by]))];
    return keys.flatMap((key): UnusedKey[] => {
      const path = ["snapshot", key];
      const shown = [["sweep", path.join(".")], path].find((one) => at(tree, one) !== undefined) ?? path;
      const written = placeOf(tree, shown).source;
      if (!byHand(written) || sameAt(shown, tree, defaults)) return [];
      const decided = placeOf(tree, ["snapshot", by]).source;
      const message = `has no use with ${by}: ${words.join(" or ")}: leave it out, or write ${by}: ${word}`;
      const laidOver = written.kind === "file" && byHand(decided) && decided.name !== written.name;
      return [{ path, message, at: shown, laidOver }];
    });
  });

const sameAt = (path: Path, ...trees: readonly Tree[]): boolean => {
  const values = trees.map((tree) => at(tree, path)).map((found) => found && JSON.stringify(plain(found)));
  return values.every((value) => value === values[0]);
};

const byHand = ({ kind }: Source): boolean => kind === "file" || kind === "argument";
