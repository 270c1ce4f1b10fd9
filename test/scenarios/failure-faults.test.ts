import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tellFaults } from "./fault-cases.ts";
import { load } from "./overlay.ts";

const test = suite("faults of failures");

tellFaults(test, [
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
    "what cannot fail",
    "failures: { nic: none }",
    "1:13",
    /^failures\.nic: unknown key; known here: vm, host, disk, slowDisk, slowDiskRate, rack/,
  ],
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
    "a trace beside times",
    "failures: { host: { trace: infinitehbd, times: [] } }",
    "1:41",
    /^failures\.host\.times: cannot stand beside trace: infinitehbd$/,
  ],
  [
    "a parameter of another law",
    "failures: { host: { law: exponential, mean: 1d, shape: 2 } }",
    "1:49",
    /^failures\.host\.shape: cannot stand beside law: exponential$/,
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
  [
    "a VM that is lost for ever",
    "failures: { vm: { law: exponential, mean: 9d, permanent: 1 } }",
    "1:58",
    /^failures\.vm\.permanent: the failure of a VM loses its memory and nothing for ever: leave it out/,
  ],
  [
    "a VM of a list that is lost for ever",
    "failures: { vm: { times: [{ component: 0, start: 1s, permanent: true }] } }",
    "1:65",
    /write permanent: false$/,
  ],
  [
    "a disk that comes back with its copies",
    "failures: { disk: { law: exponential, mean: 9d, permanent: 10% } }",
    "1:60",
    /^failures\.disk\.permanent: what lay on a disk that has failed is lost for ever: .* permanent: 1$/,
  ],
  [
    "a disk of a list that comes back with its copies",
    "failures: { disk: { times: [{ component: 0, start: 1s, permanent: false }] } }",
    "1:67",
    /write permanent: true$/,
  ],
  [
    "a slow disk that loses what it holds",
    "failures: { slowDisk: { law: exponential, mean: 9d, permanent: 1 } }",
    "1:64",
    /^failures\.slowDisk\.permanent: a disk that is slow loses nothing: .* permanent: 0$/,
  ],
  [
    "a slow disk on a host that is not there",
    "failures: { slowDisk: { times: [{ component: 12, start: 1s }] } }",
    "1:46",
    /there is no slowDisk 12: they are counted from 0 to 11$/,
  ],
  ["a slow disk that stands still", "failures: { slowDiskRate: 0 }", "1:27", /must be above 0/],
  [
    "a trace of disks that come back",
    "failures: { disk: { trace: infinitehbd, permanent: 0 } }",
    "1:52",
    /is lost for ever/,
  ],
  [
    "an uplink that is lost for ever",
    "failures: { uplink: { law: exponential, mean: 9d, permanent: 1 } }",
    "1:62",
    /behind an uplink that is out everything is only unreachable/,
  ],
  [
    "a store that is lost for ever",
    "failures: { store: { law: exponential, mean: 9d, permanent: 1 } }",
    "1:61",
    /the shared store is only unreachable/,
  ],
  [
    "a law of something else",
    "failures: { disk: lanl05 }",
    "1:13",
    /^failures\.disk\.component: lanl05 is of hosts, not of disks; to use it all the same, write its numbers$/,
  ],
  [
    "a rack that is not there",
    "failures: { rack: { times: [{ component: 3, start: 1s }] } }",
    "1:42",
    /there is no rack 3: they are counted from 0 to 2$/,
  ],
  [
    "a second store",
    "failures: { store: { times: [{ component: 1, start: 1s }] } }",
    "1:43",
    /there is no store 1: there is one, number 0$/,
  ],
  [
    "an absurd law of disks",
    "failures: { disk: { law: exponential, mean: 1ms, repair: { law: exponential, mean: 1ns } } }",
    "1:45",
    /^horizon: with these failures .* outages of disks/,
  ],
  [
    "a store that fails under the disks of the VMs",
    "cluster: { vm: { disk: { bytes: 1GiB, writeRate: 1MB/s, on: store } } }\nfailures: { store: storage-subsystem }",
    "2:13",
    /^failures\.store: the disks of the VMs lie on the store, .* is not simulated/,
  ],
  ["a misspelt renewal", "failures: { renewal: al }", "1:22", /did you mean all\?$/],
  [
    "a renewal of all that draws without end",
    "failures: { host: { law: weibull, shape: 0.2, mean: 1h }, renewal: all }",
    "1:68",
    /^failures\.renewal: all renews all components at each of about .* new lives; at most 1e\+9/,
  ],
  ["shocks that are no list", "failures: { shocks: { times: [1s] } }", "1:13", /expected a list/],
  [
    "an unknown shock",
    "failures: { shocks: [google-burst] }",
    "1:22",
    /there is no google-burst in the catalogue of shocks; did you mean google-bursts\?/,
  ],
  [
    "a misspelt group",
    "failures: { shocks: [{ times: [1s], takes: racks }] }",
    "1:44",
    /^failures\.shocks\[0\]\.takes: "racks" is not known here: .*did you mean rack\?$/,
  ],
  [
    "a list of shocks of each rack",
    "failures: { shocks: [{ times: [1s], takes: rack }] }",
    "1:44",
    /rack gives each rack shocks of its own; of a list say which: takes: \{ rack: 0 \}$/,
  ],
  [
    "a shock of a rack that is not there",
    "failures: { shocks: [{ times: [1s], takes: { rack: 3 } }] }",
    "1:52",
    /there is no rack 3/,
  ],
  [
    "a shock of a host that is not there",
    "failures: { shocks: [{ times: [1s], takes: { hosts: [0, 12] } }] }",
    "1:57",
    /there is no host 12/,
  ],
  [
    "a shock that names a host twice",
    "failures: { shocks: [{ times: [1s], takes: { hosts: [1, 1] } }] }",
    "1:57",
    /names host 1 again$/,
  ],
  [
    "a shock of more hosts than there are",
    "failures: { shocks: [{ times: [1s], takes: { random: 13 } }] }",
    "1:54",
    /asks for 13 hosts, and there are 12$/,
  ],
  [
    "a probability above 1",
    "failures: { shocks: [{ times: [1s], takes: all, probability: 2 }] }",
    "1:62",
    /must be at most/,
  ],
  [
    "absurdly many shocks",
    "failures: { shocks: [{ law: exponential, mean: 1ms, takes: all }] }",
    "1:48",
    /^horizon: with these shocks there would be about .* outages of hosts/,
  ],
  ["a misspelt key of a shock", "failures: { shocks: [{ times: [1s], take: all }] }", "1:37", /did you mean takes\?$/],
  [
    "a false suspicion without losses",
    "detection: { falseSuspicion: { lost: 0 } }",
    "1:38",
    /must be above 0 and below 1; without losses write falseSuspicion: none$/,
  ],
  [
    "absurdly many false suspicions",
    "detection: { falseSuspicion: { law: exponential, mean: 1us } }",
    "1:14",
    /there would be about .* false suspicions/,
  ],
  ["a misspelt word for no suspicion", "detection: { falseSuspicion: non }", "1:30", /did you mean none\?$/],
]);

test("a disk of a list is lost for ever without saying so, anything else is not", () => {
  const { scenario } = load(
    "failures: { disk: { times: [{ component: 1, start: 5s, end: 9s }] }, rack: { times: [{ component: 1, start: 5s }] } }",
  ).points[0]!;
  assert.ok(scenario.model === "cluster");
  const { disk, rack } = scenario.failures;
  assert.equal(disk, { kind: "times", outages: [{ component: 1, start: 5, end: 9, permanent: true }] });
  assert.equal(rack, { kind: "times", outages: [{ component: 1, start: 5, end: Infinity, permanent: false }] });
});

test("a shock of one rack takes the hosts of that rack", () => {
  const { scenario } = load("failures: { shocks: [{ times: [1m], takes: { rack: 1 } }] }").points[0]!;
  assert.ok(scenario.model === "cluster");
  assert.equal(scenario.failures.shocks, [
    {
      name: "shock 0",
      strikes: { kind: "times", times: [60] },
      takes: { kind: "hosts", hosts: [4, 5, 6, 7] },
      probability: 1,
      within: 0,
      repair: { law: "exponential", mean: 3600 },
      permanent: 0,
    },
  ]);
});

test.run();
