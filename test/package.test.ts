// limit: 600s
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildSnapback } from "../build.ts";
import { node24 } from "./runner/node-24.ts";
import { npm } from "./runner/npm.ts";
import { skipUnless } from "./runner/skip.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Builds and packs the command, and installs it in a folder outside the repository, with all that it depends on. */
const install = (home: string): void => {
  const staged = join(home, "staged");
  mkdirSync(staged);
  for (const name of ["package.json", "README.md", "LICENSE"]) cpSync(join(root, name), join(staged, name));
  buildSnapback(join(staged, "dist"));
  npm(staged, "pack", "--pack-destination", home);

  const [tarball = ""] = readdirSync(home).filter((name) => name.endsWith(".tgz"));
  writeFileSync(join(home, "package.json"), JSON.stringify({ private: true }));
  npm(home, "install", join(home, tarball));
};

const home = mkdtempSync(join(tmpdir(), "snapback-"));
const clean = (): void => rmSync(home, { recursive: true, force: true });
process.once("exit", clean);
install(home);

const outside = suite("snapback outside this repository");
// Takes longer than a process is given to exit.
outside.after(clean);

outside("the installed command answers on plain Node, started through its link", () => {
  const run = spawnSync(join(home, "node_modules/.bin/snapback"), ["--help"], { cwd: home, encoding: "utf8" });
  if (run.error) throw run.error;
  assert.is(run.stderr, "");
  assert.match(run.stdout, /snapback/);
  assert.is(run.status, 0);
});

/** A policy that is written outside, in the strictest TypeScript; its enum is more than Node itself could leave out. */
const policy = `import { type Cluster, Interrupted, periodic, type Plans, type Policy, rollback, seconds, type Testbed } from "snapback";

enum Patience { none = 0, some = 30 }

export const options = ({ wait = "0s" }: { readonly [option: string]: unknown }): { readonly wait: number } => ({
  wait: seconds(wait),
});

export default function* patient(bed: Testbed, cluster: Cluster, plans: Plans, options: { readonly wait: number }): Policy {
  for (;;) {
    try {
      yield* periodic(bed, cluster, { ...plans.snapshot, interval: 20 }, plans.storage);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      yield* bed.sleep(options.wait + Patience.some);
      yield* rollback(bed, cluster, plans.rollback);
    }
  }
}
`;
const scenario = `horizon: 400s
replications: 1
policy: { module: ./patient.ts, options: { wait: 5s } }
cluster: { vms: 2, vm: { memory: 64MiB } }
failures: { vm: { times: [{ component: 1, start: 100s }] } }
`;
const strictest = {
  compilerOptions: {
    target: "es2022",
    types: [],
    module: "nodenext",
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noPropertyAccessFromIndexSignature: true,
    noEmit: true,
    skipLibCheck: false,
  },
  files: ["patient.ts"],
};
writeFileSync(join(home, "patient.ts"), policy);
writeFileSync(join(home, "mine.yaml"), scenario);
writeFileSync(join(home, "tsconfig.json"), JSON.stringify(strictest));

outside("a policy of one's own checks against its types", () => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", home], { encoding: "utf8" });
  assert.is(stdout + stderr, "");
});

/** The results of `snapback run …` on a Node. */
const results = (node: string, ...words: string[]) => {
  const cli = join(home, "node_modules/snapback/dist/cli.js");
  const { stdout, stderr } = spawnSync(node, [cli, "run", ...words, "--json"], { cwd: home, encoding: "utf8" });
  assert.is(stderr, "");
  return JSON.parse(stdout);
};

for (const [version, node] of [
  ["this Node", () => process.execPath],
  ["Node 24", node24],
] as const)
  outside(
    `a policy of one's own in TypeScript runs on ${version}, and so do those that come with it`,
    skipUnless(node, `${version} is not to be had`, (found) => {
      const [{ policy: identity, metrics }] = results(found, "mine.yaml");
      assert.equal([metrics.snapshots.mean > 10, metrics.rollbacks.mean, metrics.intervalAchieved.mean], [true, 1, 20]);
      assert.ok(metrics.ttrMean.mean > 35);
      // The hash is that of the source, on every machine and every Node.
      const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
      assert.equal(identity, { module: "patient.ts", sha256: digest(JSON.stringify([["", digest(policy)]])) });
      const all = results(found, "adaptive-interval", "--replication", "0", "--set", "horizon=2h");
      assert.ok(all.some((one: { readonly policy?: object }) => one.policy !== undefined));
    }),
  );

outside(
  "what is installed is compiled, but for policies to read and copy and what runs in browsers: no other source, no test, no result of a run",
  () => {
    const installed = readdirSync(join(home, "node_modules/snapback"), { recursive: true, encoding: "utf8" });
    assert.ok(installed.includes(join("dist", "cli.js")));
    assert.equal(
      installed.filter(
        (name) =>
          !/^dist.(scenarios.policies|results.timeline)./.test(name) &&
          /(?<!\.d)\.ts$|(^|\/)(test|bench|runs)\//.test(name),
      ),
      [],
    );
  },
);

outside("the installed command writes a timeline as one page, with what it needs from its own dependencies", () => {
  const words = [
    "trace",
    "availability-vs-interval",
    "--set",
    "snapshot.interval=10m",
    "--to",
    "30m",
    "--html",
    "run.html",
  ];
  const run = spawnSync(join(home, "node_modules/.bin/snapback"), words, { cwd: home, encoding: "utf8" });
  assert.is(run.stderr, "");
  assert.match(readFileSync(join(home, "run.html"), "utf8"), /<script type="application\/json" id="data">.*timeline/s);
});

outside.run();
