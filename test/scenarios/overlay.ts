import { diskFiles, type Files } from "../../scenarios/files.ts";
import { type LoadedScenario, loadScenario } from "../../scenarios/load.ts";
import { ScenarioError } from "../../scenarios/text/issue.ts";

/** The folder in which the files of a test pretend to lie. */
export const folder = "/case";

/** The disk with a few files more. */
export const overlay = (texts: { readonly [name: string]: string }): Files => ({
  ...diskFiles,
  read: (path) => texts[path.replace(`${folder}/`, "")] ?? diskFiles.read(path),
});

/** Loads `a.yaml` of these texts, or the only text. */
export const load = (texts: string | { readonly [name: string]: string }, ...set: string[]): LoadedScenario => {
  const files = overlay(typeof texts === "string" ? { "a.yaml": texts } : texts);
  return loadScenario("a.yaml", { files, folder, overrides: set.map((text) => ({ option: "--set", text })) });
};

/** `a.yaml:2:3 path: message` for everything that is wrong; an empty list when the scenario can be run. */
export const faults = (texts: string | { readonly [name: string]: string }, ...set: string[]): string[] => {
  try {
    load(texts, ...set);
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.message.split("\n").filter((line) => !/^ +\d* +\|/.test(line));
  }
};
