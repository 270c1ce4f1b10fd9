import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { load } from "./overlay.ts";

const preCopy = (writes: string, rest = ""): string =>
  `cluster: { workload: { classes: { hot: { writesPerGiB: ${writes} } } } }
snapshot: { capture: pre-copy, interval: 10m${rest} }
failures: { host: none }
horizon: 1h`;

const remarks = (text: string): readonly string[] => load(text).notes.filter((note) => note.startsWith("pre-copy"));
const runNotes = (text: string): readonly string[] =>
  simulateCluster(load(text).points[0]!.scenario as ClusterScenario, { seed: 1, replication: 0 }).notes.filter((note) =>
    note.startsWith("pre-copy"),
  );

test("a pre-copy that cannot converge is told before it is run, and in the run", () => {
  const busy = preCopy("400000/s", ", downtimeLimit: 1ms");
  assert.match(
    remarks(busy).join(),
    /^pre-copy does not converge: .* snapshot\.downtimeLimit is 1ms, so its rounds end after 30$/,
  );
  assert.match(runNotes(busy).join(), /did not fit the downtime limit in 100 % of the captures$/);
});

test("a pre-copy that converges is passed over in silence", () => {
  assert.equal(remarks(preCopy("4000/s")), []);
  assert.equal(runNotes(preCopy("4000/s")), []);
});

test("a pre-copy with too few rounds is told apart from one that never ends", () => {
  assert.match(remarks(preCopy("4000/s", ", downtimeLimit: 1ms, maxRounds: 1")).join(), /more than the 1 rounds/);
});

test.run();
