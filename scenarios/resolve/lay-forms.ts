import { basename, isAbsolute, join } from "node:path";
import type { Catalogue } from "../catalogue.ts";
import type { FormShelf } from "../csv-forms/form-shelf.ts";
import type { Issue } from "../text/issue.ts";
import type { Place } from "../text/place.ts";
import { didYouMean } from "../text/spelling.ts";
import { changed, type Entry, type Mapping, mapping, merge, type Scalar, type Tree, without } from "../text/tree.ts";

/** Whether a workload or its mix is a file of the user's rather than a name. */
export const isMixFile = (reference: string): boolean => /[/\\]|\.csv$/i.test(reference);

/**
 * One text of a scenario with what it takes from CSV files: their paths are absolute, and a workload that is given by a
 * `mix` (a name of the catalogue, or a file) is as if it had written the classes of that mix itself, changed by the rest
 * of what it says. They replace the classes of the texts below, but no `curve` of these.
 */
export const layForms = (tree: Tree, catalogue: Catalogue, forms: FormShelf, issues: Issue[]): Tree =>
  changed(changed(tree, ["cluster", "traffic", "matrix"], absolute), ["cluster", "workload"], (node) => {
    const workload = asMix(node);
    if (workload.kind !== "mapping") return workload;
    const located = changed(workload, ["curve"], absolute) as Mapping;
    const mix = located.entries.get("mix")?.value;
    if (mix === undefined) return located;
    const rest = without(located, "mix");
    if (mix.kind !== "scalar" || typeof mix.value !== "string") {
      issues.push({
        path: ["cluster", "workload", "mix"],
        message: "expected the name of a workload or a CSV file",
        place: mix.at,
      });
      return rest;
    }
    const base = isMixFile(mix.value) ? mixOfFile(mix, forms, issues) : mixOfName(mix.value, mix, catalogue, issues);
    return base === undefined ? rest : merge(base, rest);
  });

/** `workload: ./mine.csv` is short for `workload: { mix: ./mine.csv }`. */
const asMix = (node: Tree): Tree => {
  if (node.kind !== "scalar" || typeof node.value !== "string" || !isMixFile(node.value)) return node;
  return mapping([["mix", { key: node.at, value: node }]], node.at);
};

const mixOfName = (name: string, { at }: Scalar, catalogue: Catalogue, issues: Issue[]): Tree | undefined => {
  const found = catalogue.find("workloads", name);
  if (found?.kind === "mapping") {
    const classes = found.entries.get("classes")!;
    return workloadOf(
      found.entries.get("name")!,
      { ...classes, value: { ...classes.value, whole: true } as Mapping },
      at,
    );
  }
  const known = catalogue.names("workloads");
  const hint = didYouMean(name, known) || ";";
  const message = `there is no ${name} in the catalogue of workloads${hint} known are ${known.join(", ")}; a file of your own ends in .csv`;
  issues.push({ path: ["cluster", "workload", "mix"], message, place: at });
  return undefined;
};

const mixOfFile = (mix: Scalar, forms: FormShelf, issues: Issue[]): Tree | undefined => {
  const path = String((absolute(mix) as Scalar).value);
  const complain = (message: string): void => {
    issues.push({ path: ["cluster", "workload", "mix"], message, place: mix.at });
  };
  const classes = forms.mix(path, complain);
  if (classes === undefined) return undefined;
  const name: Entry = {
    key: mix.at,
    value: { kind: "scalar", value: basename(path).replace(/\.csv$/i, ""), at: mix.at },
  };
  return workloadOf(name, { key: mix.at, value: { ...classes, whole: true } }, mix.at);
};

const workloadOf = (name: Entry, classes: Entry, at: Place): Mapping =>
  mapping(
    [
      ["name", name],
      ["classes", classes],
    ],
    at,
  );

const absolute = (node: Tree): Tree =>
  node.kind !== "scalar" || typeof node.value !== "string" || node.value === "" || isAbsolute(node.value)
    ? node
    : { ...node, value: join(node.at.source.folder, node.value) };
