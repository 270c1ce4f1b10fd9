import type { Files } from "../../scenarios/files.ts";
import { bundledFolder } from "./stand-ins/bundled-folder.ts";

const prefix = "../../scenarios/";

/** What comes with the product, as text. The trace of SSDs is left out for its size. */
const shipped = import.meta.glob<string>(
  [
    "../../scenarios/*.yaml",
    "../../scenarios/catalogue/*.yaml",
    "../../scenarios/traces/infinitehbd/*.json",
    "../../scenarios/traces/gcp-preemptible/*.csv",
  ],
  { eager: true, query: "?raw", import: "default" },
);

/** Where a page keeps the scenario that its reader writes. */
export const ownScenario = "/own/scenario.yaml";

/** The files that a page has: the scenarios, the catalogue and the traces of the product, and one of the reader's. */
export const pageFiles = (own?: string): Files => {
  const files = new Map(
    Object.entries(shipped).map(([path, text]) => [bundledFolder + path.slice(prefix.length), text]),
  );
  if (own !== undefined) files.set(ownScenario, own);
  return {
    read: (path) => {
      const text = files.get(path);
      if (text === undefined) throw Object.assign(new Error(`${path} is not in this page`), { code: "ENOENT" });
      return text;
    },
    names: (folder) =>
      [...files.keys()]
        .filter((path) => path.startsWith(folder))
        .map((path) => path.slice(folder.length))
        .filter((name) => !name.includes("/"))
        .sort(),
  };
};
