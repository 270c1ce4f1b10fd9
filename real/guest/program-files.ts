import { execFile } from "node:child_process";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { TestbedError } from "../testbed-error.ts";
import type { ArchivedFile } from "./cpio.ts";

/**
 * Programs of unpacked packages with the libraries that they load, and what loads those, where they look for them.
 *
 * @param folder where the packages are unpacked
 * @param programs paths below it
 * @throws TestbedError if a library is in no package, or `readelf` is missing
 */
export const programFiles = async (folder: string, programs: readonly string[]): Promise<readonly ArchivedFile[]> => {
  const shared = new Map(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => /\.so(\.|$)/.test(path))
      .map((path) => [basename(path), path]),
  );
  const files = new Map<string, ArchivedFile>();
  const add = async (path: string, to: string): Promise<void> => {
    if (files.has(to)) return;
    const real = realpathSync(join(folder, path));
    files.set(to, { path: to, data: readFileSync(real), executable: true });
    for (const name of await needed(real)) {
      const library = shared.get(name);
      if (library === undefined) throw new TestbedError(`${path} needs ${name}, which no unpacked package has`);
      await add(library, /^ld-linux/.test(name) ? `lib64/${name}` : `lib/${name}`);
    }
  };
  for (const program of programs) await add(program, program);
  return [...files.values()];
};

/** Names of the libraries that a file is linked with, and of what loads it. */
const needed = async (file: string): Promise<string[]> => {
  try {
    const { stdout } = await promisify(execFile)("readelf", ["-dlW", file], { env: { ...process.env, LC_ALL: "C" } });
    const libraries = [...stdout.matchAll(/\(NEEDED\).*\[([^\]]+)\]/g)].map(([, name]) => name!);
    const loader = /program interpreter: ([^\]]+)\]/.exec(stdout)?.[1];
    return loader === undefined ? libraries : [...libraries, basename(loader)];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new TestbedError("readelf is missing: apt-get install binutils brings it");
  }
};
