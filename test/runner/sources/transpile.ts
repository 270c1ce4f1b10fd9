import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { transform } from "esbuild";

/** Folders of the repository that hold nothing which tests load. */
const others = new Set(["node_modules", "dist", "runs"]);

/** Paths of all TypeScript below a folder of `root`, relative to it; files of types alone are left out. */
const sourcesIn = async (root: string, folder = ""): Promise<string[]> => {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const found = entries.map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return others.has(entry.name) || entry.name.startsWith(".") ? [] : sourcesIn(root, path);
    return /(?<!\.d)\.ts$/.test(entry.name) ? [path] : [];
  });
  return (await Promise.all(found)).flat();
};

/** JavaScript of all TypeScript of the repository, for processes that are started with {@link Transpiled.execArgv}. */
export class Transpiled {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Made once for all: hundreds of files of tests, and of commands that they start, would each spend more on it than on what
   * they test.
   *
   * @param root folder of the repository, absolute
   */
  static async of(root: string): Promise<Transpiled> {
    const folder = await mkdtemp(join(tmpdir(), "snapback-sources-"));
    const make = async (path: string): Promise<void> => {
      const source = await readFile(join(root, path), "utf8");
      const { code } = await transform(source, {
        ...{ loader: "ts", format: "esm", target: `node${process.versions.node}` },
        // The map lies beside the source, as far as Node can tell.
        ...{ sourcefile: basename(path), sourcemap: "inline", sourcesContent: false },
      });
      const to = join(folder, path.replace(/\.ts$/, ".js"));
      await mkdir(dirname(to), { recursive: true });
      await writeFile(to, code);
    };
    await Promise.all((await sourcesIn(root)).map(make));
    return new Transpiled(folder);
  }

  /** Options of Node with which a process loads it. */
  get execArgv(): string[] {
    const folder = encodeURIComponent(`${pathToFileURL(this.#folder).href}/`);
    return ["--import", `${new URL("load.mjs", import.meta.url).href}?${folder}`];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
