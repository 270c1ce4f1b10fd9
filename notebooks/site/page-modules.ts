import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { loadedData } from "./loaded-data.ts";
import { notebookFolder } from "./notebooks.ts";

const kit = (): string => dirname(dirname(fileURLToPath(import.meta.resolve("@observablehq/notebook-kit/runtime"))));

/** What pages have instead of Node's modules, and of modules of ours that only Node can run. */
const standIns: { readonly [module: string]: string } = {
  "node:path": "path.ts",
  "node:crypto": "crypto.ts",
  "node:fs": "file-system.ts",
};
const replaced: { readonly [path: string]: string } = {
  "scenarios/bundled-folder.ts": "bundled-folder.ts",
  "scenarios/own-policy/own-policy.ts": "own-policy.ts",
  "scenarios/own-policy/policy-shelf.ts": "policy-shelf.ts",
  "scenarios/own-policy/bundle-policy.ts": "policy-errors.ts",
  "scenarios/own-policy/evaluate-policy.ts": "policy-errors.ts",
};

/** Lets modules of the product run in a page. */
export const pageModules = (): Plugin => {
  const root = resolve(notebookFolder(), "..");
  const stand = (name: string): string => join(notebookFolder(), "page/stand-ins", name);
  return {
    name: "page-modules",
    enforce: "pre",
    resolveId(source, importer) {
      if (Object.hasOwn(standIns, source)) return stand(standIns[source]!);
      if (source.startsWith("node:")) return this.error(`${importer} needs ${source}, which no page has`);
      if (/^(https?:)?\/\/|^(npm|jsr):/.test(source)) return this.error(`${importer} imports ${source} from a network`);
      if (source.startsWith("observable:")) return join(kit(), source.slice("observable:".length));
      if (!source.startsWith(".") || importer === undefined || importer.startsWith("\0")) return undefined;
      const path = resolve(dirname(importer), source.replace(/\?.*$/, ""));
      const own = path.startsWith(`${root}/`) ? path.slice(root.length + 1).replaceAll("\\", "/") : "";
      return Object.hasOwn(replaced, own) ? stand(replaced[own]!) : undefined;
    },
  };
};

/** Gives a notebook's script, and to what it imports from `loaders/` the data instead of the program. */
export const notebookModules = (scripts: { readonly [name: string]: string }): Plugin => ({
  name: "notebook-modules",
  enforce: "pre",
  resolveId(source, importer) {
    if (source.startsWith("virtual:notebook/")) return `\0${source}`;
    if (source === "virtual:notebook-runtime") return join(notebookFolder(), "page/runtime.ts");
    const worker = /^virtual:(\w+-worker)$/.exec(source)?.[1];
    if (worker !== undefined)
      return this.resolve(`${join(notebookFolder(), "page", worker)}.ts?worker&inline`, importer);
    if (importer?.startsWith("\0virtual:notebook/") && source.startsWith("."))
      return source.startsWith("./loaders/")
        ? `\0loader:${join(notebookFolder(), source)}`
        : this.resolve(join(notebookFolder(), source));
    return undefined;
  },
  async load(id) {
    if (id.startsWith("\0virtual:notebook/")) return scripts[id.slice("\0virtual:notebook/".length)];
    if (!id.startsWith("\0loader:")) return undefined;
    return `export default JSON.parse(${JSON.stringify(await loadedData(id.slice("\0loader:".length)))});`;
  },
});
