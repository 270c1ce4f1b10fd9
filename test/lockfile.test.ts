import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";

type Locked = {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly version?: string;
  readonly integrity?: string;
};

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
const lock = JSON.parse(read("package-lock.json")) as { readonly packages: Readonly<Record<string, Locked>> };
const installed = Object.entries(lock.packages).filter(([path]) => path.startsWith("node_modules/"));

test("the lock names packages and hashes, and no registry that they came from", () => {
  assert.equal(
    installed.filter(([, { resolved, link }]) => resolved !== undefined && link !== true),
    [],
  );
  assert.match(read(".npmrc"), /^omit-lockfile-registry-resolved=true$/m);
});

test("every package in the lock has a version and a hash", () => {
  const bare = installed.filter(
    ([, { link, version, integrity }]) => !link && !(version && integrity?.startsWith("sha512-")),
  );
  assert.equal(
    bare.map(([path]) => path),
    [],
  );
});

/** Whether the lock holds `name` where a package at `path` looks for it: beside itself, or in a folder above. */
const isLocked = (path: string, name: string): boolean => {
  if (`${path === "" ? "" : `${path}/`}node_modules/${name}` in lock.packages) return true;
  return path !== "" && isLocked(path.slice(0, Math.max(0, path.lastIndexOf("/node_modules/"))), name);
};

test("what any package may need on any platform is in the lock, or npm ci refuses it", () => {
  const lacking = Object.entries(lock.packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !isLocked(path, name))
      .map((name) => `${path} needs ${name}`),
  );
  assert.equal(lacking, []);
});

test("no package brings a program that would stand before the user's own node or npm on the scripts' PATH", () => {
  const shadows = installed
    .filter(([path]) => path.lastIndexOf("node_modules/") === 0)
    .filter(([, { bin = {} }]) => ["node", "npm", "npx"].some((name) => name in bin));
  assert.equal(
    shadows.map(([path]) => path),
    [],
  );
});

test.run();
