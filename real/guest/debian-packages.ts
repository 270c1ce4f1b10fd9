import { execFile } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { TestbedError } from "../testbed-error.ts";

const run = promisify(execFile);

/** A package as Debian offers it now. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
}

/** Packages that Debian does not offer so, or not as this machine's lists say. */
export class PackageError extends TestbedError {}

/** Minutes are enough for what is downloaded here. */
const patience = 600_000;

/** Gets packages of Debian without installing them; needs no root. */
export class DebianPackages {
  readonly #folder: string;
  readonly #options: string[];

  /** @param folder where lists of packages are kept, if this machine has none */
  constructor(folder: string) {
    this.#folder = folder;
    this.#options = ["-o", "APT::Sandbox::User=root"];
  }

  /** What the names stand for; one that stands for the newest of others is followed. */
  async resolve(name: string, depends?: RegExp): Promise<DebianPackage> {
    if (depends !== undefined) {
      const listed = await this.#call("apt-cache", [...this.#options, "depends", "--important", name], "/");
      const real = [...listed.matchAll(/Depends: (\S+)/g)].map(([, one]) => one!).find((one) => depends.test(one));
      if (real === undefined) throw new PackageError(`Debian's ${name} depends on no package like ${depends.source}`);
      return this.resolve(real);
    }
    return (await this.#versions([name]))[0]!;
  }

  /** Packages with all those that they depend on, as far as their names are like `like`; in alphabetical order. */
  async closure(names: readonly string[], like: RegExp): Promise<readonly DebianPackage[]> {
    const listed = await this.#call(
      "apt-cache",
      [...this.#options, "depends", "--recurse", "--important", ...names],
      "/",
    );
    const needs = new Map<string, string[]>();
    let of: string[] = [];
    for (const line of listed.split("\n")) {
      const depends = /^ [ |](?:Pre)?Depends: (\S+)$/.exec(line)?.[1];
      if (depends !== undefined) of.push(depends);
      else if (/^[a-z0-9]/.test(line)) {
        of = [];
        needs.set(line.trim(), of);
      }
    }
    const found = new Set<string>();
    const add = (name: string): void => {
      if (found.has(name) || !like.test(name)) return;
      found.add(name);
      for (const other of needs.get(name) ?? []) add(other);
    };
    for (const name of names) add(name);
    return this.#versions([...found].toSorted());
  }

  async #versions(names: readonly string[]): Promise<DebianPackage[]> {
    const shown = await this.#call("apt-cache", [...this.#options, "show", "--no-all-versions", ...names], "/");
    const versions = new Map(
      shown.split("\n\n").map((one) => [/^Package: (\S+)$/m.exec(one)?.[1], /^Version: (\S+)$/m.exec(one)?.[1]]),
    );
    return names.map((name) => {
      const version = versions.get(name);
      if (version === undefined) throw new PackageError(`Debian's lists tell no version of ${name}`);
      return { name, version };
    });
  }

  /** Downloads a package and unpacks it into `to`. */
  async unpack({ name, version }: DebianPackage, to: string): Promise<void> {
    const into = join(to, ".packages");
    mkdirSync(into, { recursive: true, mode: 0o700 });
    await this.#call("apt-get", [...this.#options, "download", `${name}=${version}`], into);
    const file = readdirSync(into).find((one) => one.startsWith(`${name}_`));
    if (file === undefined) throw new TestbedError(`apt-get left no file of ${name} in ${into}`);
    await this.#call("dpkg-deb", ["-x", join(into, file), to], to);
  }

  /** What this machine's own lists tell is not there, or no longer: brings lists in a private folder up to date, and asks those. */
  async refresh(): Promise<void> {
    const [lists, cache] = [join(this.#folder, "lists"), join(this.#folder, "cache")];
    for (const folder of [join(lists, "partial"), join(cache, "archives", "partial")])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#options.push("-o", `Dir::State::Lists=${lists}`, "-o", `Dir::Cache=${cache}`);
    await this.#call("apt-get", [...this.#options, "update"], "/");
  }

  async #call(program: string, given: readonly string[], cwd: string): Promise<string> {
    try {
      const { stdout } = await run(program, given, {
        cwd,
        timeout: patience,
        maxBuffer: 2 ** 26,
        env: { ...process.env, LC_ALL: "C" },
      });
      return stdout;
    } catch (error) {
      const { code, stderr } = error as { code?: unknown; stderr?: string };
      if (code === "ENOENT") throw new TestbedError(`${program} is missing: images of guests are made on Debian`);
      const reason = (stderr ?? "").split("\n").find((line) => line.startsWith("E:")) ?? (error as Error).message;
      throw new PackageError(`${program} ${given.at(-2) ?? ""} ${given.at(-1) ?? ""}: ${reason.trim().slice(0, 300)}`);
    }
  }
}
