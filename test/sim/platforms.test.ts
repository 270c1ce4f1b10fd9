// needs: chromium
// limit: 300s
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { chromium } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findCommand } from "../runner/find-command.ts";
import { node24 } from "../runner/node-24.ts";
import { skipUnless } from "../runner/skip.ts";
import { fingerprints } from "./fingerprint-models.ts";

// Hashes of the event trails of several models. They change only when a law of the core changes: then look at what
// changed, and record them anew with `npx tsx test/sim/record-fingerprints.ts`.
const recorded = JSON.parse(readFileSync(new URL("fingerprints.json", import.meta.url), "utf8")) as {
  readonly v8: string;
  readonly hashes: Readonly<Record<string, string>>;
};
const models = fileURLToPath(new URL("fingerprint-models.ts", import.meta.url));

/** The library's logarithms are those of the engine, so an engine that computes them differently may be the cause. */
const same = (hashes: unknown, engine: string): void =>
  assert.equal(hashes, recorded.hashes, `trails differ on ${engine} from those recorded on V8 ${recorded.v8}`);

test("the same seed gives the recorded trail of events on this Node", () => {
  same(fingerprints(), `Node ${process.versions.node}`);
});

test(
  "the same seed gives the recorded trail of events on Node 24, which loads the sources itself",
  skipUnless(node24, "npm fetches no Node 24 for this platform, or has no connection", (node) => {
    const program = `import { fingerprints } from ${JSON.stringify(models)};
      console.log(JSON.stringify({ node: process.versions.node, hashes: fingerprints() }));`;
    const { status, stdout, stderr } = spawnSync(node, ["--input-type=module", "--eval", program], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`Node 24 cannot run the models:\n${stderr}`);
    const answer = JSON.parse(stdout) as { node: string; hashes: unknown };
    assert.match(answer.node, /^24\./);
    same(answer.hashes, `Node ${answer.node}`);
  }),
);

test(
  "the same seed gives the recorded trail of events in Chromium",
  skipUnless(
    () => findCommand("chromium"),
    "chromium is not installed",
    async (executablePath) => {
      // Bundled for browsers: an import of anything of Node's would fail here.
      const bundle = { bundle: true, write: false, format: "iife", globalName: "models", target: "es2022" } as const;
      const [script] = buildSync({ entryPoints: [models], platform: "browser", ...bundle }).outputFiles;
      const browser = await chromium.launch({
        executablePath,
        args: [
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
        ],
      });
      try {
        const page = await browser.newPage();
        await page.addScriptTag({ content: script?.text ?? "" });
        same(await page.evaluate("models.fingerprints()"), `Chromium ${browser.version()}`);
      } finally {
        await browser.close();
      }
    },
  ),
);

test.run();
