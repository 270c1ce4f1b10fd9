// Installs the dependencies when they are missing or older than the lock, so that every npm script works in a fresh
// clone. Plain JavaScript without dependencies: it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";

const root = new URL(".", import.meta.url);

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Snapback needs Node 20.19 or newer; this is ${process.version} (${process.execPath}).`);
  process.exit(1);
}

/** When the file was last written, in ms; 0 when there is none. */
const written = (path) => statSync(new URL(path, root), { throwIfNoEntry: false })?.mtimeMs ?? 0;

// npm writes its own copy of the lock last, so an installation that was cut off has none.
if (written("node_modules/.package-lock.json") < written("package-lock.json")) {
  console.error("Installing the dependencies from package-lock.json (npm ci) …");
  // Whatever the user's npm is set to, these decide what lands in node_modules.
  const flags = ["--include=dev", "--include=optional", "--ignore-scripts", "--no-audit", "--no-fund"];
  const quiet = ["--loglevel=error", "--no-progress"];
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { status, error } = spawnSync(npm, ["ci", ...flags, ...quiet], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error(`npm ci failed${error ? `: ${error.message}` : ""}; the dependencies are not installed.`);
    process.exit(1);
  }
}
