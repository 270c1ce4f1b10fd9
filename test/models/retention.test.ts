// limit: 300s
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { incrementalChain } from "../../models/analytic/incremental-chain.ts";
import type { ClusterScenario, StoragePlan } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import { kept, type RetentionRule } from "../../models/store/retention-rule.ts";
import { assertBothFidelities } from "./both-fidelities.ts";
import { finishedDomain } from "./finished-domain.ts";
import { loneVm } from "./lone-vm.ts";
import { hostOutages, smallCluster, vmFailures } from "./small-cluster.ts";

const rule: RetentionRule = {
  keepAll: 300,
  older: [
    { every: 300, for: 3600 },
    { every: 3600, for: 36_000 },
  ],
};

/** Restore points that are left when the rule is applied after each cut. */
const after = (cuts: readonly number[], one: RetentionRule): number[] => {
  let left: number[] = [];
  for (const cut of cuts) {
    left.push(cut);
    const stay = kept(left, one);
    left = left.filter((_, i) => stay[i]);
  }
  return left;
};

test("all young restore points are kept, then one in each bucket of each grain, and the newest always", () => {
  const cuts = Array.from({ length: 2000 }, (_, i) => 60 * i);
  const newest = cuts.at(-1)!;
  const left = after(cuts, rule);
  const ages = left.map((at) => newest - at);
  assert.is(ages.at(-1), 0);
  assert.equal(ages.filter((age) => age <= 300).length, 6);
  const fine = ages.filter((age) => age > 300 && age <= 3900);
  assert.ok(fine.length >= 11 && fine.length <= 13, `${fine.length} in the hour before`);
  const coarse = ages.filter((age) => age > 3900);
  assert.ok(coarse.length >= 9 && coarse.length <= 11, `${coarse.length} in the ten hours before`);
  assert.ok(Math.max(...ages) <= 39_900, "none is older than the last grain");
});

test("at irregular cuts too: never two in a bucket, none let go while young, and no more than the grains can hold", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 1, max: 900, noNaN: true }), { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0, max: 600, noNaN: true }),
      fc.integer({ min: 1, max: 4 }),
      (gaps, keepAll, times) => {
        let at = 0;
        const cuts = gaps.map((gap) => (at += gap));
        const one = {
          keepAll,
          older: [
            { every: 200, for: 2000 },
            { every: 200 * times, for: 8000 },
          ],
        };
        const left = after(cuts, one);
        const newest = cuts.at(-1)!;
        assert.is(left.at(-1), newest);
        const young = cuts.filter((cut) => newest - cut <= keepAll);
        for (const cut of young) assert.ok(left.includes(cut), "young");
        const coarse = left
          .filter((cut) => newest - cut > keepAll + 2000)
          .map((cut) => Math.floor(cut / (200 * times) + 1e-9));
        assert.is(new Set(coarse).size, coarse.length, "one in a bucket");
        assert.ok(left.length <= young.length + 12 + 8000 / (200 * times) + 2);
      },
    ),
    { seed: 2 },
  );
});

const planned = (
  storage: Partial<StoragePlan>,
  snapshot: Partial<ClusterScenario["snapshot"]> = {},
): ClusterScenario => ({
  ...loneVm,
  snapshot: { ...loneVm.snapshot, interval: 20, record: "incremental", capture: "stop-and-copy", ...snapshot },
  storage: { ...loneVm.storage, ...storage },
});

test("merging two records holds their union: pages that both have are kept once", () => {
  // A retention that keeps every third cut merges two records into the third.
  const scenario = planned({ retention: { keepAll: 20, older: [{ every: 60, for: 6000 }] } });
  const domain = finishedDomain({ ...scenario, horizon: 400 });
  const [cluster] = domain.clusters;
  const { versions } = domain.store.chain(cluster!);
  assert.ok(versions.length >= 6);
  // Of the older ones only the first is whole; the others hold what 60 s of work dirty.
  const [part] = versions[2]!.parts;
  const work = 60 - 3 * domain.ledger.sample("pause").mean;
  domain.memory.classes.forEach(({ pages, writesPerPage }, c) => {
    const expected = pages * 4096 * -Math.expm1(-writesPerPage * work);
    assert.ok(
      Math.abs(part!.bytes[c]! - expected) <= 0.02 * Math.max(expected, 4096),
      `class ${c}: ${part!.bytes[c]} bytes, not ${expected}`,
    );
  });
});

test("in any life no version that is kept builds on one that was let go", () => {
  fc.assert(
    fc.property(
      fc.record({
        retention: fc.constantFrom<StoragePlan["retention"]>(
          "none",
          { keepAll: 30, older: [{ every: 60, for: 300 }] },
          {
            keepAll: 0,
            older: [
              { every: 40, for: 120 },
              { every: 120, for: 600 },
            ],
          },
        ),
        keep: fc.integer({ min: 1, max: 4 }),
        fullEvery: fc.constantFrom(Number.POSITIVE_INFINITY, 3, 5),
        chain: fc.boolean(),
        failures: fc.uniqueArray(fc.integer({ min: 15, max: 780 }), { maxLength: 3 }),
        lose: fc.boolean(),
        seed: fc.integer({ min: 0, max: 1e6 }),
      }),
      ({ retention, keep, fullEvery, chain, failures, lose, seed }) => {
        const expired = chain && fullEvery < Number.POSITIVE_INFINITY ? "keep-chain" : "merge";
        const scenario = planned({ retention, keep, expired }, { fullEvery });
        const failing = lose
          ? hostOutages(
              scenario,
              failures.map((at, i) => [i, at, at + 100, i % 2 === 0] as const),
            )
          : vmFailures(
              scenario,
              failures.map((at) => [0, at] as const),
            );
        const domain = finishedDomain({ ...failing, horizon: 800, fidelity: "full" }, seed);
        for (const cluster of domain.clusters) {
          const { versions, newest } = domain.store.chain(cluster);
          // The oldest stands for itself, so every record above it has all that it builds on.
          if (versions.length > 0) assert.ok(versions[0]!.whole, "the oldest version is whole");
          assert.ok(newest === undefined || domain.store.chain(cluster).newestReadable() !== undefined || lose);
          for (const one of versions) assert.is(one.state, "durable");
        }
      },
    ),
    { seed: 8, numRuns: 60 },
  );
});

test("with a full snapshot every K, bytes written and read follow the closed form of incremental chains", () => {
  const K = 4;
  const scenario = planned(
    { expired: "keep-chain", keep: 1, restoreReads: "chain" },
    { fullEvery: K, record: "incremental", interval: 20 },
  );
  const { metrics } = simulateCluster({ ...scenario, horizon: 20 * 400 + 10 }, { seed: 1, replication: 0 });
  const domain = finishedDomain({ ...scenario, horizon: 20 * 12 + 10 });
  const work = 20 - domain.ledger.sample("pause").quantile(0);
  const bytes = { written: 0, longest: 0 };
  for (const { pages, writesPerPage } of domain.memory.classes) {
    const form = incrementalChain({ pages: pages * 4096, changed: -Math.expm1(-writesPerPage * work), fullEvery: K });
    bytes.written += form.writtenPerSnapshot;
    bytes.longest += form.longestRestore;
  }
  const captured = metrics["captureBytes"]! / metrics["snapshots"]!;
  assert.ok(Math.abs(captured - bytes.written) < 0.02 * bytes.written, `${captured} a snapshot, not ${bytes.written}`);
  // A restore at the end of a chain reads the full snapshot and all increments.
  const chain = domain.store.chain(domain.clusters[0]!);
  const reads = chain.versions.map((one) => chain.readBytes(one, 0).reduce((sum, each) => sum + each, 0));
  assert.ok(Math.abs(Math.max(...reads) - bytes.longest) < 0.02 * bytes.longest, `${Math.max(...reads)} read`);
});

const agree = (scenario: ClusterScenario, what: string): void => {
  const { notes } = assertBothFidelities(scenario, what);
  assert.ok(
    notes.some((note) => note.includes("exact") && !note.includes("approximate")),
    `${what}: ${notes}`,
  );
};

test("jumps are exact under retention with grains and with full snapshots now and then", () => {
  const failing = (scenario: ClusterScenario) =>
    hostOutages({ ...scenario, horizon: 40_000 }, [
      [0, 14_321, 15_000],
      [2, 29_000, Number.POSITIVE_INFINITY, true],
    ]);
  agree(failing(planned({ retention: { keepAll: 60, older: [{ every: 60, for: 600 }] } })), "one grain");
  const two = {
    keepAll: 40,
    older: [
      { every: 60, for: 300 },
      { every: 180, for: 900 },
    ],
  };
  agree(failing(planned({ retention: two })), "two grains");
  agree(failing(planned({ expired: "keep-chain", restoreReads: "chain" }, { fullEvery: 7 })), "full every 7");
  agree(
    failing(planned({ retention: two }, { fullEvery: 5, record: "lazy-incremental", capture: "post-copy" })),
    "both",
  );
});

test("clusters with retention keep their promises", () => {
  const scenario: ClusterScenario = {
    ...smallCluster,
    horizon: 4000,
    storage: { ...smallCluster.storage, retention: { keepAll: 120, older: [{ every: 240, for: 1200 }] } },
  };
  const domain = finishedDomain(scenario);
  for (const cluster of domain.clusters) assert.ok(domain.store.chain(cluster).versions.length > 4);
});

test.run();
