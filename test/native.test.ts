// limit: 300s
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { node24 } from "./runner/node-24.ts";
import { skipUnless } from "./runner/skip.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const reason = "npm fetches no Node 24 for this platform, or has no connection";

const run = (node: string, ...args: string[]): string => {
  const { status, stdout, stderr } = spawnSync(node, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`${node} ${args.join(" ")} failed:\n${stderr}`);
  return stdout;
};

test(
  "the core loads on Node 24 without tsx",
  skipUnless(node24, reason, (node) => {
    const program = `import { Simulation } from "./sim/index.ts";
      const sim = new Simulation();
      sim.process((function* () { yield 5; })());
      sim.run();
      console.log(process.versions.node.split(".")[0], sim.now);`;
    assert.is(run(node, "--input-type=module", "--eval", program), "24 5\n");
  }),
);

test(
  "the command line loads on Node 24 without tsx",
  skipUnless(node24, reason, (node) => {
    assert.match(run(node, "cli.ts", "--help"), /snapback/);
  }),
);

test(
  "the runner of the tests works on Node 24 without tsx",
  skipUnless(node24, reason, (node) => {
    assert.match(run(node, "test/run.ts", "test/runner/fixtures/skipping.ts"), /^2 passed, 0 failed, 1 skipped\n$/m);
  }),
);

test.run();
