import { test } from "uvu";
import * as assert from "uvu/assert";
import { columnsOf } from "../../models/books/columns.ts";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import type { AdmissionPlan, ClusterScenario } from "../../models/scenario.ts";
import { finishedDomain } from "./finished-domain.ts";
import { hostOutages, smallCluster } from "./small-cluster.ts";

/** Four clusters of two VMs in rack 0 of two, of which host 0 with clusters 0 and 1 is lost 1 s after host 1 with 2 and 3. */
const storm = (admission: AdmissionPlan): ClusterScenario => {
  const { dataCentre, cluster, rollback } = smallCluster;
  const scenario: ClusterScenario = {
    ...smallCluster,
    horizon: 1600,
    dataCentre: { ...dataCentre, host: { ...dataCentre.host, cores: 8 } },
    cluster: {
      ...cluster,
      count: 4,
      vms: 2,
      quorum: 2,
      placement: "first-fit",
      traffic: { kind: "even", vms: 2, messagesPerSecond: 100 },
    },
    rollback: { ...rollback, admission },
  };
  return hostOutages(scenario, [
    [1, 1000, 1e6],
    [0, 1001, 1e6],
  ]);
};

const restored = (admission: AdmissionPlan) => {
  const events: LifeCycleEvent[] = [];
  const domain = finishedDomain(storm(admission), 7, { onEvent: (event) => events.push(event) });
  const columns = columnsOf(domain.ledger, 4 * 1600);
  assert.is(columns["rollbacks"], 4);
  const phases = events.flatMap((one) => (one.kind === "rollback" ? [{ ...one, name: one.cluster.slice(-1) }] : []));
  return { columns, order: phases.filter(({ phase }) => phase === "transfer").map(({ name }) => name), phases };
};

/** Clusters between the begin of their transfer and their resume. */
const mostAtOnce = (phases: readonly { readonly phase: string; readonly name: string }[]): number => {
  const under = new Set<string>();
  let most = 0;
  for (const { phase, name } of phases) {
    if (phase === "transfer") under.add(name);
    else under.delete(name);
    most = Math.max(most, under.size);
  }
  return most;
};

test("all at once nobody waits; with a bound no more transfer at once, and the last waits longest", () => {
  const all = restored({ kind: "all-at-once" });
  assert.is(all.columns["admissionWaitMax"], 0);
  assert.is(mostAtOnce(all.phases), 4);
  for (const most of [1, 2, 3]) {
    const bounded = restored({ kind: "bounded", most });
    assert.is(mostAtOnce(bounded.phases), most);
    assert.ok(bounded.columns["admissionWaitMax"]! > 0);
    assert.ok(bounded.columns["downtimePlan"]! > all.columns["downtimePlan"]!, "waiting is part of the plan");
  }
  assert.ok(
    restored({ kind: "bounded", most: 1 }).columns["admissionWaitMax"]! >
      restored({ kind: "bounded", most: 2 }).columns["admissionWaitMax"]!,
  );
});

test("first come, first served, unless the number of the cluster counts", () => {
  assert.equal(restored({ kind: "bounded", most: 1 }).order, ["2", "3", "0", "1"]);
  assert.equal(restored({ kind: "priority", most: 1 }).order, ["2", "0", "1", "3"], "2 was there alone");
});

test("who has least to bring goes first", () => {
  // Three VMs to a host: of cluster 1 one VM runs on host 1, which survives.
  const { dataCentre, cluster } = smallCluster;
  const base = storm({ kind: "smallest-first", most: 1 });
  const scenario = hostOutages(
    {
      ...base,
      dataCentre: { ...dataCentre, host: { ...dataCentre.host, cores: 6 } },
      cluster: { ...base.cluster, vm: { ...cluster.vm, cores: 2 } },
    },
    [
      [0, 1000, 1e6],
      [2, 1000, 1e6],
    ],
  );
  const events: LifeCycleEvent[] = [];
  finishedDomain(scenario, 7, { onEvent: (event) => events.push(event) });
  const order = events.flatMap((one) =>
    one.kind === "rollback" && one.phase === "transfer" ? [one.cluster.slice(-1)] : [],
  );
  assert.is(order.length, 3);
  assert.ok(order.indexOf("1") <= 1, `whoever came first did not wait, then 1: ${order}`);
});

test("a cluster that waits and fails again keeps no turn", () => {
  const scenario = storm({ kind: "bounded", most: 1 });
  const twice = hostOutages(scenario, [
    [1, 1000, 1e6],
    [0, 1001, 1e6],
    [2, 1009, 1e6],
  ]);
  const { ledger, clusters } = finishedDomain(twice);
  assert.ok(ledger.sum("rollbacks") >= 4);
  assert.ok(clusters.every(({ vms }) => vms.every(({ state }) => state === "up")));
});

test.run();
