import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { type Life, liveOnOneHost } from "./one-host-life.ts";
import { hostOutages, smallCluster, vmFailures } from "./small-cluster.ts";

const modes = [
  { capture: "stop-and-copy", record: "full" },
  { capture: "stop-and-copy", record: "incremental" },
  { capture: "post-copy", record: "full" },
  { capture: "post-copy", record: "incremental" },
  { capture: "post-copy", record: "lazy-incremental" },
] as const;

const threeCopies = { copies: 3, onLoss: "fail" } as const;

/** All VMs on host 0; host 1 is away while the copies are placed, so that they lie on hosts 2, 3 and 4 and it has none. */
const oneHost = (
  vms: number,
  mode: (typeof modes)[number],
  failing: Life["failing"],
  failsAt: number,
): ClusterScenario => {
  const base: ClusterScenario = {
    ...smallCluster,
    horizon: failsAt + 340,
    dataCentre: {
      ...smallCluster.dataCentre,
      racks: 1,
      hostsPerRack: 5,
      latency: 3e-3,
      host: { ...smallCluster.dataCentre.host, disk: { ...smallCluster.dataCentre.host.disk, latency: 2e-3 } },
    },
    cluster: { ...smallCluster.cluster, placement: "first-fit", vms, quorum: vms },
    snapshot: { ...smallCluster.snapshot, ...mode, interval: 100 },
    storage: { ...smallCluster.storage, types: { ...smallCluster.storage.types, cacheClean: threeCopies } },
    rollback: { ...smallCluster.rollback, placement: "first-fit" },
    // Heartbeats without end: a failure is found after the timeout.
    detection: { ...smallCluster.detection, heartbeat: 1e-9 },
  };
  const away = [1, 1, 101] as const;
  return failing === "vm"
    ? vmFailures(hostOutages(base, [away]), [[0, failsAt]])
    : hostOutages(base, [away, [0, failsAt, failsAt + 200]]);
};

const assertLife = (life: Life): void => {
  const { metrics } = simulateCluster(life.scenario, { seed: 1, replication: 0 });
  const { cutsBeforeFailure, ...expected } = liveOnOneHost(life);
  assert.ok(cutsBeforeFailure! >= 2);
  const differing = Object.entries(expected)
    .filter(([column, value]) => !(Math.abs(metrics[column]! - value) <= 1e-7 * Math.abs(value) + 1e-9))
    .map(([column, value]) => `${column}: ${metrics[column]} instead of ${value}`);
  assert.equal(differing, []);
};

for (const mode of modes) {
  for (const failing of ["vm", "host"] as const) {
    test(`${mode.capture}, ${mode.record}: every column of a life with one ${failing} failure is the one worked out by hand`, () => {
      for (const vms of [1, 2]) {
        for (const failsAt of [285, 377.25]) {
          assertLife({ scenario: oneHost(vms, mode, failing, failsAt), failing, failsAt });
        }
      }
    });
  }
}

test.run();
