import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { TestbedError } from "../testbed-error.ts";
import type { ArchivedFile } from "./cpio.ts";

/** Underscores and hyphens are the same in names of modules. */
const nameOf = (file: string): string => basename(file).replace(/\.ko$/, "").replaceAll("-", "_");

/** What a module says of itself, `depends=a,b`, in its section .modinfo. */
const dependsOn = (module: Buffer): string[] => {
  const at = module.indexOf("\0depends=");
  if (at < 0) return [];
  const begin = at + "\0depends=".length;
  return module
    .toString("latin1", begin, module.indexOf(0, begin))
    .split(",")
    .filter((name) => name !== "")
    .map((name) => name.replaceAll("-", "_"));
};

/**
 * Modules of an unpacked kernel with all that they depend on, in an order in which they can be loaded. What is no module is
 * part of the kernel.
 *
 * @param folder `lib/modules/<release>`
 * @throws TestbedError if one is in a form that cannot be loaded
 */
export const modulesFor = (folder: string, wanted: readonly string[]): readonly ArchivedFile[] => {
  const files = readdirSync(join(folder, "kernel"), { recursive: true, encoding: "utf8" });
  const packed = files.find((file) => /\.ko\.(xz|zst|gz)$/.test(file));
  if (packed !== undefined)
    throw new TestbedError(`${packed}: modules of this kernel are compressed, which is not read`);
  const found = new Map(files.filter((file) => file.endsWith(".ko")).map((file) => [nameOf(file), file]));
  const ordered = new Map<string, ArchivedFile>();
  const add = (name: string): void => {
    const file = found.get(name);
    if (file === undefined || ordered.has(name)) return;
    const data = readFileSync(join(folder, "kernel", file));
    for (const other of dependsOn(data)) add(other);
    ordered.set(name, { path: basename(file), data });
  };
  for (const name of wanted) add(name);
  return [...ordered.values()];
};
