// needs: chromium
// limit: 300s
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Answer, inChromium, onNode24 } from "../runner/elsewhere.ts";
import { fingerprints } from "./fingerprint-models.ts";

// Hashes of the event trails of several models. They change only when a law of the core changes: then look at what
// changed, and record them anew with `npx tsx test/sim/record-fingerprints.ts`.
const recorded = JSON.parse(readFileSync(new URL("fingerprints.json", import.meta.url), "utf8")) as {
  readonly v8: string;
  readonly hashes: Readonly<Record<string, string>>;
};
const models = new URL("fingerprint-models.ts", import.meta.url);

const same = ({ engine, value }: Answer): void =>
  assert.equal(value, recorded.hashes, `trails differ on ${engine} from those recorded on V8 ${recorded.v8}`);

test("the same seed gives the recorded trail of events on this Node", () => {
  assert.ok(Object.keys(recorded.hashes).length > 0);
  same({ engine: `Node ${process.versions.node}`, value: fingerprints() });
});

test("the same seed gives the recorded trail of events on Node 24", onNode24(models, "fingerprints", same));

test("the same seed gives the recorded trail of events in Chromium", inChromium(models, "fingerprints", same));

test.run();
