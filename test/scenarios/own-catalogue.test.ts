import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Catalogue } from "../../scenarios/catalogue.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { loadScenario } from "../../scenarios/load.ts";
import { showScenario } from "../../scenarios/show.ts";
import { faults, folder, load, overlay } from "./overlay.ts";

const test = suite("a catalogue of one's own");

const costs = (fixed: string): string =>
  `{ prepare: &none { value: 0s, source: assumed }, prepareSpread: none, fixed: { value: ${fixed}, source: "measured: by us" }, device: *none, armPerPage: { value: 0s/page, source: assumed }, fault: *none, track: *none, unprotectPerPage: { value: 0s/page, source: assumed }, copyRate: { value: 1GB/s, source: assumed }, hashRate: none, compressRate: none }`;
const own = `capture-costs:\n  ours: ${costs("70ms")}\nnics:\n  fast: { value: 9GB/s, source: "measured: iperf" }\n`;
const named = "catalogue: own.yaml\nsnapshot: { costs: ours }\ndataCentre: { host: { nic: fast } }\n";

const fixedOf = (text: { readonly [name: string]: string }, ...set: string[]): number[] =>
  load(text, ...set).points.map(({ scenario }) => {
    assert.ok(scenario.model === "cluster");
    return scenario.snapshot.costs.fixed;
  });

test("its entries are named as those that come with the product, and show where they are from", () => {
  const loaded = load({ "a.yaml": named, "own.yaml": own });
  const { scenario } = loaded.points[0]!;
  assert.ok(scenario.model === "cluster");
  assert.is(scenario.snapshot.costs.fixed, 0.07);
  assert.is(scenario.dataCentre.host.nic, 9e9);
  const shown = showScenario(loaded);
  assert.match(shown, /fixed: 70ms +# own\.yaml:2, measured: by us/);
  assert.match(shown, /# catalogue own\.yaml: SHA-256 [0-9a-f]{64}/);
  assert.equal(
    loaded.files.map(({ file }) => file),
    ["own.yaml"],
  );
  const again = load({ "a.yaml": shown });
  assert.equal(again.points[0]!.scenario, { ...scenario, name: "a" }, "what is shown is whole");
});

test("each text adds its own, from the folder that it lies in, and so does the command line; a sweep goes over all names", () => {
  const texts = {
    "a.yaml": "extends: below/b.yaml\ncatalogue: more.yaml\nsweep: { snapshot.costs: [ours, theirs, kvm] }",
    "below/b.yaml": "catalogue: own.yaml",
    "below/own.yaml": own,
    "more.yaml": `capture-costs:\n  theirs: ${costs("90ms")}\n`,
  };
  assert.equal(fixedOf(texts), [0.07, 0.09, 0.02]);
  assert.equal(fixedOf({ "a.yaml": "", "own.yaml": own }, "catalogue=own.yaml", "snapshot.costs=ours"), [0.07]);
});

test("what is not said in it is said to be missing, at its place", () => {
  const wrong = (text: string, scenario = named): string[] => faults({ "a.yaml": scenario, "own.yaml": text });
  assert.match(
    wrong("capture-cost: {}").join("\n"),
    /^own\.yaml:1:1: catalogue: .* no kind capture-cost; did you mean capture-costs/m,
  );
  assert.match(wrong("nics:\n  1gbe: 2GB/s").join("\n"), /^own\.yaml:2:9: a number of the catalogue needs/m);
  assert.match(
    wrong('nics:\n  1gbe: { value: 2GB/s, source: "measured: x" }').join("\n"),
    /^own\.yaml:2:3: catalogue: there is a 1gbe in the catalogue of nics already/m,
  );
  assert.match(wrong("nics: { fast: { value: 1GB/s, source: guessed } }").join("\n"), /a source begins with assumed/);
  assert.match(wrong("[1]").join("\n"), /^own\.yaml:1:1: catalogue: a catalogue is a mapping/m);
  assert.match(wrong("nics: 3").join("\n"), /nics are a mapping|a number of the catalogue needs/);
  assert.match(wrong("nics: [").join("\n"), /this is not YAML/);
  assert.match(wrong(own.replace("70ms", "70MB")).join("\n"), /^own\.yaml:2:\d+: snapshot\.costs\.fixed: /m);
  assert.match(wrong(own, "catalogue: non.yaml").join("\n"), /^a\.yaml:1:12: catalogue: cannot read .*non\.yaml/m);
  assert.match(
    wrong(own, "catalogue: [own.yaml]").join("\n"),
    /^a\.yaml:1:12: catalogue: expected the path of one file/m,
  );
  assert.match(
    wrong(own, "snapshot: { costs: ours }").join("\n"),
    /there is no ours in the catalogue of capture costs/,
  );
  assert.match(
    wrong(own, named.replace("ours", "our")).join("\n"),
    /there is no our in the catalogue of capture costs; did you mean ours\?/,
  );
});

test("a catalogue that many scenarios share stays as it was", () => {
  const catalogue = new Catalogue(diskFiles);
  const files = overlay({ "a.yaml": named, "own.yaml": own });
  loadScenario("a.yaml", { files, folder, catalogue });
  assert.is(catalogue.find("capture-costs", "ours"), undefined);
});

test.run();
