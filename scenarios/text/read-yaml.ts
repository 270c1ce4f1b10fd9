import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, parseDocument, visit } from "yaml";
import type { Issue } from "./issue.ts";
import type { Place, Source } from "./place.ts";
import { type Entry, mapping, type Scalar, type Tree } from "./tree.ts";

/** Nodes that aliases may stand for, all told: a few lines of aliases of aliases stand for billions. */
const mostRepeated = 100_000;

/** Reads YAML into a tree with places. All faults of syntax are returned, with what could be read in spite of them. */
export const readYaml = (source: Source, from = 0): { readonly tree: Tree; readonly issues: readonly Issue[] } => {
  const issues: Issue[] = [];
  const place = (start: number, end: number): Place => ({ source, start: start + from, end: end + from });
  const complain = (message: string, where: Place): void => {
    issues.push({ path: [], message, place: where });
  };

  const document = parseDocument(source.text.slice(from), { prettyErrors: false });
  for (const { message, pos } of [...document.errors, ...document.warnings]) {
    const what = message.startsWith("Source contains multiple documents")
      ? "a scenario is one document: what follows --- belongs to another"
      : `this is not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
    complain(what, place(...pos));
  }

  const nothing = (where: Place): Scalar => ({ kind: "scalar", value: null, at: where });
  /** What an alias stands for: the last node of that name before it, never one that the alias itself is in. */
  const anchored = (alias: Alias): Node | undefined => {
    let found: Node | undefined;
    visit(document, {
      Node: (_, node) => {
        if (node === alias) return visit.BREAK;
        if (!isAlias(node) && node.anchor === alias.source) found = node;
        return undefined;
      },
    });
    return found !== undefined && found.range![1] <= alias.range![0] ? found : undefined;
  };
  let repeated = 0;
  let depth = 0;
  const convert = (node: Node | null | undefined, fallback: Place): Tree => {
    if (!node) return nothing(fallback);
    const [start, end] = node.range ?? [0, 0];
    // Nothing is written nowhere: its key is shown.
    const where = start === end ? fallback : place(start, end);
    if (depth > 0 && ++repeated > mostRepeated) {
      if (repeated === mostRepeated + 1) complain(`aliases stand for more than ${mostRepeated} values`, where);
      return nothing(where);
    }
    if (isAlias(node)) {
      const meant = anchored(node);
      if (meant === undefined) complain(`*${node.source} stands for nothing: no &${node.source} ends before it`, where);
      depth++;
      const tree = convert(meant, where);
      depth--;
      return tree;
    }
    if (isMap(node)) {
      const entries: [string, Entry][] = [];
      for (const { key, value } of node.items) {
        if (repeated > mostRepeated) break;
        if (!isScalar(key)) {
          complain("a key must be a word", where);
          continue;
        }
        const [keyStart, keyEnd] = key.range ?? [start, end];
        const keyPlace = place(keyStart, keyEnd);
        entries.push([String(key.value), { key: keyPlace, value: convert(value as Node | null, keyPlace) }]);
      }
      return mapping(entries, where);
    }
    if (isSeq(node)) {
      const items: Tree[] = [];
      for (const item of node.items) {
        if (repeated > mostRepeated) break;
        items.push(convert(item as Node | null, where));
      }
      return { kind: "list", items, at: where };
    }
    const value: unknown = isScalar(node) ? node.value : undefined;
    if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      return { kind: "scalar", value, at: where };
    }
    complain("a value must be text, a number, true, false, a list or a mapping", where);
    return nothing(where);
  };
  const whole = place(0, 0);
  return { tree: convert(document.contents, whole), issues };
};
