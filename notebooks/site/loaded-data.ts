import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { writeAtomically } from "../../results/store/atomic-file.ts";
import { NotebookError } from "./cells.ts";
import { notebookFolder } from "./notebooks.ts";

/**
 * What the default export of a loader is, as JSON: the loader runs before the build, and again only when something has changed
 * that it is made of: its sources and the JSON files it imports, and what scenarios are read from if it loads any.
 * @throws NotebookError if it fails
 */
export const loadedData = async (loader: string, cache = cacheFolder()): Promise<string> => {
  const kept = join(cache, `${basename(loader, ".ts")}-${await contentHash(loader)}.json`);
  if (existsSync(kept)) return readFileSync(kept, "utf8");
  const program = `const { default: data } = await import(${JSON.stringify(pathToFileURL(loader).href)});
process.stdout.write(JSON.stringify(data) ?? "");`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), "--input-type=module", "--eval", program],
    { encoding: "utf8", maxBuffer: 2 ** 28, cwd: resolve(notebookFolder(), "..") },
  );
  if (status !== 0 || stdout === "")
    throw new NotebookError(
      `the loader ${basename(loader)} gives no data${stderr === "" ? ": it needs a default export" : `:\n${stderr}`}`,
    );
  writeAtomically(kept, stdout);
  return stdout;
};

const cacheFolder = (): string => resolve(notebookFolder(), "../node_modules/.cache/snapback-notebooks");

const contentHash = async (loader: string): Promise<string> => {
  const root = resolve(notebookFolder(), "..");
  const { metafile } = await build({
    entryPoints: [loader],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "silent",
  });
  const sources = Object.keys(metafile.inputs);
  const scenarios = sources.some((path) => path.startsWith("scenarios/")) ? scenarioFiles(root) : [];
  const hash = createHash("sha256");
  const runs = sources.includes("results/published/validation.json") ? runFiles(root) : [];
  for (const path of [...sources, ...scenarios, ...runs].sort())
    hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest("hex").slice(0, 16);
};

/** What a user has validated, which stands beside what is published. */
const runFiles = (root: string): string[] =>
  ["results/runs/validation/validation.json"].filter((path) => existsSync(join(root, path)));

const scenarioFiles = (root: string): string[] =>
  readdirSync(join(root, "scenarios"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(yaml|csv|json)$/.test(name))
    .map((name) => `scenarios/${name}`);
