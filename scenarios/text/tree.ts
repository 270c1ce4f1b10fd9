import type { Path } from "./issue.ts";
import type { Place } from "./place.ts";

/** YAML as data whose every value remembers where it was written, through inheritance and overrides. */
export type Tree = Scalar | Mapping | List;

export interface Scalar {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  readonly at: Place;
  /** Where the number is from: `assumed`, `published: …`, `measured: …`. */
  readonly provenance?: string;
}

export interface Mapping {
  readonly kind: "mapping";
  readonly entries: ReadonlyMap<string, Entry>;
  readonly at: Place;
  /** Stands for itself: what it overrides is replaced and not merged with it. */
  readonly whole?: true;
}

export interface Entry {
  readonly key: Place;
  readonly value: Tree;
}

export interface List {
  readonly kind: "list";
  readonly items: readonly Tree[];
  readonly at: Place;
}

export const mapping = (entries: Iterable<readonly [string, Entry]>, at: Place): Mapping => ({
  kind: "mapping",
  entries: new Map(entries),
  at,
});

/** The plain value, without places. */
export const plain = (tree: Tree): unknown => {
  if (tree.kind === "scalar") return tree.value;
  if (tree.kind === "list") return tree.items.map(plain);
  return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, plain(value)]));
};

/**
 * `over` laid upon `base`: mappings are merged key by key, anything else replaces.
 * A key keeps the position that it has in `base`.
 */
export const merge = (base: Tree | undefined, over: Tree): Tree => {
  if (base?.kind !== "mapping" || over.kind !== "mapping" || over.whole) return over;
  const entries = new Map(base.entries);
  for (const keys of alternatives) {
    const said = keys.filter((key) => over.entries.has(key));
    if (said.length === 1) for (const key of keys) if (key !== said[0]) entries.delete(key);
  }
  for (const [key, { key: place, value }] of over.entries) {
    entries.set(key, { key: place, value: merge(entries.get(key)?.value, value) });
  }
  return { ...over, entries, ...(base.whole ? { whole: true } : {}) };
};

/** Keys of one mapping of which each takes the place of the other. */
const alternatives = [["copies", "erasure", "group"]] as const;

/** The tree at `path`, or nothing. */
export const at = (tree: Tree, path: Path): Tree | undefined => {
  let node: Tree | undefined = tree;
  for (const key of path) {
    if (node?.kind === "mapping") node = node.entries.get(String(key))?.value;
    else if (node?.kind === "list") node = node.items[Number(key)];
    else return undefined;
  }
  return node;
};

/** The same tree with `change` applied to the node at `path`, if there is one. */
export const changed = (tree: Tree, path: readonly string[], change: (node: Tree) => Tree): Tree => {
  const [head, ...rest] = path;
  if (head === undefined) return change(tree);
  if (tree.kind !== "mapping") return tree;
  const entry = tree.entries.get(head);
  if (entry === undefined) return tree;
  const value = changed(entry.value, rest, change);
  // What is not changed stays the same object, so that what was found out about it holds.
  if (value === entry.value) return tree;
  return { ...tree, entries: new Map(tree.entries).set(head, { ...entry, value }) };
};

/** The tree that has nothing but `value` at `path`; all its keys stand at the same place. */
export const only = (path: readonly string[], value: Tree, key: Place): Tree =>
  path.reduceRight<Tree>((inner, name) => mapping([[name, { key, value: inner }]], key), value);

/** The same mapping without one of its keys. */
export const without = (tree: Mapping, key: string): Mapping => {
  const entries = new Map(tree.entries);
  entries.delete(key);
  return { ...tree, entries };
};

/** Where the value at `path` was written; for a value that is missing, where its nearest parent was. */
export const placeOf = (tree: Tree, path: Path): Place => {
  let place = tree.at;
  let node: Tree | undefined = tree;
  for (const key of path) {
    let next: Tree | undefined;
    if (node.kind === "mapping") {
      const entry = node.entries.get(String(key));
      next = entry?.value;
      // A mapping or list is pointed at by its key, which is one line.
      if (entry !== undefined) place = entry.value.kind === "scalar" ? entry.value.at : entry.key;
    } else if (node.kind === "list") {
      next = node.items[Number(key)];
      if (next !== undefined) place = next.at;
    }
    if (next === undefined) return place;
    node = next;
  }
  return place;
};

/** Where the key at `path` was written. */
export const keyPlaceOf = (tree: Tree, path: Path): Place => {
  const parent = at(tree, path.slice(0, -1));
  const entry = parent?.kind === "mapping" ? parent.entries.get(String(path.at(-1))) : undefined;
  return entry?.key ?? placeOf(tree, path);
};
