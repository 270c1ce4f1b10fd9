import { createHash } from "node:crypto";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { distinctWrites } from "../../models/guest/memory.ts";
import type { ClusterScenario, PageClass } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { bundledFolder } from "../../scenarios/bundled-folder.ts";
import { check } from "../../scenarios/commands/check.ts";
import { run } from "../../scenarios/commands/run.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { type LoadedScenario, loadScenario } from "../../scenarios/load.ts";
import { showScenario } from "../../scenarios/show.ts";
import { noWorld } from "./no-world.ts";
import { faults, load, overlay } from "./overlay.ts";

const test = suite("a guest of one's own");

const examples = join(bundledFolder, "csv-forms/examples");
const curve = "seconds,distinctPages\n0.1,1500\n1,10000\n10,40000\n60,90000\n";
const mix =
  "type,pages,writesPerSecond\nfree,300000,0\ncacheClean,400000,10\nanonymous,300000,9000\nkernel,48576,400\n";

const clusterOf = (loaded: LoadedScenario): ClusterScenario => {
  const { scenario } = loaded.points[0]!;
  assert.ok(scenario.model === "cluster");
  return scenario;
};
const classesOf = (loaded: LoadedScenario): readonly PageClass[] => clusterOf(loaded).cluster.workload.classes;
const written = (classes: readonly PageClass[], seconds: number): number =>
  classes.reduce((sum, one) => sum + distinctWrites(one.pages, one.writesPerSecond, seconds), 0);
const pagesOf = (classes: readonly PageClass[], type: string): number =>
  classes.reduce((sum, one) => sum + (one.type === type ? one.pages : 0), 0);

test("under a curve the guest writes what was measured, on the pages of its mix", () => {
  const plain = classesOf(load({ "a.yaml": "cluster: { workload: key-value }" }));
  const measured = classesOf(
    load({ "a.yaml": "cluster: { workload: { mix: key-value, curve: curve.csv } }", "curve.csv": curve }),
  );
  for (const type of ["free", "cacheClean", "cacheDirty", "anonymous", "kernel"])
    assert.is(pagesOf(measured, type), pagesOf(plain, type), type);
  for (const [seconds, pages] of [
    [0.1, 1500],
    [1, 10_000],
    [10, 40_000],
    [60, 90_000],
  ] as const)
    assert.ok(Math.abs(written(measured, seconds) / pages - 1) < 0.01, `${seconds} s: ${written(measured, seconds)}`);
});

test("a curve alone replaces the writes of the workload below it, and a workload above replaces the curve", () => {
  const files = {
    "a.yaml": "extends: b.yaml\ncluster: { workload: { curve: curve.csv } }",
    "b.yaml": "cluster: { workload: idle }",
    "curve.csv": curve,
  };
  const loaded = load(files);
  assert.is(clusterOf(loaded).cluster.workload.name, "idle");
  assert.ok(Math.abs(written(classesOf(loaded), 10) / 40_000 - 1) < 0.01);
  assert.equal(classesOf(load(files, "cluster.workload=idle")), classesOf(load("cluster: { workload: idle }")));
});

test("a page mix is the workload, in shares of the memory of the VM", () => {
  for (const workload of ["mix.csv", "./mix.csv", "{ mix: mix.csv }"]) {
    const loaded = load({ "a.yaml": `cluster: { workload: ${workload}, vm: { memory: 8GiB } }`, "mix.csv": mix });
    assert.is(clusterOf(loaded).cluster.workload.name, "mix");
    assert.equal(
      classesOf(loaded).map(({ type, pages, writesPerSecond }) => [type, pages, Math.round(writesPerSecond)]),
      [
        ["free", 600_000, 0],
        ["cacheClean", 800_000, 20],
        ["anonymous", 600_000, 18_000],
        ["kernel", 97_152, 800],
      ],
    );
  }
});

test("a mix keeps a curve that is below it or above it, and then needs no writes of its own", () => {
  const texts = { "mix.csv": "type,pages\nanonymous,5\nkernel,5\n", "curve.csv": curve };
  const mixed = "cluster: { workload: { mix: mix.csv } }";
  const curved = "cluster: { workload: { curve: curve.csv } }";
  for (const [low, high] of [
    [mixed, curved],
    [curved, mixed],
  ] as const) {
    const classes = classesOf(load({ ...texts, "b.yaml": low, "a.yaml": `extends: b.yaml\n${high}` }));
    assert.ok(Math.abs(written(classes, 1) / 10_000 - 1) < 0.01);
    assert.is(pagesOf(classes, "free"), 0);
  }
});

test("classes beside a mix change it, in the text itself and in those above", () => {
  const files = {
    "a.yaml": "cluster: { workload: { mix: mix.csv, classes: { kernel: { compressRatio: 3 } } } }",
    "mix.csv": mix,
  };
  const ratios = classesOf(load(files, "cluster.workload.classes.anonymous.compressRatio=2")).map(
    (one) => one.compressRatio,
  );
  assert.equal(ratios, [1, 1, 2, 3]);
});

test("a path on the command line is meant from the current folder", () => {
  const classes = classesOf(load({ "a.yaml": "", "curve.csv": curve }, "cluster.workload.curve=curve.csv"));
  assert.ok(Math.abs(written(classes, 1) / 10_000 - 1) < 0.01);
});

test("files are meant from the folder of the text that names them", () => {
  const texts = {
    "a.yaml": "extends: deep/b.yaml",
    "deep/b.yaml": "cluster: { workload: { curve: c.csv } }",
    "deep/c.csv": curve,
  };
  assert.ok(Math.abs(written(classesOf(load(texts)), 1) / 10_000 - 1) < 0.01);
});

test("curves and mixes can be swept", () => {
  const axis = "sweep: { cluster.workload.curve: [slow.csv, fast.csv], cluster.workload.mix: [web, mix.csv] }";
  const { points } = load({
    "a.yaml": axis,
    "mix.csv": mix,
    "slow.csv": "seconds,distinctPages\n1,10\n",
    "fast.csv": "seconds,distinctPages\n1,1000\n",
  });
  assert.equal(
    points.map(({ scenario }) => {
      assert.ok(scenario.model === "cluster");
      return [scenario.cluster.workload.name, Math.round(written(scenario.cluster.workload.classes, 1))];
    }),
    [
      ["web", 10],
      ["mix", 10],
      ["web", 1000],
      ["mix", 1000],
    ],
  );
});

test("what is shown, loaded again, is the same scenario, and each number of a mix has its line", () => {
  const texts = {
    "a.yaml": "cluster: { workload: { mix: mix.csv, curve: curve.csv } }",
    "mix.csv": mix,
    "curve.csv": curve,
  };
  const loaded = load(texts);
  const shown = showScenario(loaded);
  assert.equal(load({ ...texts, "a.yaml": shown }).points, loaded.points);
  assert.match(shown, /^ {8}share: 0\.286\d+ +# mix\.csv:4, derived: 300000 of 1048576 pages$/m);
  assert.match(shown, /^ {4}curve: \/case\/curve\.csv +# a\.yaml:1$/m);
});

test("the reader of results is told what the curve is, how well it is fitted, and how far it reaches", () => {
  const texts = {
    "a.yaml": "cluster: { workload: { curve: curve.csv } }\nsnapshot: { interval: 2m }",
    "curve.csv": curve,
  };
  const notes = load(texts).notes.filter((note) => note.startsWith("curve"));
  assert.is(notes[0], `curve curve.csv: SHA-256 ${createHash("sha256").update(curve).digest("hex")}`);
  assert.is(notes[1], "curve curve.csv: 4 points from 0.1s to 1m");
  assert.match(
    notes[2]!,
    /^curve curve\.csv: fitted by \d+ pages at [\d.]+\/s each, .* \(rms error [\d.]+ %, greatest [\d.]+ %\)$/,
  );
  assert.is(notes[3], "curve curve.csv: it ends at 1m, so what an interval of 2m writes is extrapolated");
  assert.is(notes.length, 4);
});

test("check prints it, too", () => {
  const printed: string[] = [];
  const files = overlay({ "a.yaml": "cluster: { workload: { curve: curve.csv } }", "curve.csv": curve });
  check({ ...noWorld, files, print: (text) => printed.push(text) }, { scenario: ["a.yaml"], set: [] });
  assert.is(printed[0], "a.yaml: ok (cluster, 20 replications)");
  assert.match(printed[2]!, /^- curve curve\.csv: 4 points from 0\.1s to 1m$/);
  assert.match(printed[3]!, /^- curve curve\.csv: fitted by /);
});

test("results for programs carry the hash of each file", async () => {
  const printed: string[] = [];
  const texts = {
    "a.yaml": "cluster: { workload: { curve: curve.csv } }\nhorizon: 1h\nfailures: { host: none }",
    "curve.csv": curve,
  };
  const line = { ...noWorld, files: overlay(texts), print: (text: string) => void printed.push(text) };
  await run(line, { scenario: "a.yaml", set: [], json: true, replication: 0, workers: 1, only: ["workRatio"] });
  const [result] = JSON.parse(printed.join("\n"));
  assert.equal(result.files, [{ file: "curve.csv", sha256: createHash("sha256").update(curve).digest("hex") }]);
});

test("a poor fit and writes on free pages are told", () => {
  const notes = (text: string): string =>
    load({ "a.yaml": "cluster: { workload: { mix: idle, curve: c.csv } }", "c.csv": text }).notes.join("\n");
  assert.match(notes("seconds,distinctPages\n1,1\n10,1000\n100,900000\n"), /the fit is poor/);
  assert.match(
    notes("seconds,distinctPages\n1,900000\n60,900000\n"),
    /2708\d\d free pages of the mix are written, too/,
  );
  assert.not.match(notes(curve), /poor|free pages/);
});

const cases: readonly (readonly [law: string, texts: { readonly [file: string]: string }, expected: RegExp])[] = [
  [
    "a curve that is not there",
    { "a.yaml": "cluster: { workload: { curve: none.csv } }" },
    /^a\.yaml:1:31: cluster\.workload\.curve: cannot read \/case\/none\.csv: there is no such file$/,
  ],
  [
    "a mix that is not there",
    { "a.yaml": "cluster: { workload: { mix: none.csv } }" },
    /^a\.yaml:1:29: cluster\.workload\.mix: cannot read \/case\/none\.csv: there is no such file$/,
  ],
  [
    "a mix of an unknown name",
    { "a.yaml": "cluster: { workload: { mix: databse } }" },
    /^a\.yaml:1:29: cluster\.workload\.mix: there is no databse .*; did you mean database\? known are .*; a file of your own ends in \.csv$/,
  ],
  [
    "a mix that is a list",
    { "a.yaml": "cluster: { workload: { mix: [web, idle] } }" },
    /^a\.yaml:1:29: cluster\.workload\.mix: expected the name of a workload or a CSV file$/,
  ],
  [
    "a curve that is a number",
    { "a.yaml": "cluster: { workload: { curve: 5 } }" },
    /^a\.yaml:1:31: cluster\.workload\.curve: expected text, got 5$/,
  ],
  [
    "a curve that is empty",
    { "a.yaml": "cluster: { workload: { curve: '' } }" },
    /^a\.yaml:1:31: cluster\.workload\.curve: /,
  ],
  [
    "a misspelt key",
    { "a.yaml": "cluster: { workload: { curv: x.csv } }" },
    /^a\.yaml:1:24: cluster\.workload\.curv: unknown key; did you mean curve\?$/,
  ],
  [
    "a traffic matrix that is not there",
    { "a.yaml": "cluster: { traffic: { matrix: none.csv } }" },
    /^a\.yaml:1:31: cluster\.traffic\.matrix: cannot read \/case\/none\.csv: there is no such file$/,
  ],
  [
    "a traffic matrix that is a number",
    { "a.yaml": "cluster: { traffic: { matrix: 5 } }" },
    /^a\.yaml:1:31: cluster\.traffic\.matrix: expected a list, got 5$/,
  ],
  [
    "a fault in a curve",
    { "a.yaml": "cluster: { workload: { curve: c.csv } }", "c.csv": "seconds,distinctPages\n1,x\n" },
    /^c\.csv:2:3: distinctPages must be a number, not "x"$/,
  ],
  [
    "more pages than the VM has",
    { "a.yaml": "cluster: { workload: { curve: c.csv } }", "c.csv": "seconds,distinctPages\n1,5\n9,1048577\n" },
    /^c\.csv:3:3: more distinct pages than the 1048576 of a VM with 4GiB: give the VMs the memory of the guest/,
  ],
  [
    "a curve together with a linear dirty rate",
    { "a.yaml": "cluster: { workload: { curve: c.csv, dirtyModel: linear } }", "c.csv": curve },
    /^a\.yaml:1:50: cluster\.workload\.dirtyModel: linear has no curve: /,
  ],
  [
    "an unknown type of pages",
    { "a.yaml": "cluster: { workload: mix.csv }", "mix.csv": "type,pages,writesPerSecond\nkernal,5,0\n" },
    /^mix\.csv:2:1: cluster\.workload\.classes\.kernal\.type: "kernal" is not known here: .* did you mean kernel\?$/,
  ],
  [
    "a mix without writes and without a curve",
    { "a.yaml": "cluster: { workload: mix.csv }", "mix.csv": "type,pages\nkernel,5\n" },
    /^mix\.csv:2:1: cluster\.workload\.classes\.kernel\.writesPerGiB: the mix has no column writesPerSecond, and the workload no curve: nothing/,
  ],
];

for (const [law, texts, expected] of cases)
  test(`${law} is told at its place`, () => {
    const found = faults(texts);
    assert.is(found.length, 1, found.join("\n"));
    assert.match(found[0]!, expected);
  });

test("of a sweep over one bad file each fault is told once", () => {
  const texts = {
    "a.yaml": "cluster: { workload: { curve: c.csv } }\nsweep: { snapshot.interval: [1s, 2s, 3s] }",
    "c.csv": "seconds,distinctPages\n1,x\n2,y\n",
  };
  assert.is(faults(texts).length, 2);
});

test("a file that is missing is looked for among its neighbours", () => {
  const path = join(examples, "curv.csv");
  assert.match(
    faults(`cluster: { workload: { curve: ${path} } }`)[0]!,
    /there is no such file; did you mean curve\.csv\?$/,
  );
});

test("a traffic matrix in a file is the traffic of the cluster", () => {
  const texts = {
    "a.yaml": "cluster: { vms: 3, traffic: { matrix: t.csv } }",
    "t.csv": "from,to,messagesPerSecond\n2,0,5\n",
  };
  const loaded = load(texts);
  const { traffic } = clusterOf(loaded).cluster;
  assert.equal(traffic, { kind: "pairs", vms: 3, pairs: [{ from: 2, to: 0, messagesPerSecond: 5 }] });
  assert.ok(loaded.notes.includes("traffic matrix t.csv: 1 of 6 pairs of VMs talk, 5 messages per second in all"));
  assert.equal(load({ ...texts, "a.yaml": showScenario(loaded) }).points, loaded.points);
  assert.equal(clusterOf(load(texts, "cluster.traffic=none")).cluster.traffic, { kind: "pairs", vms: 3, pairs: [] });
  assert.equal(
    load({
      ...texts,
      "a.yaml": "extends: b.yaml\ncluster: { traffic: { matrix: t.csv } }",
      "b.yaml": "cluster: { vms: 3, traffic: { pattern: ring, messagesPerSecond: 9/s } }",
    }).points[0]!.scenario,
    loaded.points[0]!.scenario,
  );
});

test("a traffic matrix for more VMs than there are is told at its line, at every point of a sweep", () => {
  const texts = {
    "a.yaml": "cluster: { traffic: { matrix: t.csv } }\nsweep: { cluster.vms: [2, 3, 4] }",
    "t.csv": "from,to,messagesPerSecond\n2,0,5\n",
  };
  assert.equal(faults(texts), ["t.csv:2:1: there is no VM 2: they are counted from 0 to 1"]);
});

test("the example of a guest of one's own runs", () => {
  const loaded = loadScenario("own-guest.yaml", { files: diskFiles, folder: examples });
  const calm = { host: { kind: "none" }, vm: { kind: "none" } } as const;
  const scenario: ClusterScenario = {
    ...clusterOf(loaded),
    horizon: 86_400,
    failures: { ...clusterOf(loaded).failures, ...calm },
  };
  const { metrics } = simulateCluster(scenario, { seed: 1, replication: 0 });
  assert.ok(metrics["workRatio"]! > 0.9 && metrics["workRatio"]! < 1);
  assert.is(loaded.notes.filter((note) => /^(curve|page mix|traffic matrix) /.test(note)).length, 7);
});

test.run();
