import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Where the contenders' programs and their builds lie, and which interpreters run them. */
export interface Site {
  readonly workloads: string;
  readonly build: string;
  readonly python: string;
}

/** A contender that is ready to run one workload, or why it cannot run here. */
export type Prepared = { readonly version: string; readonly command: readonly string[] } | { readonly missing: string };

export interface Contender {
  readonly name: string;
  prepare(site: Site, workload: string): Prepared;
}

/** This core, compiled by the compiler that makes `dist` and run by plain node, as its users run it. */
export const ours: Contender = {
  name: "@sim/des",
  prepare: (site, workload) => ({
    version: `node ${process.versions.node}`,
    command: [process.execPath, join(site.build, "js/bench/contender.js"), workload],
  }),
};

export const simpy: Contender = {
  name: "SimPy",
  prepare(site, workload) {
    const script = "import platform, simpy; print(simpy.__version__, 'on Python', platform.python_version())";
    const asked = spawnSync(site.python, ["-c", script], { encoding: "utf8" });
    if (asked.status !== 0) return { missing: `${site.python} finds no module simpy (Debian: python3-simpy3)` };
    return { version: asked.stdout.trim(), command: [site.python, join(site.workloads, `${workload}.py`)] };
  },
};

/** The hash XXH3 of a whole file, by its authors' command. */
export const xxhsum: Contender = {
  name: "xxhsum -H3",
  prepare(site, workload) {
    const asked = spawnSync("xxhsum", ["--version"], { encoding: "utf8" });
    if (asked.status !== 0) return { missing: "xxhsum is not installed (Debian: xxhash)" };
    const version = `${asked.stdout}${asked.stderr}`.match(/\d+\.\d+\.\d+/)?.[0] ?? "of unknown version";
    return { version, command: [site.python, join(site.workloads, `${workload}.py`)] };
  },
};

export const priorityQueue: Contender = {
  name: "C++ std::priority_queue",
  prepare: (site, workload) => compiled(site, workload, []),
};

/** SimGrid's flow model in one of its two ways to update rates. */
export const simgrid = (mode: "Lazy" | "Full"): Contender => ({
  name: `SimGrid ${mode.toLowerCase()}`,
  prepare(site, workload) {
    if (!existsSync("/usr/include/simgrid/s4u.hpp") && !existsSync("/usr/local/include/simgrid/s4u.hpp"))
      return { missing: "simgrid/s4u.hpp is not installed (Debian: libsimgrid-dev)" };
    const built = compiled(site, workload, ["-lsimgrid"]);
    if ("missing" in built) return built;
    const version = execFileSync(built.command[0]!, ["version"], { encoding: "utf8" }).trim();
    return { version: `${version}, ${built.version}`, command: [...built.command, `--cfg=network/optim:${mode}`] };
  },
});

/** Builds `workloads/<workload>.cpp` when it is newer than its binary. */
function compiled(site: Site, workload: string, libraries: readonly string[]): Prepared {
  const asked = spawnSync("g++", ["-dumpfullversion"], { encoding: "utf8" });
  if (asked.status !== 0) return { missing: "g++ is not installed" };
  const source = join(site.workloads, `${workload}.cpp`);
  const header = join(site.workloads, "contender.hpp");
  const binary = join(site.build, "native", workload);
  mkdirSync(join(site.build, "native"), { recursive: true });
  const sourceTime = Math.max(statSync(source).mtimeMs, statSync(header).mtimeMs);
  if (!existsSync(binary) || statSync(binary).mtimeMs < sourceTime)
    execFileSync("g++", ["-O2", "-std=c++17", "-o", binary, source, ...libraries], { stdio: "inherit" });
  return { version: `g++ ${asked.stdout.trim()} -O2`, command: [binary] };
}
