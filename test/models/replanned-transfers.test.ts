import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Outage } from "../../models/failures/failure-spec.ts";
import { type ClusterScenario, resumes, transferWays } from "../../models/scenario.ts";
import { type Stream, Streams } from "../../sim/index.ts";
import { finishedDomain } from "./finished-domain.ts";
import { hostOutages, smallCluster, vmFailures } from "./small-cluster.ts";

const fast = 1e6 * 2 ** 20;
const similar = { zero: 0.1, selfDuplicate: 0.1, interVm: { all: 0.3, pair: 0.3 }, unique: 0.2 };

/** Four VMs on hosts of racks of their own lose all of them at 1000 s, and more fails while they are brought back. */
const troubled = (random: Stream): ClusterScenario => {
  const { dataCentre, cluster, storage, rollback } = smallCluster;
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random.uniform(0, all.length))]!;
  const outages = (n: number): Outage[] =>
    Array.from({ length: n }, () => {
      const start = random.uniform(1004, 1029);
      return {
        component: 4 + Math.floor(random.uniform(0, 6)),
        start,
        end: start + random.uniform(0.5, 8),
        permanent: false,
      };
    });
  const lost = [0, 1, 2, 3].map((host) => [host, 1000, 1e6, true] as const);
  const more = outages(2).map(({ component, start, end }) => [component, start, end] as const);
  const scenario: ClusterScenario = {
    ...smallCluster,
    horizon: 1500,
    dataCentre: {
      ...dataCentre,
      racks: 10,
      hostsPerRack: 1,
      uplink: fast,
      host: { ...dataCentre.host, cores: 2, disk: { ...dataCentre.host.disk, read: fast, write: fast } },
    },
    cluster: {
      ...cluster,
      vms: 4,
      quorum: 4,
      placement: "first-fit",
      traffic: { kind: "even", vms: 4, messagesPerSecond: 100 },
      workload: {
        ...cluster.workload,
        classes: cluster.workload.classes.map((one) => ({ ...one, content: similar })),
      },
    },
    storage: { ...storage, chunk: 512 * 2 ** 20 },
    rollback: {
      ...rollback,
      transfer: pick(transferWays.filter((way) => way !== "unicast")),
      resume: pick(resumes),
    },
  };
  const failing = vmFailures(hostOutages(scenario, [...lost, ...more]), [
    [Math.floor(random.uniform(0, 4)), random.uniform(1004, 1029)],
  ]);
  return { ...failing, failures: { ...failing.failures, uplink: { kind: "times", outages: outages(2) } } };
};

test("a restore that is planned anew, again and again, ends", () => {
  const streams = new Streams(2);
  let anew = 0;
  for (let i = 0; i < 300; i++) {
    const scenario = troubled(streams.replication(i).get("troubles"));
    let chosen = 0;
    const domain = finishedDomain(scenario, 7, {
      onEvent: (event) => {
        if (event.kind === "rollback" && event.phase === "chosen") chosen++;
      },
    });
    if (chosen > 1) anew++;
    const { restore, vms, name } = domain.clusters[0]!;
    const waiting = vms.filter(({ load }) => load !== undefined && !load.isDone).map((vm) => vm.name);
    assert.not(restore !== undefined && waiting.length > 0, `system ${i}: ${name} waits for pages of ${waiting}`);
  }
  assert.ok(anew > 10, `planned anew in ${anew} systems`);
});
test.run();
