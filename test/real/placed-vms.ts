import { RealCluster } from "../../real/replay/real-cluster.ts";
import { RealHost } from "../../real/replay/real-host.ts";
import { RealPlacement } from "../../real/replay/real-placement.ts";
import { RunEvents } from "../../real/replay/run-events.ts";
import { replayedScenario } from "./replayed-scenario.ts";

/** VMs of a scenario `replayed` with these settings on their first hosts, of which no machine is there. */
export const placedVms = (...settings: readonly string[]) => {
  const scenario = replayedScenario(...settings);
  const hosts = Array.from(
    { length: 4 },
    (_, index) => new RealHost(index, undefined as never, { address: "", offset: 0, spec: scenario.dataCentre }),
  );
  const cluster = new RealCluster(scenario, new RunEvents(100));
  const placement = new RealPlacement({ scenario, hosts, pick: () => 0 });
  placement.begin(cluster);
  return { scenario, hosts, cluster, placement };
};
