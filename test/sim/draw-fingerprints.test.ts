// needs: chromium
// limit: 300s
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { chromium } from "playwright-core";
import { test } from "uvu";
import { findCommand } from "../runner/find-command.ts";
import { node24 } from "../runner/node-24.ts";
import { skipUnless } from "../runner/skip.ts";
import { drawFingerprints } from "./draw-fingerprints.ts";

// 100,000 draws of each law. They change only with the generator, the encoding of paths or the algorithm of a law.
const recorded = {
  next: "6d8dd9db",
  uniform: "f3a630c2",
  integer: "fef436e8",
  choice: "4d07b1c9",
  exponential: "5690544a",
  normal: "03bfb9b9",
  lognormal: "3ff536be",
  weibull: "08830685",
  gamma: "3644d3dc",
  "gamma of a large shape": "f1556ea8",
  poisson: "8ed148e2",
  binomial: "abafc645",
};

const source = fileURLToPath(new URL("draw-fingerprints.ts", import.meta.url));

test("the draws of a seed are the recorded bits on this Node", () => {
  assert.deepEqual(drawFingerprints(), recorded);
});

test(
  "the draws of a seed are the recorded bits on Node 24",
  skipUnless(node24, "npm fetches no Node 24 for this platform, or has no connection", (node) => {
    const program = `import { drawFingerprints } from ${JSON.stringify(source)};
      console.log(JSON.stringify(drawFingerprints()));`;
    const { status, stdout, stderr } = spawnSync(node, ["--input-type=module", "--eval", program], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), recorded);
  }),
);

test(
  "the draws of a seed are the recorded bits in Chromium, whose logarithms are not Node's",
  skipUnless(
    () => findCommand("chromium"),
    "chromium is not installed",
    async (executablePath) => {
      const bundle = { bundle: true, write: false, format: "iife", globalName: "draws", target: "es2022" } as const;
      const [script] = buildSync({ entryPoints: [source], platform: "browser", ...bundle }).outputFiles;
      const browser = await chromium.launch({
        executablePath,
        args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
      });
      try {
        const page = await browser.newPage();
        await page.addScriptTag({ content: script?.text ?? "" });
        assert.deepEqual(await page.evaluate("draws.drawFingerprints()"), recorded);
      } finally {
        await browser.close();
      }
    },
  ),
);

test.run();
