import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tellFaults } from "./fault-cases.ts";
import { faults, load } from "./overlay.ts";

const test = suite("keys without a use");

tellFaults(test, [
  [
    "an order of copying for guests that are stopped",
    "snapshot: { capture: stop-and-copy, order: hot-first }",
    "1:44",
    /^snapshot\.order: has no use with capture: stop-and-copy: leave it out, or write capture: post-copy$/,
  ],
  [
    "a path of faults for pre-copies",
    "snapshot: { capture: pre-copy, faultPath: shared }",
    "1:43",
    /^snapshot\.faultPath: has no use with capture: pre-copy: .* write capture: post-copy$/,
  ],
  [
    "rounds of captures that have none",
    "sweep: { snapshot.capture: [post-copy, stop-and-copy] }\nsnapshot: { maxRounds: 3 }",
    "2:24",
    /^snapshot\.maxRounds: has no use with capture: post-copy or stop-and-copy: .* write capture: pre-copy$/,
  ],
  [
    "a sweep over what changes nothing",
    "sweep: { snapshot.clockSkew: [1ms, 5ms] }",
    "1:10",
    /^snapshot\.clockSkew: has no use with cut: barrier: leave it out, or write cut: scheduled$/,
  ],
  [
    "how many restore points are kept, where a rule says which",
    "storage: { keep: 5, retention: { keepAll: 1h, older: [] } }",
    "1:18",
    /^storage\.keep: has no use beside retention, which says what is kept: leave one of them out$/,
  ],
  [
    "how slow disks are that never are",
    "failures: { slowDiskRate: 20% }",
    "1:27",
    /^failures\.slowDiskRate: has no use where no disk is slow: .* failures\.slowDisk when one is$/,
  ],
  [
    "what to do when disks are full that never are",
    "storage: { onFull: expire }",
    "1:20",
    /^storage\.onFull: has no use on disks without an end: .* give dataCentre\.host\.disk\.capacity$/,
  ],
  [
    "copies of disks that VMs do not have",
    "storage: { disk: { copies: 2 } }",
    "1:28",
    /^storage\.disk\.copies: has no use without local disks of VMs: .* give cluster\.vm\.disk$/,
  ],
  [
    "copies of disks that lie on the store",
    "storage: { disk: { copies: 2 } }\ncluster: { vm: { disk: { bytes: 1GiB, writeRate: 1MB/s, on: store } } }",
    "1:28",
    /^storage\.disk\.copies: has no use without local disks/,
  ],
  ["a rule of paced cuts for others", "snapshot: { cut: drop, pacedWith: drop }", "1:35", /or write cut: paced$/],
]);

test("a key is of use if one point of a sweep has a use for it", () => {
  const text = "sweep: { snapshot.capture: [post-copy, pre-copy] }\nsnapshot: { maxRounds: 3, order: hot-first }";
  assert.equal(faults(text), []);
});

test("a key that only the command line leaves without a use is remarked upon; one that it adds is refused", () => {
  const text = "snapshot: { capture: pre-copy, maxRounds: 3 }";
  const message = "has no use with capture: post-copy: leave it out, or write capture: pre-copy";
  assert.equal(faults(text), []);
  assert.equal(load(text, "snapshot.capture=post-copy").notes, [`snapshot.maxRounds ${message}`]);
  assert.equal(faults("snapshot: { capture: post-copy }", "snapshot.maxRounds=3"), [
    `--set: snapshot.maxRounds: ${message}`,
  ]);
});

test("a default that is written out is no fault", () => {
  assert.equal(faults("snapshot: { capture: post-copy, maxRounds: 30, downtimeLimit: 300ms }"), []);
});

test("nothing is said of keys while it is not known what would use them", () => {
  const [first, ...others] = faults("snapshot: { capture: precopy, maxRounds: 3 }");
  assert.match(first!, /did you mean pre-copy\?/);
  assert.equal(others, []);
});

test.run();
