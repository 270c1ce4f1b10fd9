// limit: 600s
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildSnapback } from "../build.ts";
import { npm } from "./runner/npm.ts";

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
process.once("exit", () => rmSync(home, { recursive: true, force: true }));
install(home);

const outside = suite("snapback outside this repository");

outside("the installed command answers on plain Node, started through its link", () => {
  const run = spawnSync(join(home, "node_modules/.bin/snapback"), ["--help"], { cwd: home, encoding: "utf8" });
  if (run.error) throw run.error;
  assert.is(run.stderr, "");
  assert.match(run.stdout, /snapback/);
  assert.is(run.status, 0);
});

outside("what is installed is compiled: no source, no test, no result of a run", () => {
  const installed = readdirSync(join(home, "node_modules/snapback"), { recursive: true, encoding: "utf8" });
  assert.ok(installed.includes(join("dist", "cli.js")));
  assert.equal(
    installed.filter((name) => /(?<!\.d)\.ts$|(^|\/)(test|bench|runs)\//.test(name)),
    [],
  );
});

outside.run();
