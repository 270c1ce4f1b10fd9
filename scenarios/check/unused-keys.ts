import type { ClusterFile } from "../schema/cluster-schema.ts";
import type { Path } from "../text/issue.ts";
import type { Source } from "../text/place.ts";
import { at, placeOf, plain, type Tree } from "../text/tree.ts";

/** A key that only some scenarios have a use for. */
interface Use {
  readonly path: Path;
  /** The key that decides it. */
  readonly by: Path;
  readonly isOf: (file: ClusterFile) => boolean;
  readonly message: (points: readonly ClusterFile[]) => string;
}

type Snapshot = ClusterFile["snapshot"];

/** Keys of `snapshot` that only one word of another key has a use for. */
const forOneWord = (by: "capture" | "cut", word: string, keys: readonly (keyof Snapshot)[]): Use[] =>
  keys.map((key) => ({
    path: ["snapshot", key],
    by: ["snapshot", by],
    isOf: ({ snapshot }) => snapshot[by] === word,
    message: (points) => {
      const words = [...new Set(points.map(({ snapshot }) => snapshot[by]))];
      return `has no use with ${by}: ${words.join(" or ")}: leave it out, or write ${by}: ${word}`;
    },
  }));

const ofLayers = (key: string): Use => ({
  path: ["storage", "disk", key],
  by: ["cluster", "vm", "disk"],
  isOf: ({ cluster: { vm } }) => vm.disk !== "none" && (key !== "copies" || vm.disk.on === "local"),
  message: () =>
    key === "copies"
      ? "has no use without local disks of VMs: leave it out, or give cluster.vm.disk"
      : "has no use without disks of VMs: leave it out, or give cluster.vm.disk",
});

const uses: readonly Use[] = [
  ...forOneWord("capture", "post-copy", ["faultPath", "order"]),
  ...forOneWord("capture", "pre-copy", ["downtimeLimit", "maxRounds"]),
  ...forOneWord("cut", "paced", ["pacedWith"]),
  ...forOneWord("cut", "scheduled", ["clockSkew"]),
  {
    path: ["storage", "keep"],
    by: ["storage", "retention"],
    isOf: ({ storage }) => storage.retention === "none",
    message: () => "has no use beside retention, which says what is kept: leave one of them out",
  },
  {
    path: ["storage", "onFull"],
    by: ["dataCentre", "host", "disk"],
    isOf: ({ dataCentre }) => (dataCentre.host.disk.capacity ?? "none") !== "none",
    message: () => "has no use on disks without an end: leave it out, or give dataCentre.host.disk.capacity",
  },
  ...["copies", "block"].map(ofLayers),
  {
    path: ["failures", "slowDiskRate"],
    by: ["failures", "slowDisk"],
    isOf: ({ failures }) => failures.slowDisk !== "none",
    message: () => "has no use where no disk is slow: leave it out, or say in failures.slowDisk when one is",
  },
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
  uses.flatMap(({ path, by, isOf, message }): UnusedKey[] => {
    if (points.length === 0 || points.some(isOf)) return [];
    const shown = [["sweep", path.join(".")], path].find((one) => at(tree, one) !== undefined) ?? path;
    const written = placeOf(tree, shown).source;
    if (!byHand(written) || sameAt(shown, tree, defaults)) return [];
    const decided = placeOf(tree, by).source;
    const laidOver = written.kind === "file" && byHand(decided) && decided.name !== written.name;
    return [{ path, message: message(points), at: shown, laidOver }];
  });

const sameAt = (path: Path, ...trees: readonly Tree[]): boolean => {
  const values = trees.map((tree) => at(tree, path)).map((found) => found && JSON.stringify(plain(found)));
  return values.every((value) => value === values[0]);
};

const byHand = ({ kind }: Source): boolean => kind === "file" || kind === "argument";
