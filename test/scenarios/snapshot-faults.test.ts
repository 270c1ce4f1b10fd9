import { suite } from "uvu";
import { tellFaults } from "./fault-cases.ts";

const test = suite("faults of snapshots");

tellFaults(test, [
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
    "no rate of making records",
    "snapshot: { costs: { recordRate: 0MB/s } }",
    "1:34",
    /^snapshot\.costs\.recordRate: must be above 0, not 0MB\/s$/,
  ],
  [
    "no rate of making memories again",
    "rollback: { rebuildRate: 0MB/s }",
    "1:26",
    /^rollback\.rebuildRate: must be above 0, not 0MB\/s$/,
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
  [
    "lazy-incremental without post-copy",
    "snapshot: { capture: stop-and-copy, record: lazy-incremental }",
    "1:45",
    /^snapshot\.record: lazy-incremental needs capture: post-copy, not stop-and-copy/,
  ],
  [
    "an interval longer than the horizon",
    "snapshot: { interval: 31d }",
    "1:23",
    /31d is longer than the horizon of 30d/,
  ],
]);

test.run();
