// limit: 300s
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ScenarioError } from "../../scenarios/text/issue.ts";
import { tellFaults } from "./fault-cases.ts";
import { faults, load } from "./overlay.ts";

const test = suite("faults of scenarios");

tellFaults(test, [
  [
    "a misspelt key",
    "snapshot:\n  intervall: 60s",
    "2:3",
    /^snapshot\.intervall: unknown key; did you mean interval\?$/,
  ],
  ["a key that nobody knows", "zebra: 1", "1:1", /^zebra: unknown key; known here: model, description, seed/],
  ["a misspelt section", "snapshots: { interval: 60s }", "1:1", /^snapshots: .*did you mean snapshot\?/],
  [
    "a misspelt key in a list",
    "failures: { host: { times: [{ component: 0, begin: 1s, start: 1s }] } }",
    "1:45",
    /^failures\.host\.times\[0\]\.begin: unknown key/,
  ],
  ["a missing unit", "snapshot:\n  interval: 60", "2:13", /^snapshot\.interval: 60 has no unit; write a duration/],
  [
    "a wrong unit",
    "cluster: { vm: { memory: 4Gb } }",
    "1:26",
    /^cluster\.vm\.memory: "Gb" is not a unit .*did you mean GB\?/,
  ],
  ["a duration for a size", "cluster: { vm: { memory: 4s } }", "1:26", /"s" is not a unit of a size/],
  ["a negative time", "rollback: { planTime: -3s }", "1:23", /^rollback\.planTime: must be at least 0, not -3s$/],
  ["a time of 0 that must be above it", "snapshot: { interval: 0s }", "1:23", /must be at least 1ms, not 0s$/],
  ["not a number", "storage: { copies: .nan }", "1:20", /^storage\.copies: expected .*NaN$/],
  ["infinity", "cluster: { vms: .inf }", "1:17", /^cluster\.vms: expected .*Infinity$/],
  ["an interval of no time", "snapshot: { interval: 1ps }", "1:23", /"ps" is not a unit/],
  ["an absurd interval", "snapshot: { interval: 1ns }", "1:23", /^snapshot\.interval: must be at least 1ms, not 1ns$/],
  ["an absurd horizon under a law", "horizon: 1e9y", "1:10", /about 2e\+10 outages of hosts; at most 20000000/],
  [
    "more hosts than can be kept track of",
    "failures: { host: none }\ndataCentre:\n  racks: 1000000000",
    "3:10",
    /^dataCentre\.racks: with 4 hosts in each rack there are 4000000000 hosts; at most 1000000 can be kept track of$/,
  ],
  ["more domains than anybody waits for", "domains: 1000000000", "1:10", /^domains: must be at most 1000000, not/],
  [
    "a time longer than the world",
    "rollback: { coldStart: 1e300y }",
    "1:24",
    /^rollback\.coldStart: 1e300y is absurd: a duration is at most 1000000000y$/,
  ],
  [
    "a rate beyond all networks",
    "snapshot: { costs: { copyRate: 1e300B/s } }",
    "1:32",
    /^snapshot\.costs\.copyRate: 1e300B\/s is absurd: a rate is at most 1000000TB\/s$/,
  ],
  [
    "more writes than time has room for",
    "cluster: { workload: { classes: { hot: { writesPerGiB: 1e300/s } } } }",
    "1:56",
    /writesPerGiB: 1e300\/s is absurd: a frequency is at most 1000000000000\/s$/,
  ],
  [
    "a spread without a mean",
    "snapshot: { costs: { prepareSpread: { law: lognormal, median: 1ms, sigma: 100 } } }",
    "1:75",
    /^snapshot\.costs\.prepareSpread\.sigma: must be at most 10, not 100$/,
  ],
  [
    "a law of failures whose moments are no numbers",
    "failures: { store: { law: weibull, shape: 1e-300, mean: 1d } }",
    "1:43",
    /^failures\.store\.shape: must be at least 0\.05, not 1e-300$/,
  ],
  ["half a VM", "cluster: { vms: 1.5 }", "1:17", /^cluster\.vms: expected a whole number, got 1\.5$/],
  ["no VM", "cluster: { vms: 0 }", "1:17", /^cluster\.vms: must be at least 1, not 0$/],
  [
    "a misspelt word",
    "snapshot: { capture: postcopy }",
    "1:22",
    /^snapshot\.capture: "postcopy" is not known here: must be one of stop-and-copy, pre-copy, post-copy; did you mean post-copy\?$/,
  ],
  [
    "weights of which none counts",
    "rollback:\n  placementWeights: { traffic: 0, bytes: 0 }",
    "2:3",
    /^rollback\.placementWeights: one of traffic and bytes must be above 0$/,
  ],
  ["no group at all", "rollback: { multicast: { groups: 0 } }", "1:34", /^rollback\.multicast\.groups: .*at least 1/],
  [
    "an admission without a number",
    "rollback: { admission: bounded }",
    "1:24",
    /^rollback\.admission: bounded needs the clusters at once, such as bounded\(2\)$/,
  ],
  [
    "an admission of nobody",
    "rollback: { admission: priority(0) }",
    "1:24",
    /^rollback\.admission: priority\(0\) admits nobody/,
  ],
  [
    "VMs that wait for each other",
    "rollback:\n  startAfter: { 0: [2], 2: [1], 1: [0] }",
    "2:17",
    /^rollback\.startAfter\.0: VM 0 waits for VM 2 waits for VM 1 waits for VM 0: none of them starts$/,
  ],
  [
    "a VM that waits for one that is not there",
    "rollback:\n  startAfter: { 1: [8] }",
    "2:17",
    /^rollback\.startAfter\.1: there is no VM 8: a cluster has 8, counted from 0/,
  ],
  [
    "spares for which there never is room",
    "rollback: { spares: 400 }",
    "1:21",
    /^rollback\.spares: no placement leaves room for 400 more: there is room for \d+ VMs, and 8 of them run/,
  ],
  ["all packets lost", "rollback: { packetLoss: 100% }", "1:25", /^rollback\.packetLoss: must be below 1: nothing/],
  ["more in common than there is", "cluster: { similarity: 120% }", "1:24", /^cluster\.similarity: /],
  [
    "all and pairs that share more than there is",
    "cluster:\n  similarity: { all: 70%, pair: 40% }",
    "2:3",
    /^cluster\.similarity: .*all and pair are more than 1 together/,
  ],
  ["a list for a mapping", "snapshot: [60s]", "1:1", /^snapshot: expected a mapping of keys, got a list$/],
  ["a word for a mapping", "snapshot: often", "1:11", /^snapshot: expected a mapping of keys, got "often"$/],
  ["an empty value", "detection: { timeout: }", "1:14", /^detection\.timeout: expected a duration .* got nothing$/],
  [
    "a timeout shorter than the heartbeat",
    "detection: { heartbeat: 10s, timeout: 5s }",
    "1:39",
    /^detection\.timeout: 5s is shorter than the heartbeat of 10s/,
  ],
  [
    "a horizon shorter than one interval",
    "horizon: 3s",
    "1:10",
    /^snapshot\.interval: 1m is longer than the horizon of 3s/,
  ],
  ["an unknown model", "model: texbook", "1:8", /^model: there is no model texbook; did you mean textbook\?$/],
  ["a sweep of the seed", "sweep: { seed: [1, 2] }", "1:10", /seed cannot be swept/],
  [
    "a sweep over a misspelt key",
    "sweep:\n  snapshot.intervall: [1s, 2s]",
    "2:3",
    /^snapshot\.intervall: unknown key; did you mean interval\?$/,
  ],
  ["a bad value in a sweep", "sweep: { snapshot.interval: [60s, 2] }", "1:35", /^snapshot\.interval: 2 has no unit/],
  [
    "a range without unit",
    "sweep: { snapshot.interval: { from: 1s, to: 5, points: 3 } }",
    "1:10",
    /no range of one unit$/,
  ],
  [
    "a logarithmic range from 0",
    "sweep: { pauseTolerance: { from: 0s, to: 5s, points: 3, scale: log } }",
    "1:10",
    /lies above 0$/,
  ],
  [
    "a misspelt key of a range",
    "sweep: { snapshot.interval: { from: 1s, to: 5s, point: 3 } }",
    "1:49",
    /unknown key; did you mean points\?$/,
  ],
  ["an empty axis", "sweep: { snapshot.interval: [] }", "1:10", /must have at least 1 element$/],
  ["text that is not YAML", "horizon: [1d", "1:13", /^this is not YAML/],
  ["a key that stands twice", "horizon: 1d\nhorizon: 2d", "2:1", /this is not YAML: map keys must be unique/],
  ["a file that is no mapping", "- horizon", "1:1", /a scenario is a mapping of keys/],
  ["a second document", "horizon: 1d\n---\nhorizon: 2d", "2:1", /^a scenario is one document/],
  ["an alias of nothing", "horizon: *x", "1:10", /^\*x stands for nothing/],
  ["an alias of what it is in", "horizon: &x [*x]", "1:14", /^\*x stands for nothing/],
]);

test("all faults are told at once, in the order of the lines", () => {
  const found = faults(
    "descripton: x\nhorizon: 30\ncluster:\n  vms: -1\n  quorum: none\nsnapshot: { captur: x, record: y }",
  );
  assert.equal(
    found.map((fault) => fault.split(" ")[0]),
    ["a.yaml:1:1:", "a.yaml:2:10:", "a.yaml:4:8:", "a.yaml:5:11:", "a.yaml:6:13:", "a.yaml:6:32:"],
  );
});

test("what contradicts itself is told beside what is misspelt", () => {
  const text =
    "snapshot: { intervall: 60s }\nfailures: { host: { law: weibul }, vm: { trace: ./no.csv } }\nstorage: { copies: 99 }";
  assert.equal(
    faults(text).map((fault) => fault.split(" ").slice(0, 2).join(" ")),
    [
      "a.yaml:1:13: snapshot.intervall:",
      "a.yaml:2:26: failures.host.law:",
      "a.yaml:2:49: failures.vm.trace:",
      "a.yaml:3:20: storage.copies:",
    ],
  );
});

test("nothing is said against values that stand in for misspelt ones", () => {
  const found = faults("dataCentre: { rakcs: 50 }\ncluster: { vms: 500, quorum: 501 }\nstorage: { copies: 100 }");
  assert.equal(
    found.map((fault) => fault.split(" ").slice(0, 2).join(" ")),
    ["a.yaml:1:15: dataCentre.rakcs:", "a.yaml:2:30: cluster.quorum:"],
  );
});

test("the line is shown with carets under what is wrong", () => {
  const error = assert_throws(() => load("cluster:\n\tvms: 8\nx: 1".replace("\t", "  ").replace("8", "many")));
  assert.match(error.message, /a\.yaml:2:8: cluster\.vms: expected .*\n {2}2 \| {3}vms: many\n {4}\| {8}\^\^\^\^\n/);
});

test("an override is checked like everything else and points at its own text", () => {
  const error = assert_throws(() => load("horizon: 1d", "snapshot.interval=30", "cluster.vmss=3"));
  assert.match(
    error.message,
    /^--set: snapshot\.interval: 30 has no unit.*\n {3}\| snapshot\.interval=30\n {3}\| {19}\^\^$/m,
  );
  assert.match(error.message, /^--set: cluster\.vmss: unknown key; did you mean vms\?$/m);
  assert.match(faults("", "snapshot.interval")[0]!, /^--set: expected path=value/);
  assert.match(faults("", "snapshot.interval=")[0]!, /^--set: snapshot\.interval: expected a duration .* got nothing/);
});

test("an override replaces what the file says", () => {
  const { points } = load(
    "snapshot: { interval: 1h }\nfailures: { host: { law: weibull, shape: 2, mean: 3d } }",
    "snapshot.interval=30s",
    "failures.host={law: exponential, mean: 1d}",
  );
  const { scenario } = points[0]!;
  assert.ok(scenario.model === "cluster");
  assert.is(scenario.snapshot.interval, 30);
  assert.equal(scenario.failures.host.kind === "law" && scenario.failures.host.time, {
    law: "exponential",
    mean: 86_400,
  });
});

test("textbook: a list of failures holds seconds, everything else its unit", () => {
  const text = "model: textbook\nhorizon: 1d";
  const { scenario } = load(text, "failures=[100,103.5,1h]").points[0]!;
  assert.equal(scenario.model === "textbook" && scenario.spec.failures, [100, 103.5, 3600]);
  assert.match(faults(text, "pause=3")[0]!, /^--set: pause: 3 has no unit/);
  assert.match(faults(text, "failures=[-1]")[0]!, /^--set: failures\[0\]: must be at least 0, not -1/);
  assert.match(faults("model: textbook")[0]!, /horizon: is missing: give a horizon, or the work of a job/);
  assert.match(faults(text, "interval=3s")[0]!, /unknown key; did you mean workInterval\?|unknown key; known here/);
});

test("whatever is written, the loader either gives a scenario or tells faults with places", () => {
  const value = fc.oneof(
    fc.constantFrom(
      "60s",
      "4GiB",
      "none",
      "all",
      "web",
      "infinitehbd",
      "constructor",
      "toString",
      "~",
      "[]",
      "{}",
      ".nan",
      "- 3",
    ),
    fc.constantFrom(
      "{ law: weibull }",
      "{ trace: 3 }",
      "{ times: [3] }",
      "{ classes: { a: 1 } }",
      "[1, a]",
      "{ from: 1s }",
    ),
    fc.integer().map(String),
    fc.string({ maxLength: 6 }),
  );
  const path = fc.constantFrom(
    ...[
      "model",
      "horizon",
      "seed",
      "sweep",
      "sweep.horizon",
      "extends",
      "constructor",
      "__proto__.x",
      "dataCentre",
      "storage",
    ],
    ...["dataCentre.host", "dataCentre.host.disk", "cluster.vms", "cluster.workload", "cluster.workload.classes.hot"],
    ...["cluster.quorum", "snapshot.interval", "snapshot.costs", "storage.policy", "storage.policy.kernel", "failures"],
    ...["failures.host", "failures.vm", "failures.host.repair", "failures.host.trace", "failures.host.times"],
  );
  let right = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(path, value), { maxLength: 3 }), (settings) => {
      if (faults("", ...settings.map(([key, text]) => `${key}=${text}`)).length === 0) right++;
    }),
    { numRuns: 150, seed: 1 },
  );
  assert.ok(right > 5 && right < 145, String(right));
});

test.run();

function assert_throws(run: () => unknown): ScenarioError {
  try {
    run();
  } catch (error) {
    if (error instanceof ScenarioError) return error;
    throw error;
  }
  throw new Error("expected a ScenarioError");
}
