import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { chromium } from "playwright-core";
import { findCommand } from "./find-command.ts";
import { node24 } from "./node-24.ts";
import { skipUnless } from "./skip.ts";

/** What a function returned on another engine, and that engine's name with its version. */
export type Answer = { readonly engine: string; readonly value: unknown };

type Test = (context: Record<string, unknown>) => Promise<void>;

/** A test of what `call`, an export of `module` without arguments, returns on Node 24, which loads the source itself. */
export const onNode24 = (module: URL, call: string, check: (answer: Answer) => void): Test =>
  skipUnless(node24, "npm fetches no Node 24 for this platform, or has no connection", (node) => {
    const program = `import { ${call} } from ${JSON.stringify(module.href)};
      console.log(JSON.stringify({ engine: "Node " + process.versions.node, value: ${call}() }));`;
    const { status, stdout, stderr } = spawnSync(node, ["--input-type=module", "--eval", program], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`Node 24 cannot run ${call}:\n${stderr}`);
    check(JSON.parse(stdout) as Answer);
  });

export const chromiumFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The same in a page of Chromium. The file of such a test says `// needs: chromium`. */
export const inChromium = (module: URL, call: string, check: (answer: Answer) => void): Test =>
  skipUnless(
    () => findCommand("chromium"),
    "chromium is not installed",
    async (executablePath) => {
      // Bundled for browsers: an import of anything of Node's fails here.
      const [script] = buildSync({
        entryPoints: [fileURLToPath(module)],
        bundle: true,
        write: false,
        platform: "browser",
        format: "esm",
      }).outputFiles;
      const url = `data:text/javascript;base64,${Buffer.from(script?.contents ?? "").toString("base64")}`;
      const browser = await chromium.launch({ executablePath, args: chromiumFlags });
      try {
        const page = await browser.newPage();
        const value = await page.evaluate(`import("${url}").then((module) => module.${call}())`);
        check({ engine: `Chromium ${browser.version()}`, value });
      } finally {
        await browser.close();
      }
    },
  );
