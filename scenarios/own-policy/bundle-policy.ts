import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { BuildFailure, Message } from "esbuild";
import type { PolicyProgram } from "../../models/scenario.ts";

/** A module that is no policy, with where it goes wrong. */
export class PolicyModuleError extends Error {
  override readonly name = "PolicyModuleError";
}

/** The folder of the running program: a policy that brought its own copy of it would not know this run's interrupts. */
const product = fileURLToPath(new URL("../../", import.meta.url));
const ours = ["sim", "models", "scenarios", "real", "results"].map((folder) => `${product}${folder}${sep}`);
const examples = `${product}scenarios${sep}policies${sep}`;

/**
 * Makes one program of a policy's module and all that it imports, with the compiler that tsx is made of. What runs is
 * the same on every Node, whatever configuration lies beside the module, and in every thread.
 *
 * @param path absolute path of the module
 * @throws PolicyModuleError with file, line and column
 */
export const bundlePolicy = (path: string): PolicyProgram => {
  const folder = dirname(path);
  // Loaded when a policy is, or every command would start later for it.
  const { buildSync }: typeof import("esbuild") = createRequire(import.meta.url)("esbuild");
  try {
    const { outputFiles, metafile } = buildSync({
      entryPoints: [path],
      absWorkingDir: folder,
      outfile: resolve(folder, "policy.js"),
      write: false,
      bundle: true,
      format: "cjs",
      platform: "neutral",
      mainFields: ["module", "main"],
      target: "node20.19",
      external: ["snapback"],
      tsconfigRaw: {},
      sourcemap: "external",
      sourcesContent: false,
      metafile: true,
      logLevel: "silent",
      logOverride: { "empty-import-meta": "error" },
    });
    const files = Object.keys(metafile.inputs).map((name) => resolve(folder, name));
    for (const file of files) refuseCopies(file, folder);
    const [sourceMap, code] = ["policy.js.map", "policy.js"].map(
      (name) => outputFiles.find((one) => one.path.endsWith(name))!.text,
    ) as [string, string];
    return { name: relative(folder, path), folder, sha256: identity(path, files), code, sourceMap };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    throw new PolicyModuleError(error.errors.map((one) => describe(one, folder)).join("\n"));
  }
};

const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && "errors" in error && Array.isArray(error.errors);

/** `/home/me/mine.ts:3:12: Expected ";" but found "}"` */
const describe = ({ text, location, notes }: Message, folder: string): string => {
  const where = location === null ? "" : `${resolve(folder, location.file)}:${location.line}:${location.column + 1}: `;
  const ofNode = notes.some((note) => note.text.includes("built into node"));
  const hint = ofNode
    ? "; a policy uses nothing of Node: data belongs into a .json file beside it that it imports, so that the hash covers it"
    : "";
  return `${where}${text}${hint}`;
};

const refuseCopies = (file: string, folder: string): void => {
  if (file.startsWith(examples) || !ours.some((one) => file.startsWith(one))) return;
  throw new PolicyModuleError(`imports ${relative(folder, file)} of the program itself: import it from "snapback"`);
};

/**
 * SHA-256 over the sources, sorted by their paths from the module's folder, or, for a package, from its folder in
 * node_modules: where all of it lies makes no difference, and neither does the name of the module.
 */
const identity = (path: string, files: readonly string[]): string => {
  const label = (file: string): string => {
    if (file === path) return "";
    const inPackage = file.split(`${sep}node_modules${sep}`);
    const name = inPackage.length > 1 ? `node_modules/${inPackage.at(-1)}` : relative(dirname(path), file);
    return name.replaceAll(sep, "/");
  };
  const digest = (text: string | Uint8Array): string => createHash("sha256").update(text).digest("hex");
  return digest(JSON.stringify(files.map((file) => [label(file), digest(readFileSync(file))]).sort()));
};
