// limit: 300s
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildSim } from "../../build.ts";
import { npm } from "../runner/npm.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tsc = join(root, "node_modules/typescript/bin/tsc");

/** The first fenced block of a language in the README of the core. */
const readmeBlock = (language: string): string =>
  readFileSync(join(root, "sim/README.md"), "utf8").match(
    new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "m"),
  )?.[1] ?? "";

/** What an outside user writes: typed waits, release by `using`, several kinds of resources, a statistic. */
const consumer = `import {
  allOf, anyOf, Container, FilterStore, FluidNetwork, Interrupt, Level, PreemptiveResource, PriorityResource,
  PriorityStore, Resource, Simulation, Store, Streams, Tally, type Process,
} from "@sim/des";

const sim = new Simulation();
const counter = new Resource(sim, { capacity: 1 });
const shelf = new Store<{ readonly name: string }>(sim);
const waits = new Tally();
const service = new Streams(1).get("service");

function* customer(name: string): Process<number> {
  const arrival = sim.now;
  using turn = counter.request();
  yield* turn;
  waits.add(sim.now - arrival);
  yield service.uniform(4, 4);
  yield* shelf.put({ name });
  return sim.now;
}

function* collector(): Process<string> {
  const item = yield* shelf.get();
  const first: string = item.name;
  const early = sim.timeout(1, "early");
  const got = yield* anyOf(early, sim.timeout(9));
  if (!got.has(early)) throw new Error("the early one came late");
  return first;
}

const customers = ["Ada", "Ben"].map((name) => sim.process(customer(name), name));
const collected = sim.process(collector());
const last: number = sim.run(customers[1]!);
const name: string = sim.run(collected);
const kinds = [allOf, Container, FilterStore, FluidNetwork, Interrupt, Level, PreemptiveResource, PriorityResource, PriorityStore];
console.log(JSON.stringify({ last, name, meanWait: waits.mean, kinds: kinds.every((kind) => typeof kind === "function") }));
`;

const strictest = {
  compilerOptions: {
    target: "es2022",
    lib: ["es2023", "esnext.disposable"],
    types: [],
    module: "nodenext",
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitOverride: true,
    noPropertyAccessFromIndexSignature: true,
    verbatimModuleSyntax: true,
    skipLibCheck: false,
  },
  files: ["program.ts", "readme.ts", "console.d.ts"],
};

/** Builds and packs the core, and installs it in a folder outside the repository. */
const install = (home: string): void => {
  const staged = join(home, "staged");
  mkdirSync(staged);
  for (const name of ["package.json", "README.md", "LICENSE"]) cpSync(join(root, "sim", name), join(staged, name));
  buildSim(join(staged, "dist"));
  npm(staged, "pack", "--pack-destination", home);

  const [tarball = ""] = readdirSync(home).filter((name) => name.endsWith(".tgz"));
  writeFileSync(join(home, "package.json"), JSON.stringify({ private: true, type: "module" }));
  npm(home, "install", join(home, tarball));
  writeFileSync(join(home, "program.ts"), consumer);
  writeFileSync(join(home, "readme.ts"), readmeBlock("ts"));
  writeFileSync(join(home, "console.d.ts"), "declare const console: { log(text: string): void };\n");
  writeFileSync(join(home, "tsconfig.json"), JSON.stringify(strictest));
};

const home = mkdtempSync(join(tmpdir(), "sim-des-"));
process.once("exit", () => rmSync(home, { recursive: true, force: true }));
install(home);

const outside = suite("@sim/des outside this repository");

outside("its package holds compiled code, declarations, README and licence, and depends on nothing", () => {
  const installed = join(home, "node_modules/@sim/des");
  for (const name of ["dist/index.js", "dist/index.d.ts", "README.md", "LICENSE"])
    assert.ok(existsSync(join(installed, name)), `${name} is missing`);
  const sources = readdirSync(installed, { recursive: true, encoding: "utf8" }).filter((name) =>
    /(?<!\.d)\.ts$/.test(name),
  );
  assert.equal(sources, []);
  assert.equal(
    readdirSync(join(home, "node_modules")).filter((name) => !name.startsWith(".")),
    ["@sim"],
  );
});

const run = (program: string): string => {
  const { stdout, stderr } = spawnSync(process.execPath, [program], { cwd: home, encoding: "utf8" });
  assert.is(stderr, "");
  return stdout;
};

outside("programs in the strictest TypeScript check against it", () => {
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", home], { encoding: "utf8" });
  assert.is(stdout + stderr, "");
});

outside("a program runs on plain Node", () => {
  // Ada is served from 0 to 4, Ben waits 4 and is served until 8; Ada's item is the first on the shelf.
  assert.equal(JSON.parse(run("program.js")), { last: 8, name: "Ada", meanWait: 2, kinds: true });
});

outside("the example in its README prints what the README says", () => {
  assert.match(run("readme.js"), /theory says 16/);
  assert.is(run("readme.js"), readmeBlock("text"));
});

outside.run();
