import { basename, dirname, isAbsolute, join } from "node:path";
import { bundledFolder } from "../bundled-folder.ts";
import { type Files, whyUnreadable } from "../files.ts";
import type { Issue } from "./issue.ts";
import { type Place, type Source, shownPath } from "./place.ts";
import { readYaml } from "./read-yaml.ts";
import { didYouMean } from "./spelling.ts";
import { type Mapping, mapping, without } from "./tree.ts";

/** Thrown when the scenario that was asked for is not there at all; everything else is an issue with a place. */
export class NoScenarioError extends Error {
  override readonly name = "NoScenarioError";
}

/** The names of the scenarios that come with the product. */
export const builtInScenarios = (files: Files): readonly string[] =>
  files
    .names(bundledFolder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => basename(name, ".yaml"));

/** The absolute path of a scenario: a path relative to `folder`, or the name of one that comes with the product. */
export const scenarioPath = (files: Files, reference: string, folder: string): string => {
  if (/[/\\]|\.ya?ml$/i.test(reference)) return isAbsolute(reference) ? reference : join(folder, reference);
  return builtInScenarios(files).includes(reference)
    ? join(bundledFolder, `${reference}.yaml`)
    : join(folder, reference);
};

/**
 * The texts of a scenario, from the one that inherits from nobody to the scenario itself, each without its `extends`.
 * @throws NoScenarioError if the scenario itself cannot be read
 */
export const readLineage = (files: Files, reference: string, folder: string, issues: Issue[]): Mapping[] => {
  const descend = (
    path: string,
    heirs: readonly string[],
    from: { readonly name: string; readonly place: Place } | undefined,
  ): Mapping[] => {
    const complain = (message: string): Mapping[] => {
      issues.push({ path: ["extends"], message, place: from!.place });
      return [];
    };
    if (heirs.includes(path))
      return complain(`goes round in a circle: ${[...heirs, path].map((one) => basename(one)).join(" extends ")}`);
    let text: string;
    try {
      text = files.read(path);
    } catch (error) {
      if (from === undefined) throw new NoScenarioError(notFound(files, path, reference, error));
      return complain(notFound(files, path, from.name, error));
    }
    const source: Source = { kind: "file", name: shownPath(path, folder), folder: dirname(path), text };
    const { tree, issues: faults } = readYaml(source);
    issues.push(...faults);
    if (tree.kind !== "mapping") {
      const empty = tree.kind === "scalar" && tree.value === null;
      // A file with nothing but comments is the scenario of all defaults.
      if (!empty)
        issues.push({ path: [], message: "a scenario is a mapping of keys such as horizon: 30d", place: tree.at });
      return [mapping([], tree.at)];
    }
    const base = tree.entries.get("extends");
    if (base === undefined) return [tree];
    const own = without(tree, "extends");
    if (base.value.kind !== "scalar" || typeof base.value.value !== "string") {
      issues.push({ path: ["extends"], message: "expected the path or the name of one scenario", place: base.key });
      return [own];
    }
    const next = { name: base.value.value, place: base.value.at };
    return [...descend(scenarioPath(files, next.name, dirname(path)), [...heirs, path], next), own];
  };
  return descend(scenarioPath(files, reference, folder), [], undefined);
};

const notFound = (files: Files, path: string, reference: string, error: unknown): string => {
  const known = builtInScenarios(files);
  const meant = didYouMean(reference, [...filesBeside(files, path, reference), ...known]) || ";";
  return `cannot read scenario ${reference}: ${whyUnreadable(error)}${meant} built in are ${known.join(", ")}`;
};

/** Scenarios in the folder of a file that is not there, written as the reference to it is. */
const filesBeside = (files: Files, path: string, reference: string): string[] => {
  try {
    return files
      .names(dirname(path))
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => `${reference.slice(0, reference.lastIndexOf("/") + 1)}${name}`);
  } catch {
    // There is no such folder either: nothing lies beside it.
    return [];
  }
};
