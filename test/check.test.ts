import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

/** What a tool says of the repository when something is wrong; nothing otherwise. */
const complaints = (tool: string, ...args: string[]): string => {
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, ...args], { cwd, encoding: "utf8" });
  return status === 0 ? "" : stdout + stderr;
};

test("every file passes the strictest types", () => {
  assert.is(complaints("node_modules/typescript-native/bin/tsc", "--noEmit"), "");
});

test("every file is formatted, and the linter finds nothing; npx biome check --write mends most", () => {
  assert.is(complaints("node_modules/@biomejs/biome/bin/biome", "check", "."), "");
});

test.run();
