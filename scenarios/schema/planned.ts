import type { Path } from "../text/issue.ts";

/** Words and keys that the model has, but that are not simulated yet; `*` stands for any key. */
const planned: { readonly [path: string]: { readonly words?: readonly string[]; readonly keys?: readonly string[] } } =
  {
    "cluster.workload": { keys: ["workingSet"] },
    "rollback.resume": { words: ["on-demand", "working-set"] },
  };

/** Whether `word`, such as `copyset(4)`, names something at `path` that will be simulated later. */
export const isPlannedWord = (path: Path, word: string): boolean =>
  entriesAt(path).some(({ words = [] }) => words.includes(word.replace(/\(.*$/, "").trim()));

/** Whether `key` names something in the mapping at `path` that will be simulated later. */
export const isPlannedKey = (path: Path, key: string): boolean =>
  entriesAt(path).some(({ keys = [] }) => keys.includes(key));

const entriesAt = (path: Path): (typeof planned)[string][] =>
  Object.entries(planned).flatMap(([name, entry]) => {
    const keys = name === "" ? [] : name.split(".");
    return keys.length === path.length && keys.every((key, i) => key === "*" || key === path[i]) ? [entry] : [];
  });
