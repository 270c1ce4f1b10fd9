import { test } from "uvu";
import * as assert from "uvu/assert";
import { DataCentre } from "../../models/data-centre/data-centre.ts";
import { RouteBuilder, RouteMix } from "../../models/data-centre/route.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { FluidNetwork, Simulation } from "../../sim/index.ts";
import { loneVm, withCopies } from "./lone-vm.ts";
import { hostOutages, smallCluster } from "./small-cluster.ts";

const centre = new DataCentre(new FluidNetwork(new Simulation()), smallCluster.dataCentre);
const [one, neighbour, , far] = centre.hosts as [
  DataCentre["hosts"][number],
  DataCentre["hosts"][number],
  unknown,
  DataCentre["hosts"][number],
];
const shares = (route: {
  readonly over: readonly { readonly link: { readonly name: string }; readonly share: number }[];
}) => Object.fromEntries(route.over.map(({ link, share }) => [link.name, share]));

test("between racks a byte also crosses both uplinks, within a rack only the two NICs", () => {
  const near = new RouteBuilder(centre).send(one, neighbour).build();
  assert.equal(shares(near), { "host 0 nic out": 1, "host 1 nic in": 1 });
  assert.equal([near.sourceShare, near.linkShare, near.weight], [1, 2, 2]);
  const across = new RouteBuilder(centre).send(one, far, 0.5).build();
  assert.equal(shares(across), { "host 0 nic out": 0.5, "host 3 nic in": 0.5, "rack 0 up": 0.5, "rack 1 down": 0.5 });
  assert.equal([across.sourceShare, across.linkShare, across.weight], [0.5, 2, 2]);
});

test("nothing is sent from a host to itself, and shares on one link add up", () => {
  const route = new RouteBuilder(centre)
    .read(one)
    .send(one, one)
    .send(one, neighbour, 0.25)
    .send(one, far, 0.5)
    .write(one, 0)
    .build();
  assert.equal(shares(route), {
    "host 0 disk read": 1,
    "host 0 nic out": 0.75,
    "host 1 nic in": 0.25,
    "host 3 nic in": 0.5,
    "rack 0 up": 0.5,
    "rack 1 down": 0.5,
  });
  assert.equal(
    route.hosts.map(({ index }) => index),
    [0, 1, 3],
  );
});

test("a mix of kinds of bytes crosses each link in proportion, and none that no byte crosses", () => {
  const mix = new RouteMix([
    new RouteBuilder(centre).read(one).send(one, neighbour).build(),
    new RouteBuilder(centre).read(one).send(one, far).send(one, neighbour).build(),
  ]);
  const both = mix.of(Float64Array.of(30, 10), 40);
  assert.equal(shares(both), {
    "host 0 disk read": 1,
    "host 0 nic out": 1.25,
    "host 1 nic in": 1,
    "host 3 nic in": 0.25,
    "rack 0 up": 0.25,
    "rack 1 down": 0.25,
  });
  assert.equal([both.sourceShare, both.linkShare, both.weight], [1.25, 3, 4]);
  assert.equal(Object.keys(shares(mix.of(Float64Array.of(5, 0), 5))), [
    "host 0 disk read",
    "host 0 nic out",
    "host 1 nic in",
  ]);
  assert.equal(mix.of(new Float64Array(2), 0).over, []);
});

const MiB = 2 ** 20;
const stored = 384 * MiB;
const latencyOf = (scenario: ClusterScenario): number => {
  const { metrics } = simulateCluster({ ...scenario, horizon: 79 }, { seed: 7, replication: 0 });
  return metrics["durabilityLatencyMean"]! - metrics["captureDurationMean"]!;
};
const near = (found: number, expected: number): void =>
  assert.ok(Math.abs(found - expected) < 1e-9 * expected, `${found} instead of ${expected}`);

test("replication lasts as long as its narrowest link: NIC, uplink, disk", () => {
  // Two racks with two hosts each and three copies: every other host has one, two of them behind the uplink.
  const base = withCopies(loneVm, 3);
  const with_ = (change: { nic?: number; uplink?: number; read?: number; write?: number }): ClusterScenario => ({
    ...base,
    dataCentre: {
      ...base.dataCentre,
      racks: 2,
      hostsPerRack: 2,
      uplink: (change.uplink ?? 1000) * MiB,
      host: {
        ...base.dataCentre.host,
        nic: (change.nic ?? 1000) * MiB,
        disk: {
          capacity: Number.POSITIVE_INFINITY,
          read: (change.read ?? 1000) * MiB,
          write: (change.write ?? 1000) * MiB,
          latency: 1e-4,
        },
      },
    },
  });
  // The free class is stored as well now.
  const bytes = stored + 128 * MiB;
  near(latencyOf(with_({ nic: 300 })), 2e-4 + bytes / (100 * MiB));
  near(latencyOf(with_({ uplink: 50 })), 2e-4 + bytes / (25 * MiB));
  near(latencyOf(with_({ read: 60 })), 2e-4 + bytes / (60 * MiB));
  near(latencyOf(with_({ write: 80 })), 2e-4 + bytes / (80 * MiB));
});

test("survivors in place, VMs that move and their sources share the links of one restore", () => {
  // Three VMs on hosts 0, 1 and 2, copies on all others; host 0 fails and its VM moves to host 3, which holds all its pages.
  const spread = withCopies(
    {
      ...smallCluster,
      detection: loneVm.detection,
      dataCentre: { ...smallCluster.dataCentre, racks: 1, hostsPerRack: 4 },
    },
    3,
  );
  const { metrics } = simulateCluster(
    { ...hostOutages(spread, [[0, 70, 200]]), horizon: 90 },
    { seed: 7, replication: 0 },
  );
  const { read } = spread.dataCentre.host.disk;
  near(metrics["residencyMean"]!, 4 + spread.rollback.planTime + 2e-4 + (stored + 128 * MiB) / read);
  const calm = simulateCluster({ ...spread, horizon: 70 }, { seed: 7, replication: 0 }).metrics;
  near(metrics["sourceBytes"]!, calm["sourceBytes"]!);
});

test.run();
