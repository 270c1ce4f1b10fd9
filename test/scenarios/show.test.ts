import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadScenario } from "../../scenarios/load.ts";
import { showScenario } from "../../scenarios/show.ts";
import { builtInScenarios } from "../../scenarios/text/inherit.ts";
import { folder, load, overlay } from "./overlay.ts";

const test = suite("show");

/** Scenarios that use every kind of value. */
const texts: { readonly [name: string]: { readonly [file: string]: string } } = {
  "the defaults": { "a.yaml": "" },
  "a changed workload": {
    "a.yaml": "description: 'a, b: c'\ncluster: { workload: { classes: { hot: { writesPerGiB: 1/s } } } }",
  },
  "a law": {
    "a.yaml":
      "failures: { host: { law: lognormal, median: 3d, sigma: 2, repair: { law: gamma, shape: 2, mean: 1h } } }",
  },
  "a list of outages": {
    "a.yaml":
      "failures: { host: { times: [{ component: 1, start: 1h }, { component: 2, start: 1h, end: 2h, permanent: true }] } }",
  },
  "failures of everything": {
    "a.yaml":
      "failures: { vm: gcp-preemptible, disk: backblaze, rack: dean-rack, uplink: { times: [{ component: 2, start: 1h }] }, store: storage-subsystem, renewal: all }\ndetection: { falseSuspicion: { lost: 1% } }",
  },
  "common shocks": {
    "a.yaml":
      "failures: { shocks: [google-bursts, { times: [1h, 2h], takes: { rack: 1 }, within: 2m }, { law: gamma, shape: 2, mean: 9d, takes: { random: 3 }, probability: 50% }, { times: [3h], takes: { hosts: [0, 5] } }] }",
  },
  "a trace": { "a.yaml": "failures: { host: { trace: infinitehbd, permanent: 10% } }" },
  "a trace of one's own": {
    "a.yaml": "failures: { host: { trace: ./b.csv } }",
    "b.csv": "component,start,end\nx,1,2\n",
  },
  "a guest of one's own": {
    "a.yaml": "cluster: { workload: { mix: ./b.csv, curve: ./c.csv } }",
    "b.csv": "type,pages\nanonymous,7\nfree,4\n",
    "c.csv": "seconds,distinctPages\n1,100\n",
  },
  "a sample": { "a.yaml": "failures: { host: { law: empirical, sample: [1h, 2h, 5h] } }" },
  "a sweep": {
    "a.yaml":
      "sweep:\n  snapshot.interval: { from: 1s, to: 1h, points: 4, scale: log }\n  failures.host: [none, lanl05, {law: deterministic, value: 3h}]",
  },
  "a textbook list": { "a.yaml": "extends: textbook\nfailures: [1, 2.5, 3h]\nwork: 1d" },
};

for (const [name, files] of Object.entries(texts))
  test(`${name}: what is shown, loaded again, is the same scenario`, () => {
    const loaded = load(files);
    const again = load({ ...files, "a.yaml": showScenario(loaded) });
    assert.equal(again.points, loaded.points);
    assert.equal(
      [again.seed, again.replications, again.description],
      [loaded.seed, loaded.replications, loaded.description],
    );
  });

for (const name of builtInScenarios(overlay({})))
  test(`the built-in scenario ${name}, shown and loaded again, is the same`, () => {
    const loaded = loadScenario(name, { files: overlay({}), folder });
    const again = load(showScenario(loaded));
    assert.equal(
      again.points.map(({ scenario }) => ({ ...scenario, name })),
      loaded.points.map(({ scenario }) => scenario),
    );
  });

test("an axis that the command line has set is shown as the value that it has", () => {
  const shown = showScenario(
    load("sweep: { snapshot.interval: [1s, 2s], cluster.vms: [2, 3] }", "snapshot.interval=9s"),
  );
  assert.equal(
    load(shown).points.map(({ values }) => values),
    [{ "cluster.vms": 2 }, { "cluster.vms": 3 }],
  );
});

test("behind each value stands where it is from: file and line, --set, default or catalogue, with its provenance", () => {
  const shown = showScenario(load("# mine\ncluster:\n  workload: database\n  vms: 4", "seed=7"));
  assert.match(shown, /^ {2}vms: 4 +# a\.yaml:4$/m);
  assert.match(shown, /^seed: 7 +# --set$/m);
  assert.match(shown, /^ {2}copies: 3 +# default, assumed: as in HDFS$/m);
  assert.match(shown, /^ {8}share: 0\.35 +# catalogue\/workloads\.yaml:\d+, assumed: /m);
});

test("every number that nobody wrote has a provenance", () => {
  const shown = showScenario(load(""));
  const numbers = shown.split("\n").filter((line) => /^\s*\w+: [\d.]/.test(line));
  assert.ok(numbers.length > 80);
  const without = numbers.filter(
    (line) => !/# .*, (assumed|published|measured|derived|fitted|by definition)/.test(line),
  );
  assert.equal(without, []);
});

test.run();
