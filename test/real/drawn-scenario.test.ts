import { suite } from "uvu";
import * as assert from "uvu/assert";
import { accelerated, fasterLaw } from "../../models/failures/accelerated.ts";
import { components } from "../../models/failures/failure-spec.ts";
import { type Law, lifetime } from "../../models/laws.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { watchCluster } from "../../models/watch.ts";
import { drawnScenario } from "../../real/replay/drawn-scenario.ts";
import { replayObstacles } from "../../real/replay/replayable.ts";
import { listedScenario } from "../../scenarios/listed-scenario.ts";
import { replayedScenario } from "./replayed-scenario.ts";

const test = suite("failures that are drawn for real machines");

const years = [
  "failures.vm={law: exponential, mean: 30d}",
  "failures.host={law: weibull, shape: 0.7, scale: 90d, repair: {law: lognormal, median: 2h, sigma: 1}, permanent: 40%}",
  "failures.rack={law: gamma, shape: 2, scale: 60d, repair: {law: deterministic, value: 1h}}",
  "failures.slowDisk={law: exponential, mean: 60d, repair: {law: exponential, mean: 2h}}",
  "failures.shocks=[{name: power, law: exponential, mean: 40d, takes: {random: 2}, probability: 80%, within: 1h, repair: {law: exponential, mean: 3h}}]",
];

/** When what failed in a simulation, ignored or not. */
const failuresIn = (scenario: ClusterScenario, seed: number): string[] =>
  [...watchCluster(scenario, { seed, replication: 0 })]
    .flat()
    .flatMap((event) =>
      event.kind === "failure" ? [`${event.at.toFixed(6)} ${event.component} ${event.name} ${event.permanent}`] : [],
    )
    .toSorted();

test("happen in the simulation under the same seed, with and without their laws", () => {
  const scenario = replayedScenario("horizon=20m", ...years);
  for (const seed of [1, 2, 3]) {
    const laws = { ...scenario, failures: accelerated(scenario.failures, 50_000) };
    const drawn = drawnScenario(scenario, seed, 50_000).scenario;
    const listed = components.flatMap((component) => {
      const source = drawn.failures[component];
      return source.kind === "times" ? source.outages.map((one) => ({ ...one, component })) : [];
    });
    const seen = failuresIn(laws, seed);
    assert.ok(seen.length >= 10, `${seen.length} failures`);
    assert.equal(failuresIn(drawn, seed), seen);
    // Other draws of the simulator make no difference to a list.
    assert.equal(
      failuresIn(drawn, seed + 100).map((one) => one.split(" ")[0]),
      listed.map(({ start }) => start.toFixed(6)).toSorted(),
    );
    assert.ok(["vm", "host", "rack", "slowDisk"].every((kind) => listed.some(({ component }) => component === kind)));
  }
});

test("are as in a longer run whose times are divided", () => {
  const scenario = replayedScenario("horizon=10m", ...years.slice(0, 4));
  const factor = 65_536;
  const slow = listedScenario({ ...scenario, horizon: factor * scenario.horizon }, 7);
  const { scenario: fast } = drawnScenario(scenario, 7, factor);
  for (const component of ["vm", "host", "rack", "slowDisk"] as const) {
    const [one, other] = [fast.failures[component], slow.failures[component]];
    assert.ok(one.kind === "times" && other.kind === "times");
    assert.is(one.outages.length, other.outages.length);
    for (const [i, outage] of one.outages.entries()) {
      const long = other.outages[i]!;
      assert.is(outage.component, long.component);
      assert.is(outage.permanent, long.permanent);
      for (const key of ["start", "end"] as const) {
        const difference = Math.abs(outage[key] - long[key] / factor);
        assert.ok(difference < 1e-9 * scenario.horizon, `${key}: ${outage[key]} and ${long[key]} / ${factor}`);
      }
    }
  }
});

test("have laws whose every time is shorter", () => {
  const laws: Law[] = [
    { law: "exponential", mean: 30 },
    { law: "weibull", shape: 0.7, scale: 30 },
    { law: "lognormal", mu: 3, sigma: 1 },
    { law: "gamma", shape: 2, scale: 30 },
    { law: "deterministic", value: 30 },
    { law: "empirical", sample: [1, 20, 30] },
  ];
  for (const law of laws)
    for (const p of [0.1, 0.5, 0.9]) {
      const ratio = lifetime(law).quantile(p) / lifetime(fasterLaw(law, 10)).quantile(p);
      assert.ok(Math.abs(ratio - 10) < 1e-6, `${law.law}: ${ratio}`);
    }
  const { failures } = replayedScenario();
  assert.equal(accelerated(failures, 1000), failures, "listed times are real seconds");
  assert.throws(() => accelerated(failures, 0), /accelerated 0 times: give a positive number/);
});

test("are refused when nothing comes of them, with the acceleration that mends it", () => {
  const scenario = replayedScenario("failures.vm=none", "failures.host={law: exponential, mean: 1y}");
  assert.throws(
    () => drawnScenario(scenario, 1),
    /nothing of replayed fails within 120 s with seed 1; .*--accelerate \d+/,
  );
  const [, factor] = /--accelerate (\d+)/.exec(messageOf(() => drawnScenario(scenario, 1)))!;
  const expected = (4 * scenario.horizon * Number(factor)) / (365.25 * 86_400);
  assert.ok(Math.abs(expected - 2) < 0.1, `${expected} outages`);
  const { notes } = drawnScenario(scenario, 3, 4 * Number(factor));
  assert.match(notes.join(), /^failures by laws were drawn with seed 3, \d+ times as fast as .*: \d+ of host\.$/);
  assert.throws(() => drawnScenario(scenario, 1, -2), /--accelerate: -2/);
  assert.throws(() => drawnScenario(replayedScenario(), 1, 9), /nothing of replayed fails by a law/);
  assert.equal(drawnScenario(replayedScenario(), 1), { scenario: replayedScenario(), notes: [] });
  assert.equal(
    replayObstacles(replayedScenario("failures.host={law: exponential, mean: 1d}", ...years.slice(3)), 4),
    [],
  );
});

const messageOf = (task: () => unknown): string => {
  try {
    task();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

test.run();
