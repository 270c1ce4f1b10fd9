import { execFileSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { Benchmark, Case, Params } from "./benchmark.ts";
import { ours, type Site } from "./contenders.ts";
import { interleaved, type Runner } from "./rounds.ts";
import { disagreement } from "./summary.ts";
import { alone, header, skipped, versus } from "./table.ts";
import { writeTables } from "./tables.ts";

const usage = `npm run bench -- [--only WORD] [--rounds N] [--quick] [--clock wall|cpu] [--python PATH]

  --only WORD    only work whose line contains WORD, such as hold or "star of 128"
  --rounds N     interleaved rounds (5)
  --quick        short runs: checks that all contenders agree; the figures mean little and are not judged
  --clock cpu    count the processor time of each process, with its compiler and collector threads, instead of
                 wall-clock time: for a machine whose cores are shared with others
  --python PATH  the interpreter that has SimPy (/usr/bin/python3)`;

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "5" },
    quick: { type: "boolean", default: false },
    clock: { type: "string", default: "wall" },
    python: { type: "string", default: "/usr/bin/python3" },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(usage);
  process.exit(0);
}
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  throw new Error(`--rounds ${options.rounds}: give a whole number from 1 up.`);

if (options.clock !== "wall" && options.clock !== "cpu") throw new Error(`--clock ${options.clock}: give wall or cpu.`);

const here = dirname(fileURLToPath(import.meta.url));
const site: Site = { workloads: join(here, "workloads"), build: join(here, "build"), python: options.python };
const tables = join(site.build, "tables");
const failures: string[] = [];
let measured = 0;
const versions = new Map<string, string>();

compile();
writeTables(tables);
console.log(
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; ${rounds} rounds, ${options.clock} time\n`,
);
if (options.quick) console.log("Short runs, which are over before the compilers are warm: no speed is judged.\n");
console.log(header());
for (const file of readdirSync(site.workloads).filter((name) => name.endsWith(".ts"))) {
  const module: { default: Benchmark } = await import(pathToFileURL(join(site.workloads, file)).href);
  const benchmark = module.default;
  for (const each of benchmark.cases) {
    const work = `${benchmark.name}: ${each.title}`;
    if (work.includes(options.only)) measure(benchmark, each, work);
  }
}
// What contenders read is written anew by each run, and a guest's memory is large.
rmSync(tables, { recursive: true, force: true });
console.log(`\n${[...versions].map(([name, version]) => `${name}: ${version}`).join("\n")}`);
if (measured === 0) failures.push(`--only "${options.only}": no line of the table contains that`);
if (failures.length > 0) {
  console.error(`\nFAILED\n${failures.join("\n")}`);
  process.exitCode = 1;
}

function measure(benchmark: Benchmark, each: Case, work: string): void {
  measured++;
  const runners: Runner[] = [];
  for (const contender of [ours, ...benchmark.peers]) {
    const prepared = contender.prepare(site, benchmark.name);
    if ("missing" in prepared) versions.set(contender.name, `SKIPPED, ${prepared.missing}`);
    else {
      versions.set(contender.name, prepared.version);
      const pinned = benchmark.oneCore && process.platform === "linux" ? ["taskset", "--cpu-list", "0"] : [];
      runners.push({ name: contender.name, command: [...pinned, ...prepared.command] });
    }
  }
  if (runners.length === 1 && benchmark.peers.length > 0) {
    console.log(skipped(work, benchmark.peers[0]!.name));
    return;
  }
  const params: Params = { ...each.params, ...(options.quick && benchmark.quick), tables, clock: options.clock };
  const goals: Pick<Case, "floor" | "stretch" | "limit"> =
    options.quick && benchmark.measures === "seconds" ? {} : each;
  try {
    const [mine, ...theirs] = interleaved(runners, params, rounds);
    if (benchmark.peers.length === 0) console.log(alone(work, mine!, benchmark.measures, goals.limit));
    for (const [i, outcomes] of theirs.entries()) {
      const peer = runners[i + 1]!.name;
      const wrong = outcomes
        .map((outcome, round) => disagreement(mine![round]!, outcome, benchmark.clocks))
        .find(Boolean);
      if (wrong) failures.push(`${work}: ${peer} did something else: ${wrong}`);
      else console.log(versus(work, peer, [mine!, outcomes], peer === benchmark.peers[0]?.name ? goals : {}));
    }
  } catch (error) {
    failures.push(`${work}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Our side runs as what users install: compiled by tsc, without a loader in the process. */
function compile(): void {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "--project", join(here, "tsconfig.build.json")], { stdio: "inherit" });
}
