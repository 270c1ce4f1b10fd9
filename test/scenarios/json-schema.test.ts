import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { bundledFolder } from "../../scenarios/bundled-folder.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { scenarioJsonSchema } from "../../scenarios/schema/json-schema.ts";
import { builtInScenarios } from "../../scenarios/text/inherit.ts";
import { faults } from "./overlay.ts";
import { accepts, type Schema } from "./schema-check.ts";

const test = suite("JSON Schema");

const schema = scenarioJsonSchema(diskFiles) as Schema;

test("the schema is the same each time, and survives being written", () => {
  const text = JSON.stringify(schema);
  assert.is(JSON.stringify(scenarioJsonSchema(diskFiles)), text);
  assert.equal(JSON.parse(text), schema);
});

test("editors accept every built-in scenario", () => {
  for (const name of builtInScenarios(diskFiles))
    assert.is(accepts(schema, parse(readFileSync(`${bundledFolder}${name}.yaml`, "utf8"))), true, name);
});

test("editors accept files of one's own as workload, mix and curve", () => {
  const valid = (workload: unknown): boolean => accepts(schema, { cluster: { workload } });
  for (const workload of ["./mine.csv", { mix: "mine.csv" }, { mix: "web", curve: "./c.csv" }, { curve: "c.csv" }])
    assert.ok(valid(workload), JSON.stringify(workload));
  for (const workload of [{ mix: "wbe" }, { mix: 5 }, { curve: 5 }, { curves: "c.csv" }])
    assert.not.ok(valid(workload), JSON.stringify(workload));
});

/** Texts that need no other file, and whether they can be loaded. */
const texts: readonly (readonly [text: string, valid: boolean])[] = [
  ["horizon: 30d", true],
  ["cluster: { vms: 8, workload: web }\nsnapshot: { interval: 60s }\nfailures: { host: infinitehbd }", true],
  ["dataCentre: { host: laptop, racks: 2 }", true],
  ["dataCentre: { host: { disk: nvme, nic: 25gbe } }", true],
  [
    "failures: { host: none, vm: { law: weibull, shape: 0.7, mean: 30d, repair: { law: exponential, mean: 1h } } }",
    true,
  ],
  ["failures: { host: { times: [{ component: 0, start: 1h, end: 2h }] } }", true],
  ["failures: { host: { trace: infinitehbd, permanent: 10% } }", true],
  ["storage: { policy: { kernel: { copies: 2 } }, copies: 2 }", true],
  ["sweep: { snapshot.interval: [1s, 2s], cluster.vms: { from: 2, to: 8, points: 3 } }", true],
  ["model: textbook\nfailures: [1, 2s]\nhorizon: 1d", true],
  ["model: textbook\nhorizon: 1d\nsilentErrors: { law: exponential, mean: 3d }\nverify: 3s", true],
  ["model: textbook\nhorizon: 1d\nsecondLevel: { every: 2, pause: 0s, detect: 0s, restore: 1s, failures: [] }", true],
  ["model: textbook\nhorizon: 1d\nphases: random", false],
  ["horizont: 30d", false],
  ["horizon: 30", false],
  ["horizon: 30 parsecs", false],
  ["horizon: -30d", false],
  ["cluster: { vms: 0 }", false],
  ["cluster: { workload: wbe }", false],
  ["snapshot: { capture: none }", false],
  ["failures: { host: { law: weibul, mean: 3d } }", false],
  ["failures: { host: { law: exponential, mean: 3d, shape: 2 } }", false],
  ["model: textbook\nsnapshot: { interval: 3s }\nhorizon: 1d", false],
];

for (const [text, valid] of texts)
  test(`editors and the loader agree that this is ${valid ? "right" : "wrong"}: ${text.replaceAll("\n", "; ")}`, () => {
    assert.is(faults(text).length === 0, valid, faults(text).join());
    assert.is(accepts(schema, parse(text)), valid);
  });

test.run();
