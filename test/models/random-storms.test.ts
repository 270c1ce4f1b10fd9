import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Component, Outage } from "../../models/failures/failure-spec.ts";
import {
  type AdmissionPlan,
  type ClusterScenario,
  captures,
  records,
  resumes,
  rollbackPlacements,
  transferWays,
} from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { type Stream, Streams } from "../../sim/index.ts";
import { finishedDomain } from "./finished-domain.ts";
import { smallCluster } from "./small-cluster.ts";

const MiB = 2 ** 20;
const similar = { zero: 0.1, selfDuplicate: 0.1, interVm: { all: 0.3, pair: 0.3 }, unique: 0.2 };

/** Three clusters on twelve hosts of which much fails within one minute, stored, admitted and brought back in any way. */
const storm = (random: Stream): ClusterScenario => {
  const { dataCentre, cluster, snapshot, storage, rollback, failures } = smallCluster;
  const pick = <T>(all: readonly T[]): T => all[random.integer(0, all.length - 1)]!;
  const outages = (most: number, components: number, longest: number, permanent: number): Outage[] => {
    const found = Array.from({ length: most }, () => {
      const start = random.uniform(900, 960);
      return {
        component: random.integer(0, components - 1),
        start,
        end: start + random.uniform(0, longest),
        permanent: random.bernoulli(permanent),
      };
    });
    const firsts = found.filter((one, i) => found.findIndex(({ component }) => component === one.component) === i);
    return firsts.sort((one, other) => one.start - other.start);
  };
  const times = (component: Component, list: readonly Outage[]) => ({ [component]: { kind: "times", outages: list } });
  const kind = pick(["all-at-once", "bounded", "smallest-first", "priority"] as const);
  const admission: AdmissionPlan = kind === "all-at-once" ? { kind } : { kind, most: pick([1, 2]) };
  const disk = { bytes: 64 * MiB, writeRate: MiB, on: pick(["local", "store"] as const) };
  const capture = pick(captures);
  const fullEvery = pick([Number.POSITIVE_INFINITY, 4]);
  return {
    ...smallCluster,
    horizon: 1600,
    dataCentre: {
      ...dataCentre,
      racks: 4,
      host: {
        ...dataCentre.host,
        cores: pick([4, 8]),
        disk: { ...dataCentre.host.disk, capacity: pick([Number.POSITIVE_INFINITY, 12 * 1024 * MiB]) },
      },
    },
    cluster: {
      ...cluster,
      count: 3,
      vm: { ...cluster.vm, ...(random.bernoulli(0.3) ? { disk } : {}) },
      workload: { ...cluster.workload, classes: cluster.workload.classes.map((one) => ({ ...one, content: similar })) },
    },
    snapshot: {
      ...snapshot,
      capture,
      record: capture === "pre-copy" ? "full" : pick(records),
      fullEvery,
      maxInFlight: pick([1, 2]),
    },
    storage: {
      ...storage,
      keep: pick([1, 3]),
      deduplication: pick(["none", "vm", "hosts"] as const),
      repairDelay: pick([5, 60]),
      retention: random.bernoulli(0.2) ? { keepAll: 120, older: [{ every: 120, for: 480 }] } : "none",
      expired: fullEvery === 4 ? pick(["merge", "keep-chain"] as const) : "merge",
      onFull: pick(["stop", "expire"] as const),
    },
    rollback: {
      ...rollback,
      placement: pick(rollbackPlacements),
      transfer: pick(transferWays),
      resume: pick(resumes),
      stage: random.bernoulli(0.5),
      unreachable: pick(["wait", "cold"] as const),
      admission,
    },
    failures: {
      ...failures,
      ...times("host", outages(5, 12, 100, 0.3)),
      ...times("disk", outages(1, 12, 60, 1)),
      ...times("uplink", outages(2, 4, 20, 0)),
      ...times(
        "vm",
        outages(3, 9, 0, 0).map((one) => ({ ...one, end: one.start })),
      ),
    },
  };
};

test("a storm of failures ends, with every invariant kept", () => {
  const streams = new Streams(13);
  let rollbacks = 0;
  for (let i = 0; i < 60; i++) {
    const scenario = storm(streams.replication(i).get("storm"));
    // What it breaks of the invariants, it throws.
    rollbacks += simulateCluster(scenario, { seed: i, replication: 0 }).metrics["rollbacks"]!;
    for (const { name, restore, vms } of finishedDomain(scenario).clusters)
      assert.not(
        restore !== undefined && vms.every(({ host }) => host?.reachable === true),
        `storm ${i}: ${name} has hosts, and 600 s after the last failure it is not back (${JSON.stringify(scenario.rollback)})`,
      );
  }
  assert.ok(rollbacks > 200, `${rollbacks} rollbacks`);
});

test.run();
