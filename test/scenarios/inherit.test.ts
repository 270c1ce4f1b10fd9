import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ClusterScenario } from "../../models/scenario.ts";
import { loadScenario } from "../../scenarios/load.ts";
import { NoScenarioError } from "../../scenarios/text/inherit.ts";
import { faults, folder, load, overlay } from "./overlay.ts";

const test = suite("inheritance");

const only = (texts: string | { readonly [name: string]: string }, ...set: string[]): ClusterScenario => {
  const { scenario } = load(texts, ...set).points[0]!;
  if (scenario.model !== "cluster") throw new Error("expected a cluster");
  return scenario;
};

test("a policy that says how every page type is stored is one of its own; a few changes leave its name", () => {
  const types = ["free", "cacheClean", "cacheDirty", "anonymous", "kernel"];
  const all = types.map((type) => `${type}: { copies: 2, onLoss: fail }`).join(", ");
  assert.is(only(`storage: { policy: { ${all}, dropZero: false } }`).storage.policy, "custom");
  assert.is(only(`storage: { policy: { ${all}, dropZero: false, name: twice } }`).storage.policy, "twice");
  assert.is(only(`storage: { policy: { ${all} } }`).storage.policy, "page-aware");
});

test("five lines are a scenario: everything else has a default", () => {
  const scenario = only(
    "cluster: { vms: 8, workload: web }\nsnapshot: { interval: 30s }\nfailures: { host: infinitehbd }\nhorizon: 7d\nseed: 3",
  );
  assert.is(scenario.snapshot.interval, 30);
  assert.is(scenario.snapshot.record, "lazy-incremental");
  assert.is(scenario.cluster.quorum, 8);
  assert.is(scenario.name, "a");
});

test("the default of what is recorded follows from how it is captured", () => {
  assert.is(only("snapshot: { capture: stop-and-copy }").snapshot.record, "incremental");
  assert.is(only("snapshot: { capture: post-copy }").snapshot.record, "lazy-incremental");
});

test("a scenario changes the keys that it names and keeps the others of its base, over any depth", () => {
  const scenario = only({
    "a.yaml": "extends: ./b.yaml\nsnapshot: { interval: 5s }",
    "b.yaml": "extends: c.yaml\nsnapshot: { interval: 10s, maxInFlight: 2 }",
    "c.yaml": "snapshot: { maxInFlight: 3, onOverrun: skip }\ncluster: { vms: 4 }",
  });
  assert.equal(
    [scenario.snapshot.interval, scenario.snapshot.maxInFlight, scenario.snapshot.onOverrun],
    [5, 2, "skip"],
  );
  assert.is(scenario.cluster.vms, 4);
});

test("a law replaces the law of the base, and a single key changes it", () => {
  const base = "failures: { host: { law: weibull, shape: 0.7, scale: 3d, permanent: 0.5 } }";
  const replaced = only({
    "a.yaml": "extends: b.yaml\nfailures: { host: { law: exponential, mean: 1d } }",
    "b.yaml": base,
  });
  assert.equal(replaced.failures.host, {
    kind: "law",
    time: { law: "exponential", mean: 86_400 },
    repair: { law: "exponential", mean: 3600 },
    permanent: 0,
    age: "stationary",
  });
  const changed = only({ "a.yaml": "extends: b.yaml\nfailures: { host: { scale: 1d } }", "b.yaml": base }).failures
    .host;
  assert.equal(changed.kind === "law" && [changed.time, changed.permanent], [
    { law: "weibull", shape: 0.7, scale: 86_400 },
    0.5,
  ]);
});

test("a name of the catalogue replaces what the base says, and single keys change what is named", () => {
  const scenario = only({
    "a.yaml": "extends: b.yaml\ndataCentre: { host: { nic: 25gbe } }",
    "b.yaml": "dataCentre: { host: laptop }",
  });
  assert.equal(scenario.dataCentre.host, {
    cores: 4,
    memory: 16 * 2 ** 30,
    disk: { read: 1e8, write: 1e8, latency: 0.008, capacity: Number.POSITIVE_INFINITY },
    nic: 2.942e9,
  });
  const classes = only("cluster: { workload: { classes: { hot: { writesPerGiB: 1/s } } } }").cluster.workload.classes;
  assert.is(classes.length, 8);
  assert.is(classes[5]!.writesPerSecond, 4);
});

test("classes that all say their type are a workload of their own, others change those of the base", () => {
  const own =
    "{ type: anonymous, share: 1, writesPerGiB: 5/s, compressRatio: 1, content: { zero: 0, selfDuplicate: 0, interVm: 0, unique: 1 } }";
  const workloadOf = (text: string) => {
    const { scenario } = load(text).points[0]!;
    assert.ok(scenario.model === "cluster");
    return scenario.cluster.workload;
  };
  const { name, classes } = workloadOf(`cluster: { workload: { classes: { all: ${own} } } }`);
  assert.is(classes.length, 1);
  assert.is.not(name, "web");
  assert.is(workloadOf("cluster: { workload: { classes: { hot: { writesPerGiB: 1/s } } } }").name, "web");
  const { workingSet } = workloadOf("cluster: { vm: { memory: 1GiB }, workload: { workingSet: { share: 25% } } }");
  assert.equal(workingSet, { pages: 65536, within: 10, contiguity: 2.5, stability: 0.97 }, "the rest by default");
  const shared = "{ all: 20%, pair: 5% }";
  const { classes: similar } = workloadOf(
    `cluster: { similarity: ${shared}, workload: { classes: { all: ${own.replace("zero: 0", "zero: 0.2").replace("unique: 1", "unique: 0.8")} } } }`,
  );
  const { zero, interVm, unique } = similar[0]!.content;
  assert.equal(
    [zero, interVm.all, interVm.pair, unique].map((part) => Math.round(1e6 * part) / 1e6),
    [0.2, 0.16, 0.04, 0.6],
  );
});

test("a job that is given its work ends with it, not at the horizon of a scenario without a job", () => {
  const specOf = (text: string, ...set: string[]) => {
    const { scenario } = load(text, ...set).points[0]!;
    assert.ok(scenario.model === "textbook");
    return [scenario.spec.work, scenario.spec.horizon];
  };
  assert.equal(specOf("extends: textbook", "work=100s"), [100, undefined]);
  assert.equal(specOf("extends: textbook\nwork: 100s"), [100, undefined]);
  assert.equal(specOf("extends: textbook\nsweep: { work: [100s] }"), [100, undefined]);
  assert.equal(specOf("extends: textbook", "horizon=50s", "work=100s"), [100, 50]);
  assert.equal(specOf("extends: textbook\nwork: 100s\nhorizon: 50s", "work=200s"), [200, 50]);
  assert.equal(specOf("extends: textbook\nwork: 100s", "horizon=50s"), [100, 50]);
});

test("a fault points into the file in which the value was written", () => {
  const texts = { "a.yaml": "extends: b.yaml\nhorizon: 2", "b.yaml": "# base\nsnapshot:\n  capture: none" };
  assert.equal(
    faults(texts).map((fault) => fault.split(": ")[0]),
    ["a.yaml:2:10", "b.yaml:3:12"],
  );
});

test("a base that is not there, or that goes round in a circle, is told at extends", () => {
  assert.match(
    faults("extends: ./nothing.yaml")[0]!,
    /^a\.yaml:1:10: extends: cannot read scenario \.\/nothing\.yaml: there is no such file/,
  );
  assert.match(faults("extends: texbook")[0]!, /did you mean textbook\?/);
  assert.match(faults("extends: [b.yaml]")[0]!, /^a\.yaml:1:1: extends: expected the path or the name of one scenario/);
  assert.match(
    faults({ "a.yaml": "extends: b.yaml", "b.yaml": "extends: a.yaml" })[0]!,
    /^b\.yaml:1:10: extends: goes round in a circle: a\.yaml extends b\.yaml extends a\.yaml$/,
  );
});

test("a built-in scenario can be named and extended", () => {
  const { scenario } = load("extends: textbook\nworkInterval: 2h").points[0]!;
  assert.is(scenario.model === "textbook" && scenario.spec.workInterval, 7200);
  assert.is(loadScenario("textbook", { files: overlay({}), folder }).name, "textbook");
});

test("a scenario that is not there is an error that names the built-in ones", () => {
  assert.throws(
    () => loadScenario("textbok", { files: overlay({}), folder }),
    (error: Error) => error instanceof NoScenarioError && /did you mean textbook\?/.test(error.message),
  );
});

test("a trace of one's own is found beside the file that names it", () => {
  const scenario = only({
    "a.yaml": "extends: sub/b.yaml",
    "sub/b.yaml": "failures: { host: { trace: ./outages.csv, nodes: 5 } }",
    "sub/outages.csv": "component,start,end\nx,1h,2h\n",
  });
  assert.equal(scenario.failures.host.kind === "trace" && scenario.failures.host.trace.byNode, [
    [{ start: 3600, end: 7200 }],
    [],
    [],
    [],
    [],
  ]);
});

test.run();
