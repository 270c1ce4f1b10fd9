/** Records the fingerprints of the models as they are now: `npx tsx test/sim/record-fingerprints.ts`. */
import { writeFileSync } from "node:fs";
import { fingerprints } from "./fingerprint-models.ts";

const recorded = { v8: process.versions.v8, hashes: fingerprints() };
writeFileSync(new URL("fingerprints.json", import.meta.url), `${JSON.stringify(recorded, undefined, 2)}\n`);
