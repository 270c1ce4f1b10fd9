import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fingerprints } from "./fingerprint-models.ts";

// The recorded hashes are compared on other engines too, in platforms.test.ts.
const { hashes } = JSON.parse(readFileSync(new URL("fingerprints.json", import.meta.url), "utf8")) as {
  hashes: Readonly<Record<string, string>>;
};

test("every model has the fingerprint that was recorded for it", () => {
  assert.equal(fingerprints(), hashes);
});

test("another seed gives another trail to every model that draws", () => {
  const others = fingerprints(1);
  const same = Object.keys(hashes).filter((name) => others[name] === hashes[name]);
  assert.equal(same, ["cable"]);
});

test.run();
