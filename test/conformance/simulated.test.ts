import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import type { ClusterPolicy } from "../../models/policies/cluster-policy.ts";
import { protect } from "../../models/policies/protect.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { type Stream, Streams } from "../../sim/index.ts";
import { finishedDomain } from "../models/finished-domain.ts";
import { hostOutages, smallCluster, vmFailures } from "../models/small-cluster.ts";
import { brokenLaws } from "./life-cycle-laws.ts";
import { newProbe, probing } from "./probing-policy.ts";

const test = suite("the simulated testbed");

const lived = (scenario: ClusterScenario, policy: ClusterPolicy): LifeCycleEvent[] => {
  const events: LifeCycleEvent[] = [];
  finishedDomain(scenario, 7, { policy, onEvent: (event) => events.push(event) });
  return events;
};

/** Failures of hosts and VMs at random, often in the middle of a rollback from another one. */
const troubled = (random: Stream): ClusterScenario => {
  const time = (): number => random.uniform(60, 700);
  const first = time();
  const hosts = Array.from({ length: 3 }, (_, i) => {
    const start = i === 0 ? first : random.uniform(0, 1) < 0.5 ? first + random.uniform(0, 20) : time();
    return [random.integer(0, 5), start, start + random.uniform(5, 200), random.uniform(0, 1) < 0.3] as const;
  }).sort((one, other) => one[1] - other[1]);
  const apart = hosts.filter(([host], i) => hosts.findIndex((one) => one[0] === host) === i);
  return vmFailures(hostOutages({ ...smallCluster, horizon: 1000 }, apart), [
    [random.integer(0, 2), time()],
    [random.integer(0, 2), first + random.uniform(0, 15)],
  ]);
};

for (const [name, policyOf] of [
  ["protect", () => ({ policy: protect as ClusterPolicy, broken: [] as string[] })],
  [
    "a policy that looks at each step",
    () => {
      const probe = newProbe();
      return { policy: probing(probe), broken: probe.broken };
    },
  ],
] as const)
  test(`keeps the laws of the life cycle under ${name}, whatever fails`, () => {
    const streams = new Streams(1);
    let rollbacks = 0;
    for (let i = 0; i < 150; i++) {
      const scenario = troubled(streams.replication(i).get("troubles"));
      const { policy, broken } = policyOf();
      const events = lived(scenario, policy);
      rollbacks += events.filter((one) => one.kind === "rollback" && one.phase === "done").length;
      assert.equal([...broken, ...brokenLaws(scenario, events)].slice(0, 3), [], `system ${i}`);
    }
    assert.ok(rollbacks > 200, `${rollbacks} rollbacks`);
  });

test("breaks laws when its events are tampered with", () => {
  const scenario = vmFailures({ ...smallCluster, horizon: 300 }, [[0, 150]]);
  const events = lived(scenario, protect);
  assert.equal(brokenLaws(scenario, events), []);
  let found = 0;
  for (const [i, { kind }] of events.entries()) {
    if (["stored", "cut", "crossing", "failure", "restore-point"].includes(kind)) continue;
    const without = events.filter((_, j) => j !== i);
    // One that is only planned, or goes on when the run ends, is missed by nobody.
    if (brokenLaws(scenario, without).length > 0) found++;
  }
  const judged = events.filter(({ kind }) => !["stored", "cut", "crossing", "failure", "restore-point"].includes(kind));
  assert.ok(found > 0.6 * judged.length, `${found} of ${judged.length}`);
});

test.run();
