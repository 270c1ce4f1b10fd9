import { watchCluster } from "../../models/watch.ts";
import { packed } from "../../results/timeline/data.ts";
import { bundledFolder } from "../../scenarios/bundled-folder.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { loadScenario } from "../../scenarios/load.ts";
import { setTo } from "../../scenarios/text/override.ts";
import { TimelineLanes } from "../../scenarios/timeline/lanes.ts";

/** A cluster of eight VMs from shortly before its rack is lost until it is whole again, to be drawn. */
const settings = [
  "cluster.similarity=30%",
  "cluster.vms=8",
  "rollback.transfer=multicast",
  "rollback.resume=working-set",
  "fidelity=full",
];
const { name, points } = loadScenario("rolling-back", {
  files: diskFiles,
  folder: bundledFolder,
  overrides: settings.map((text) => setTo("--set", text)),
});
const { scenario, seed } = points[0]!;
if (scenario.model !== "cluster") throw new Error(`${name} is no cluster`);
const run = { seed, replication: 0, domain: 0, domains: 1 };
const { horizon } = scenario;
const lanes = new TimelineLanes({ scenario: name, horizon, from: 49 * 60, to: horizon, ...run });
for (const events of watchCluster(scenario, run))
  for (const event of events) {
    if (event.kind === "begin") lanes.begin(event);
    lanes.event(event);
  }

export default packed(lanes.end());
