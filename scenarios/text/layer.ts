import { isAbsolute, join } from "node:path";
import { components } from "../../models/failures/failure-spec.ts";
import { type PageType, pageTypes } from "../../models/scenario.ts";
import type { Catalogue, DefaultsSection } from "../catalogue.ts";
import { isTraceFile } from "../trace-readers/read-trace.ts";
import type { Issue } from "./issue.ts";
import { type Slot, shockList, slots } from "./slots.ts";
import { didYouMean } from "./spelling.ts";
import { at, changed, type Mapping, plain, type Tree } from "./tree.ts";

/**
 * One text of a scenario made ready to be laid upon others: names of the catalogue become what they name, laws and
 * other things that stand for themselves are marked so, and paths of files become absolute.
 */
export const prepareLayer = (tree: Tree, catalogue: Catalogue, issues: Issue[]): Tree => {
  let layer = changed(markWhole(tree), ["cluster", "workload"], wholeWorkload);
  layer = changed(layer, ["storage", "policy"], wholePolicy);
  for (const slot of slots) layer = changed(layer, slot.path, (node) => named(node, slot, catalogue, issues));
  layer = eachItem(layer, shockList.path, (node) => named(node, shockList, catalogue, issues));
  layer = changed(layer, ["policy", "module"], absoluteModule);
  layer = eachItem(layer, ["sweep", "policy.module"], absoluteModule);
  layer = eachItem(layer, ["sweep", "policy"], (policy) => changed(policy, ["module"], absoluteModule));
  for (const component of components) layer = changed(layer, ["failures", component, "trace"], absolute);
  return layer;
};

/** What a name of the catalogue stands for; anything else stays. */
const named = (node: Tree, { path, kind, words = [] }: Slot, catalogue: Catalogue, issues: Issue[]): Tree => {
  if (node.kind !== "scalar" || typeof node.value !== "string") return node;
  const name = node.value;
  if (words.includes(name) || (/^[-+.\d]/.test(name) && catalogue.find(kind, name) === undefined)) return node;
  const found = catalogue.find(kind, name);
  if (found !== undefined) return found;
  const known = catalogue.names(kind);
  const hint = didYouMean(name, [...known, ...words]);
  const choice = `known are ${[...words, ...known].join(", ")}`;
  issues.push({
    path,
    message: `there is no ${name} in the catalogue of ${kind.replace("-", " ")}${hint || ";"} ${choice}`,
    place: node.at,
  });
  return node;
};

/** The same tree with `change` applied to each item of the list at `path`. */
const eachItem = (tree: Tree, path: readonly string[], change: (node: Tree) => Tree): Tree =>
  changed(tree, path, (node) => {
    if (node.kind !== "list") return node;
    const items = node.items.map(change);
    return items.every((item, i) => item === node.items[i]) ? node : { ...node, items };
  });

/** Lays under merged scenarios those defaults that depend on what they say elsewhere; under what several share, once. */
export class Completion {
  readonly #catalogue: Catalogue;
  readonly #known = new WeakMap<Tree, Tree>();

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  complete(tree: Tree): Tree {
    return Object.entries(completions).reduce(
      (whole, [section, rules]) => changed(whole, [section], (node) => this.#section(node, rules)),
      tree,
    );
  }

  #section(node: Tree, rules: readonly Rule[]): Tree {
    let found = this.#known.get(node);
    if (found === undefined) {
      found = rules.reduce((below, { path, each, section }) => {
        const lay = (one: Tree): Tree => {
          const name = section(one);
          return name === undefined || one.kind !== "mapping" ? one : under(this.#catalogue.defaults(name), one);
        };
        return each === true ? eachItem(below, path, lay) : changed(below, path, lay);
      }, node);
      this.#known.set(node, found);
    }
    return found;
  }
}

/** Which section of the defaults lies under what stands at `path`, or under each item of the list there. */
interface Rule {
  readonly path: readonly string[];
  readonly each?: true;
  readonly section: (node: Tree) => DefaultsSection | undefined;
}

const beside = (law: DefaultsSection, trace: DefaultsSection) => (node: Tree) =>
  at(node, ["law"]) ? law : at(node, ["trace"]) ? trace : undefined;

/** What a section lacks depends on that section alone. */
const completions: { readonly [section: string]: readonly Rule[] } = {
  snapshot: [{ path: [], section: (node) => recordSections.get(plain(at(node, ["capture"]) ?? node)) ?? "postCopy" }],
  cluster: [
    { path: ["traffic"], section: (node) => (at(node, ["pattern"]) ? "trafficPattern" : undefined) },
    { path: ["vm", "disk"], section: () => "vmDisk" },
    { path: ["workload"], section: () => "workload" },
    { path: ["workload", "workingSet"], section: () => "workingSet" },
  ],
  failures: [
    ...components.map(
      (component): Rule => ({
        path: [component],
        section: component === "disk" ? beside("diskLaw", "diskTrace") : beside("failureLaw", "failureTrace"),
      }),
    ),
    {
      path: shockList.path.slice(1),
      each: true,
      section: (node) => (at(node, ["law"]) ? "shockLaw" : at(node, ["times"]) ? "shockTimes" : undefined),
    },
  ],
};

/** `node` with the entries of `base` that it lacks, after its own. */
const under = (base: Mapping, node: Mapping): Mapping => {
  const entries = new Map(node.entries);
  for (const [key, entry] of base.entries) if (!entries.has(key)) entries.set(key, entry);
  return { ...node, entries };
};

/** Which pages are recorded, by the capture. */
const recordSections: ReadonlyMap<unknown, DefaultsSection> = new Map([
  ["stop-and-copy", "stopAndCopy"],
  ["pre-copy", "preCopy"],
]);

const standAlone = ["law", "times", "trace", "from", "pattern", "matrix", "module"];

/** A law replaces the law that it overrides, and so does whatever else stands for itself: their keys do not mix. */
const markWhole = (tree: Tree): Tree => {
  if (tree.kind === "scalar") return tree;
  if (tree.kind === "list") return { ...tree, items: tree.items.map(markWhole) };
  const entries = new Map([...tree.entries].map(([key, entry]) => [key, { ...entry, value: markWhole(entry.value) }]));
  return { ...tree, entries, ...(standAlone.some((key) => entries.has(key)) ? { whole: true } : {}) };
};

/** A workload whose classes all say their type replaces another, a mix only its classes; others change them one by one. */
const wholeWorkload = (node: Tree): Tree => {
  const classes = at(node, ["classes"]);
  if (node.kind !== "mapping" || classes?.kind !== "mapping" || classes.whole) return node;
  const complete = [...classes.entries.values()].every(({ value }) => at(value, ["type"]) !== undefined);
  return complete ? { ...node, whole: true } : node;
};

/** A policy that says how every type is stored, and what becomes of zeros, is another one than that below it. */
const wholePolicy = (node: Tree): Tree => {
  if (node.kind !== "mapping" || at(node, ["dropZero"]) === undefined) return node;
  const says = (type: PageType, key: string): boolean => at(node, [type, key]) !== undefined;
  const ways = ["copies", "erasure", "group"];
  const complete = pageTypes.every((type) => says(type, "onLoss") && ways.some((way) => says(type, way)));
  return complete ? { ...node, whole: true } : node;
};

const absoluteModule = (node: Tree): Tree => {
  if (node.kind !== "scalar" || typeof node.value !== "string" || isAbsolute(node.value)) return node;
  return { ...node, value: join(node.at.source.folder, node.value) };
};

const absolute = (node: Tree): Tree => {
  if (node.kind !== "scalar" || typeof node.value !== "string" || !isTraceFile(node.value) || isAbsolute(node.value))
    return node;
  return { ...node, value: join(node.at.source.folder, node.value) };
};
