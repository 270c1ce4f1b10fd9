import { test } from "uvu";
import * as assert from "uvu/assert";
import { sharingVms } from "../../models/analytic/storage-saving.ts";
import { trafficAmong } from "../../models/cut/traffic.ts";
import type { ClusterScenario, RollbackPlacement } from "../../models/scenario.ts";
import { finishedDomain } from "./finished-domain.ts";
import { hostOutages, smallCluster } from "./small-cluster.ts";

const talk = (from: number, to: number) => ({ from, to, messagesPerSecond: 50 });

/** VMs 0 and 2 talk, and 1 and 3; each host has room for two. */
const talkers = (placement: RollbackPlacement): ClusterScenario => ({
  ...smallCluster,
  dataCentre: { ...smallCluster.dataCentre, host: { ...smallCluster.dataCentre.host, cores: 4 } },
  cluster: {
    ...smallCluster.cluster,
    vms: 4,
    quorum: 4,
    placement,
    traffic: { kind: "pairs", vms: 4, pairs: [talk(0, 2), talk(2, 0), talk(1, 3)] },
  },
  rollback: { ...smallCluster.rollback, placement },
});

const hostsAfter = (scenario: ClusterScenario): (number | undefined)[] =>
  finishedDomain(scenario).clusters[0]!.vms.map(({ host }) => host?.index);

test("traffic-aware VMs start beside those they talk to, and are brought back beside each other", () => {
  const [a, b, c, d] = hostsAfter(talkers("traffic-aware"));
  assert.equal([a, b], [c, d]);
  assert.is.not(a, b);
  const failed = hostOutages(talkers("traffic-aware"), [[a!, 1000, 2000]]);
  const after = hostsAfter(failed);
  assert.is.not(after[0], a, "their host was down");
  assert.is(after[0], after[2]);
  assert.equal([after[1], after[3]], [b, d], "survivors stay");
});

test("pack uses the fewest hosts, spread the most, random some, by draws that leave all others alone", () => {
  const used = (placement: RollbackPlacement): number => new Set(hostsAfter(talkers(placement))).size;
  assert.is(used("pack"), 2);
  assert.is(used("spread"), 4);
  const places = Array.from({ length: 12 }, (_, seed) =>
    finishedDomain({ ...talkers("random"), horizon: 100 }, seed)
      .clusters[0]!.vms.map(({ host }) => host!.index)
      .join(),
  );
  assert.ok(new Set(places).size > 6, places.join(" "));
});

test("the traffic among some VMs counts them anew", () => {
  const traffic = talkers("spread").cluster.traffic;
  assert.equal(trafficAmong(traffic, [3, 1, 0]), { kind: "pairs", vms: 3, pairs: [talk(1, 0)] });
  const even = { kind: "even", vms: 4, messagesPerSecond: 9 } as const;
  assert.equal(trafficAmong(even, [2, 0]), { kind: "even", vms: 2, messagesPerSecond: 9 });
});

test("what random placement saves by deduplication inside hosts is not made up", () => {
  const shared = (placement: RollbackPlacement): number | undefined =>
    sharingVms({ ...talkers(placement), storage: { ...smallCluster.storage, deduplication: "host" } });
  assert.is(shared("pack"), 2);
  assert.is(shared("spread"), 1);
  assert.is(shared("random"), undefined);
});

test.run();
