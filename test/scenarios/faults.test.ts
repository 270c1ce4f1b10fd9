// limit: 300s
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ScenarioError } from "../../scenarios/issue.ts";
import { faults, load } from "./overlay.ts";

const test = suite("faults of scenarios");

/** Each text has one fault, found at `line:column` with a message that matches. */
const cases: readonly (readonly [law: string, text: string, where: string, message: RegExp])[] = [
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
  ["less memory than a page", "cluster: { vm: { memory: 1B } }", "1:26", /must be at least 4KiB, not 1B$/],
  [
    "more chunks than can be kept track of",
    "cluster: { vms: 100 }\nstorage: { chunk: 4KiB }",
    "2:19",
    /^storage\.chunk: of 4KiB cuts all memory into 104857600 chunks; at most 10000000/,
  ],
  ["an absurd horizon under a law", "horizon: 1e9y", "1:10", /about 2e\+10 outages of hosts; at most 20000000/],
  [
    "an absurd horizon under a trace",
    "failures: { host: { trace: infinitehbd } }\nhorizon: 1e9y",
    "2:10",
    /outages of hosts; at most 20000000/,
  ],
  [
    "an absurd law of failures",
    "failures: { vm: { law: exponential, mean: 1ns, repair: { law: exponential, mean: 1ns } } }",
    "1:43",
    /^horizon: with these failures .* outages of vms/,
  ],
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
    "a mechanism that is not simulated yet",
    "rollback: { transfer: multicast }",
    "1:23",
    /^rollback\.transfer: "multicast" is not simulated yet: must be unicast$/,
  ],
  [
    "an unknown path of faults",
    "snapshot: { faultPath: sharde }",
    "1:24",
    /^snapshot\.faultPath: .*did you mean shared\?$/,
  ],
  [
    "an unknown order",
    "snapshot: { order: hotfirst }",
    "1:20",
    /must be one of address, hot-first; did you mean hot-first\?$/,
  ],
  [
    "a limit of downtime without unit",
    "snapshot: { downtimeLimit: 300 }",
    "1:28",
    /^snapshot\.downtimeLimit: 300 has no unit/,
  ],
  ["no round", "snapshot: { maxRounds: 0 }", "1:24", /^snapshot\.maxRounds: must be at least 1, not 0$/],
  ["half a round", "snapshot: { maxRounds: 2.5 }", "1:24", /^snapshot\.maxRounds: expected a whole number, got 2\.5$/],
  [
    "no rate of hashing",
    "snapshot: { costs: { hashRate: 0B/s } }",
    "1:32",
    /^snapshot\.costs\.hashRate: must be above 0, not 0B\/s$/,
  ],
  [
    "a word for a rate",
    "snapshot: { costs: { compressRate: fast } }",
    "1:36",
    /^snapshot\.costs\.compressRate: .*none/,
  ],
  [
    "an unknown model of dirtying",
    "cluster: { workload: { dirtyModel: lineal } }",
    "1:36",
    /^cluster\.workload\.dirtyModel: .*did you mean linear\?$/,
  ],
  [
    "a lazy record of pre-copy",
    "snapshot: { capture: pre-copy, record: lazy-incremental }",
    "1:40",
    /^snapshot\.record: lazy-incremental needs capture: post-copy, not pre-copy; write record: incremental$/,
  ],
  [
    "a throttle that cannot help",
    "snapshot: { onOverrun: throttle, record: full }",
    "1:24",
    /^snapshot\.onOverrun: throttle cannot help: .* record: full copies all of them; write stretch or skip$/,
  ],
  ["an unknown answer to overruns", "snapshot: { onOverrun: trottle }", "1:24", /did you mean throttle\?$/],
  [
    "a fault that copies and marks in less time than one that marks",
    "snapshot: { costs: { fault: 1us } }",
    "1:29",
    /^snapshot\.costs\.fault: 1µs is less than track/,
  ],
  [
    "a paced cut without pre-copies",
    "snapshot: { cut: paced }",
    "1:18",
    /^snapshot\.cut: paced .* needs capture: pre-copy, not post-copy$/,
  ],
  [
    "pre-copies at an agreed time",
    "snapshot: { capture: pre-copy, cut: scheduled }",
    "1:37",
    /^snapshot\.cut: nobody can agree on a time for pre-copies/,
  ],
  ["an unknown rule of a paced cut", "snapshot: { pacedWith: barrier }", "1:24", /one of colour, drop/],
  ["a misspelt protocol", "snapshot: { cut: color }", "1:18", /did you mean colour\?$/],
  ["an unknown delivery", "snapshot: { delivery: lost }", "1:23", /one of buffered, fast-retransmit, timeout/],
  [
    "clocks that differ by more than an interval",
    "snapshot: { interval: 1s, cut: scheduled, clockSkew: 2s }",
    "1:54",
    /^snapshot\.clockSkew: 2s is no less than the interval of 1s$/,
  ],
  [
    "VMs that are never ready in time",
    "snapshot: { interval: 1s, costs: { prepareSpread: { law: exponential, mean: 5s } } }",
    "1:36",
    /^snapshot\.costs\.prepareSpread: with a mean of 5s VMs are not ready before the next snapshot is due, 1s later$/,
  ],
  [
    "a spread that is no law",
    "snapshot: { costs: { prepareSpread: 5ms } }",
    "1:37",
    /^snapshot\.costs\.prepareSpread: "5ms" is not known here: must be none or a mapping of keys$/,
  ],
  ["an unknown pattern of traffic", "cluster: { traffic: { pattern: mesh } }", "1:32", /one of uniform, ring, star/],
  [
    "a rate of messages without unit",
    "cluster: { traffic: { messagesPerSecond: 5 } }",
    "1:42",
    /^cluster\.traffic\.messagesPerSecond: 5 has no unit/,
  ],
  [
    "a traffic matrix for other VMs",
    "cluster: { vms: 3, traffic: { matrix: [[0, 1/s], [2/s, 0]] } }",
    "1:31",
    /^cluster\.traffic\.matrix: has 2 rows for 3 VMs$/,
  ],
  [
    "a traffic matrix that is not square",
    "cluster: { vms: 2, traffic: { matrix: [[0, 1/s], [2/s]] } }",
    "1:50",
    /^cluster\.traffic\.matrix\[1\]: has 1 columns of 2$/,
  ],
  [
    "a VM that sends to itself",
    "cluster: { vms: 2, traffic: { matrix: [[0, 1/s], [2/s, 1/s]] } }",
    "1:56",
    /^cluster\.traffic\.matrix\[1\]\[1\]: VM 1 cannot send to itself: write 0$/,
  ],
  ["a placement that is not simulated yet", "storage: { placement: copyset(4) }", "1:23", /is not simulated yet/],
  [
    "what cannot fail",
    "failures: { nic: none }",
    "1:13",
    /^failures\.nic: unknown key; known here: vm, host, disk, rack/,
  ],
  [
    "codes that are not simulated yet",
    "storage: { policy: { kernel: { erasure: { data: 4, parity: 2 } } } }",
    "1:32",
    /^storage\.policy\.kernel\.erasure: is not simulated yet/,
  ],
  ["a list for a mapping", "snapshot: [60s]", "1:1", /^snapshot: expected a mapping of keys, got a list$/],
  ["a word for a mapping", "snapshot: often", "1:11", /^snapshot: expected a mapping of keys, got "often"$/],
  ["an empty value", "detection: { timeout: }", "1:14", /^detection\.timeout: expected a duration .* got nothing$/],
  [
    "an unknown host",
    "dataCentre: { host: rack-sever }",
    "1:21",
    /^dataCentre\.host: there is no rack-sever in the catalogue of hosts; did you mean rack-server\?/,
  ],
  ["an unknown disk", "dataCentre: { host: { disk: floppy } }", "1:29", /catalogue of disks; known are laptop-disk/],
  ["an unknown workload", "cluster: { workload: wbe }", "1:22", /did you mean web\?/],
  ["an unknown storage policy", "storage: { policy: page-awre }", "1:20", /did you mean page-aware\?/],
  ["an unknown source of failures", "failures: { host: infinitehdb }", "1:19", /did you mean infinitehbd\?/],
  [
    "an unknown law",
    "failures: { host: { law: weibul, shape: 1, mean: 1d } }",
    "1:26",
    /^failures\.host\.law: "weibul" is not known here: .*did you mean weibull\?$/,
  ],
  [
    "a law that lies nowhere",
    "failures: { host: { law: weibull, shape: 1 } }",
    "1:26",
    /no place: give one of scale, mean$/,
  ],
  [
    "a law that lies twice",
    "failures: { host: { law: gamma, shape: 1, scale: 2d, mean: 1d } }",
    "1:60",
    /say the same twice/,
  ],
  [
    "a law without its parameter",
    "failures: { host: { law: exponential } }",
    "1:13",
    /^failures\.host\.mean: is missing: write a duration/,
  ],
  [
    "a parameter of another law",
    "failures: { host: { law: exponential, mean: 1d, shape: 2 } }",
    "1:49",
    /^failures\.host\.shape: unknown key/,
  ],
  ["a shape of 0", "failures: { host: { law: weibull, shape: 0, mean: 1d } }", "1:42", /must be above 0, not 0$/],
  [
    "more than everything",
    "failures: { host: { law: exponential, mean: 1d, permanent: 1.5 } }",
    "1:60",
    /must be at most 1, not 1\.5$/,
  ],
  [
    "a repair without a law",
    "failures: { host: { law: exponential, mean: 1d, repair: 3h } }",
    "1:57",
    /^failures\.host\.repair: expected a mapping/,
  ],
  ["more memory than a host has", "cluster: { vm: { memory: 500GiB } }", "1:26", /does not fit on a host with 128GiB$/],
  [
    "more cores than a host has",
    "cluster: { vm: { cores: 33 } }",
    "1:25",
    /a VM with 33 cores does not fit on a host with 32 cores$/,
  ],
  [
    "more memory than all hosts have",
    "cluster: { vm: { memory: 100GiB }, vms: 13 }",
    "1:26",
    /13 VMs with 100GiB each do not fit on 12 hosts .* room for 12/,
  ],
  [
    "more cores than all hosts have, where only the count was written",
    "cluster:\n  vms: 193",
    "2:8",
    /^cluster\.vm\.cores: 193 VMs .* room for 192/,
  ],
  ["a disk of no bytes", "cluster: { vm: { disk: { bytes: 0B } } }", "1:33", /must be at least 4KiB, not 0B$/],
  [
    "a negative rate of writes",
    "cluster: { vm: { disk: { writeRate: -1MB/s } } }",
    "1:37",
    /^cluster\.vm\.disk\.writeRate: must be at least 0, not -1MB\/s$/,
  ],
  [
    "a disk that lies nowhere",
    "cluster: { vm: { disk: { on: ssd } } }",
    "1:30",
    /^cluster\.vm\.disk\.on: "ssd" is not known here: must be one of local, store$/,
  ],
  [
    "an unknown disk",
    "cluster: { vm: { disk: databse } }",
    "1:24",
    /there is no databse in the catalogue of vm disks; did you mean database\?/,
  ],
  [
    "a size instead of a disk",
    "cluster: { vm: { disk: 20GiB } }",
    "1:24",
    /^cluster\.vm\.disk: "20GiB" is not known here: must be none or a mapping of keys$/,
  ],
  [
    "guests that write more than the disk of their host takes",
    "cluster: { vm: { disk: { writeRate: 200MB/s } } }",
    "1:37",
    /^cluster\.vm\.disk\.writeRate: 8 guests together may write 1\.6GB\/s, its disk takes 1\.5GB\/s: nothing is left/,
  ],
  [
    "guests that write more than the store takes",
    "cluster: { vms: 16, antiAffinity: none, vm: { disk: { on: store, writeRate: 100MB/s } } }\ndataCentre: { host: { nic: 100gbe }, uplink: 100gbe }",
    "1:77",
    /16 guests together may write 1\.6GB\/s, the store takes 1177MB\/s/,
  ],
  [
    "a disk on a store without bandwidth",
    "cluster: { vm: { disk: { on: store } } }\ndataCentre: { store: { bandwidth: 0MB/s } }",
    "2:35",
    /must be above 0/,
  ],
  [
    "a block larger than the disk",
    "cluster: { vm: { disk: { bytes: 32KiB } } }",
    "1:33",
    /^storage\.disk\.block: of 64KiB is larger than the disk of 32KiB$/,
  ],
  [
    "layers without copies",
    "storage: { disk: { copies: 0 } }",
    "1:28",
    /^storage\.disk\.copies: must be at least 1, not 0$/,
  ],
  ["layers that are dropped", "storage: { disk: { copies: drop } }", "1:28", /"drop" is not known here/],
  [
    "more copies of layers than other hosts",
    "cluster: { vm: { disk: web } }\nstorage: { disk: { copies: 12 } }",
    "2:28",
    /^storage\.disk\.copies: 12 copies need as many hosts beside the one that captures, and there are 11 others$/,
  ],
  [
    "more chunks of disks than can be kept track of",
    "cluster: { vm: { disk: { bytes: 100TiB } } }",
    "1:33",
    /cuts all memory and all disks into 13107712 chunks/,
  ],
  [
    "more copies than other hosts",
    "storage: { copies: 12 }",
    "1:20",
    /^storage\.copies: 12 copies need as many hosts beside the one that captures, and there are 11 others$/,
  ],
  [
    "default copies on too few hosts",
    "dataCentre: { racks: 1, hostsPerRack: 3 }",
    "1:39",
    /^storage\.copies: 3 copies need .* there are 2 others$/,
  ],
  [
    "more copies of one class",
    "storage:\n  policy:\n    kernel: { copies: 20 }",
    "3:23",
    /^storage\.policy\.kernel\.copies: 20 copies/,
  ],
  [
    "dropped pages without which no restore succeeds",
    "storage: { policy: { anonymous: { copies: drop } } }",
    "1:43",
    /^storage\.policy\.anonymous\.onLoss: .*write kill-process$/,
  ],
  [
    "anti-affinity between hosts that cannot hold",
    "cluster: { vms: 13, antiAffinity: host }",
    "1:35",
    /^cluster\.antiAffinity: host cannot hold: 13 VMs of a cluster on 12 hosts$/,
  ],
  [
    "anti-affinity between racks that cannot hold",
    "cluster: { vms: 4, antiAffinity: rack }",
    "1:34",
    /rack cannot hold: 4 VMs of a cluster on 3 racks$/,
  ],
  ["a quorum above the VMs", "cluster: { quorum: 9 }", "1:20", /^cluster\.quorum: is 9, but a cluster has only 8 VMs$/],
  ["a quorum that is no number", "cluster: { quorum: most }", "1:20", /must be all or a/],
  [
    "shares that do not add up",
    "cluster: { workload: { classes: { hot: { share: 0.5 } } } }",
    "1:24",
    /^cluster\.workload\.classes: shares of the classes must add up to 1, these add up to 1\.48$/,
  ],
  [
    "contents that do not add up",
    "cluster: { workload: { classes: { hot: { content: { zero: 0.5 } } } } }",
    "1:42",
    /content: content fractions must add up to 1, these add up to 1\.5$/,
  ],
  [
    "lazy-incremental without post-copy",
    "snapshot: { capture: stop-and-copy, record: lazy-incremental }",
    "1:45",
    /^snapshot\.record: lazy-incremental needs capture: post-copy, not stop-and-copy/,
  ],
  [
    "a timeout shorter than the heartbeat",
    "detection: { heartbeat: 10s, timeout: 5s }",
    "1:39",
    /^detection\.timeout: 5s is shorter than the heartbeat of 10s/,
  ],
  [
    "an interval longer than the horizon",
    "snapshot: { interval: 31d }",
    "1:23",
    /31d is longer than the horizon of 30d/,
  ],
  [
    "a horizon shorter than one interval",
    "horizon: 3s",
    "1:10",
    /^snapshot\.interval: 1m is longer than the horizon of 3s/,
  ],
  [
    "an outage of a host that is not there",
    "failures: { host: { times: [{ component: 12, start: 1s }] } }",
    "1:42",
    /there is no host 12: they are counted from 0 to 11$/,
  ],
  [
    "an outage that ends before it starts",
    "failures: { vm: { times: [{ component: 0, start: 2s, end: 1s }] } }",
    "1:59",
    /is before its start$/,
  ],
  [
    "an outage of what is down",
    "failures: { vm: { times: [{ component: 0, start: 2s }, { component: 0, start: 9s }] } }",
    "1:79",
    /vm 0 is down already/,
  ],
  [
    "a trace that is not there",
    "failures: { host: { trace: ./no.csv } }",
    "1:28",
    /^failures\.host\.trace: cannot read \/case\/no\.csv: there is no such file$/,
  ],
  [
    "a misspelt trace",
    "failures: { host: { trace: infinitehdb } }",
    "1:28",
    /there is no trace infinitehdb; did you mean infinitehbd\? Shipped are/,
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
  [
    "a misspelt key of an outage, though a law would lack less",
    "failures: { host: { times: [{ component: 0, strat: 1s }] } }",
    "1:45",
    /^failures\.host\.times\[0\]\.strat: unknown key; did you mean start\?$/,
  ],
  [
    "a misspelt key of a trace",
    "failures: { host: { trace: infinitehbd, nods: 400 } }",
    "1:41",
    /did you mean nodes\?$/,
  ],
  ["a list for a source of failures", "failures: { host: [1] }", "1:13", /expected a mapping of keys, got a list$/],
];

for (const [law, text, where, message] of cases)
  test(`${law} is told at its line and column`, () => {
    const [first, ...others] = faults(text);
    assert.ok(first!.startsWith(`a.yaml:${where}: `), `${first} is not at ${where}`);
    assert.match(first!.slice(`a.yaml:${where}: `.length), message);
    assert.equal(others, []);
  });

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
