import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";

type Locked = {
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

test("no package brings a program that would stand before the user's own node or npm on the scripts' PATH", () => {
  const binaries = installed.filter(([path, entry]) => {
    const { bin } = entry as { bin?: Record<string, string> };
    return (
      path.lastIndexOf("node_modules/") === 0 && bin !== undefined && ["node", "npm", "npx"].some((name) => name in bin)
    );
  });
  assert.equal(
    binaries.map(([path]) => path),
    [],
  );
});

test.run();
