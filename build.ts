/**
 * Compiles the product to JavaScript: `npm run build` fills dist/ (the command `snapback`) and sim/dist/ (@sim/des).
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { fingerprintFile, fingerprintOf } from "./scenarios/identity/code-fingerprint.ts";

const root = fileURLToPath(new URL(".", import.meta.url));

/** Folders whose files that are no TypeScript (scenario files, traces, guests' sources) go along with the code. */
const carried = ["models", "scenarios", "real", "results"];

const compile = (config: string, out: string): void => {
  rmSync(out, { recursive: true, force: true });
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", join(root, config), "--outDir", out], {
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`${config} does not compile; nothing was built in ${out}`);
};

/** Compiles the discrete-event core with its declarations into `out`. */
export const buildSim = (out = join(root, "sim/dist")): void => compile("sim/tsconfig.build.json", out);

/** Compiled when they are asked for: policies, which are programs of a user's kind, and what runs in browsers. */
const sources = [join(root, "scenarios", "policies"), join(root, "results", "timeline")];

/** Compiles the command `snapback` into `out`, with the files that it reads. */
export const buildSnapback = (out = join(root, "dist")): void => {
  compile("tsconfig.build.json", out);
  writeFileSync(join(out, fingerprintFile), `${fingerprintOf(root)}\n`);
  for (const folder of carried.filter((name) => existsSync(join(root, name))))
    cpSync(join(root, folder), join(out, folder), {
      recursive: true,
      filter: (path) =>
        (!path.endsWith(".ts") || sources.includes(dirname(path))) && relative(root, path) !== `results${sep}runs`,
    });
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    buildSim();
    buildSnapback();
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
