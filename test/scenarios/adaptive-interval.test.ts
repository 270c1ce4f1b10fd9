import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dalyHigherOrder } from "../../models/analytic/optimal-interval.ts";
import type { ClusterPolicy } from "../../models/policies/cluster-policy.ts";
import type { ClusterScenario, SnapshotPlan, UserPolicy } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";
import type { Testbed } from "../../models/testbed.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { loadScenario } from "../../scenarios/load.ts";
import { evaluatePolicy } from "../../scenarios/own-policy/evaluate-policy.ts";
import { smallCluster } from "../models/small-cluster.ts";

const test = suite("the adaptive interval");

const fromFile = (...set: string[]): UserPolicy => {
  const overrides = set.map((text) => ({ option: "--set", text }));
  const { points } = loadScenario("adaptive-interval", { files: diskFiles, folder: "/", overrides });
  return points
    .map(({ scenario }) => scenario.model === "cluster" && scenario.policy)
    .find((policy) => typeof policy === "object")!;
};
const adaptive = fromFile();

/** A VM fails once in 2000 s on average; whole copies while it stands still. */
const scenario: ClusterScenario = {
  ...smallCluster,
  horizon: 1.2e5,
  cluster: { ...smallCluster.cluster, vms: 1, quorum: 1 },
  snapshot: { ...smallCluster.snapshot, capture: "stop-and-copy", record: "full" },
  failures: {
    ...smallCluster.failures,
    vm: {
      kind: "law",
      time: { law: "exponential", mean: 2000 },
      repair: { law: "deterministic", value: 1 },
      permanent: 0,
      age: "stationary",
    },
  },
};
const replications = 8;
const from = (interval: number): ClusterScenario => ({
  ...scenario,
  policy: adaptive,
  snapshot: { ...scenario.snapshot, interval },
});
const fixed = (interval: number): ClusterScenario => ({
  ...scenario,
  fidelity: "auto",
  snapshot: { ...scenario.snapshot, interval },
});

/** The policy, with the last interval that it asked for. */
const watched = (): { readonly policy: ClusterPolicy; readonly last: () => number } => {
  const policy = evaluatePolicy(adaptive);
  let last = Number.NaN;
  return {
    last: () => last,
    policy: (bed, cluster, plans) => {
      const every: Testbed["every"] = (one, plan, cycle) => {
        const asked = (): SnapshotPlan => {
          const answer = (plan as () => SnapshotPlan)();
          last = answer.interval;
          return answer;
        };
        return bed.every(one, asked, cycle);
      };
      const spy = new Proxy(bed, {
        get: (_, verb: keyof Testbed) => {
          const part = verb === "every" ? every : bed[verb];
          return typeof part === "function" ? part.bind(bed) : part;
        },
      });
      return policy(spy, cluster, plans);
    },
  };
};

test("it converges to the interval of Daly, from a first guess far below and far above it", () => {
  for (const guess of [15, 1000]) {
    const ratios = Array.from({ length: replications }, (_, replication) => {
      const { policy, last } = watched();
      const { metrics } = simulateCluster(from(guess), { seed: 5, replication }, policy);
      const pause = metrics["pauseMean"]!;
      return {
        logRatio: Math.log(last() / (dalyHigherOrder({ mtbf: 2000, pause }) + pause)),
        failures: metrics["rollbacks"]!,
      };
    });
    const mean = ratios.reduce((sum, { logRatio }) => sum + logRatio, 0) / replications;
    const failures = ratios.reduce((sum, one) => sum + one.failures, 0) / replications;
    assert.ok(failures > 40, `${failures} failures`);
    // The estimated time between n failures has a relative deviation of 1/√n, its root half of that.
    const deviation = 1 / (2 * Math.sqrt(failures * replications));
    assert.ok(Math.abs(mean / deviation) < 4, `from ${guess} s: ${(mean / deviation).toFixed(2)} deviations off`);
    const worst = Math.max(...ratios.map(({ logRatio }) => Math.abs(logRatio)));
    assert.ok(
      worst < 4 / (2 * Math.sqrt(failures)),
      `from ${guess} s: one run is off by a factor of ${Math.exp(worst)}`,
    );
  }
});

test("on the same failures it loses little to the best fixed interval, and gains on fixed ones that are far off", () => {
  const work = (one: ClusterScenario): number[] =>
    Array.from({ length: replications }, (_, replication) => {
      const own = one.policy === "protect" ? undefined : evaluatePolicy(one.policy);
      return simulateCluster(one, { seed: 6, replication }, own).metrics["workRatio"]!;
    });
  /** Mean and standard error of paired differences. */
  const gain = (
    one: readonly number[],
    other: readonly number[],
  ): { readonly mean: number; readonly error: number } => {
    const differences = one.map((figure, i) => figure - other[i]!);
    const mean = differences.reduce((sum, figure) => sum + figure, 0) / replications;
    const variance = differences.reduce((sum, figure) => sum + (figure - mean) ** 2, 0) / (replications - 1);
    return { mean, error: Math.sqrt(variance / replications) };
  };
  const pause = simulateCluster(fixed(100), { seed: 6, replication: 0 }).metrics["pauseMean"]!;
  const best = work(fixed(dalyHigherOrder({ mtbf: 2000, pause }) + pause));
  for (const guess of [15, 1000]) {
    const adapted = work(from(guess));
    const overGuess = gain(adapted, work(fixed(guess)));
    assert.ok(
      overGuess.mean > 4 * overGuess.error && overGuess.mean > 0.02,
      `${guess} s: ${JSON.stringify(overGuess)}`,
    );
    // The first failures teach it, each at the cost of a first guess, and the optimum is flat.
    const overBest = gain(adapted, best);
    assert.ok(overBest.mean > -0.02 && overBest.mean < 4 * overBest.error, `${guess} s: ${JSON.stringify(overBest)}`);
  }
});

test("its options bound the interval, and what is not an option is refused", () => {
  const bounded = fromFile(
    `policy.module=${new URL("../../scenarios/policies/adaptive-interval.ts", import.meta.url).pathname}`,
    "policy.options.shortest=5m",
    "policy.options.longest=5m",
    "sweep.snapshot.interval=[5m]",
  );
  const one = { ...from(300), policy: bounded };
  const { metrics } = simulateCluster(one, { seed: 1, replication: 0 }, evaluatePolicy(bounded));
  assert.is(Number(metrics["intervalAchieved"]!.toFixed(9)), 300);
  const refused = (options: UserPolicy["options"]): string => {
    try {
      evaluatePolicy({ ...adaptive, options });
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.is(refused({ shortest: "2h", longest: "1h" }), "the shortest interval, 2h, is longer than 1h");
  assert.is(refused({ longst: "1h" }), "there is no option longst, only shortest and longest");
  assert.match(refused({ longest: 60 }), /60 has no unit/);
});

test.run();
