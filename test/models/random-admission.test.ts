import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import { type AdmissionPlan, type ClusterScenario, resumes, transferWays } from "../../models/scenario.ts";
import { type Stream, Streams } from "../../sim/index.ts";
import { finishedDomain } from "./finished-domain.ts";
import { hostOutages, smallCluster } from "./small-cluster.ts";

/** Six clusters of two VMs, of whose hosts up to seven fail within 20 s, some for a few seconds only. */
const storm = (random: Stream, admission: AdmissionPlan): ClusterScenario => {
  const { dataCentre, cluster, rollback } = smallCluster;
  const pick = <T>(all: readonly T[]): T => all[random.integer(0, all.length - 1)]!;
  const hosts = new Set(Array.from({ length: 7 }, () => random.integer(0, 7)));
  const outages = [...hosts].map((host): [number, number, number] => {
    const start = random.uniform(1000, 1020);
    return [host, start, start + pick([3, 30, 200])];
  });
  const scenario: ClusterScenario = {
    ...smallCluster,
    horizon: 2000,
    dataCentre: { ...dataCentre, racks: 4, host: { ...dataCentre.host, cores: 8 } },
    cluster: {
      ...cluster,
      count: 6,
      vms: 2,
      quorum: 2,
      placement: "random",
      traffic: { kind: "even", vms: 2, messagesPerSecond: 100 },
    },
    rollback: { ...rollback, admission, transfer: pick(transferWays), resume: pick(resumes) },
  };
  return hostOutages(
    scenario,
    outages.sort(([, one], [, other]) => one - other),
  );
};

/** The rollbacks of a storm by the number of their clusters, as they ask for their turn, get it and give it back. */
const turns = (scenario: ClusterScenario, seed: number) => {
  const events: LifeCycleEvent[] = [];
  const { clusters } = finishedDomain(scenario, seed, { onEvent: (event) => events.push(event) });
  const numbers = new Map(clusters.map(({ name }, i) => [name, i]));
  const phases = events.flatMap((one) =>
    one.kind === "rollback" ? [{ at: one.at, phase: one.phase, cluster: numbers.get(one.cluster)! }] : [],
  );
  return { phases, clusters };
};

for (const kind of ["bounded", "priority"] as const) {
  test(`${kind}: whatever fails, no more than so many bring their pages, and nobody overtakes who is before him`, () => {
    const streams = new Streams(29);
    let [waited, granted] = [0, 0];
    for (let i = 0; i < 60; i++) {
      const random = streams.replication(i).get("storm");
      const most = random.integer(1, 2);
      const { phases, clusters } = turns(storm(random, { kind, most }), i);
      const asking = new Map<number, number>();
      const bringing = new Set<number>();
      for (const { at, phase, cluster } of phases) {
        if (phase === "transfer") {
          const before = [...asking].filter(([other, since]) =>
            kind === "priority" ? since < at && other < cluster : since < asking.get(cluster)!,
          );
          assert.equal(before, [], `storm ${i}: cluster ${cluster} goes at ${at} before ${JSON.stringify(before)}`);
          granted++;
          if (asking.get(cluster)! < at) waited++;
          asking.delete(cluster);
          bringing.add(cluster);
          assert.ok(bringing.size <= most, `storm ${i}: ${[...bringing]} at ${at}, and ${most} may`);
        } else {
          bringing.delete(cluster);
          asking.delete(cluster);
          if (phase === "chosen") asking.set(cluster, at);
        }
      }
      assert.is(asking.size + bringing.size, 0, `storm ${i}: nobody waits for ever`);
      assert.ok(clusters.every(({ vms }) => vms.every(({ state }) => state === "up")));
    }
    assert.ok(granted > 150 && waited > 50, `${granted} turns, ${waited} of them waited for`);
  });
}

test.run();
