import { suite } from "uvu";
import * as assert from "uvu/assert";
import { aggregate, estimate } from "../../scenarios/aggregate.ts";
import { align } from "../../scenarios/align.ts";
import { collapseNotes } from "../../scenarios/notes.ts";
import { everyJob, type FinishedRun, RunFailed, type RunOptions, type RunPlan, runAll } from "../../scenarios/run.ts";
import { formatEstimate } from "../../scenarios/table.ts";
import { load } from "./overlay.ts";

const test = suite("runs");

const textbook = `
extends: textbook
horizon: 20d
replications: 12
sweep: { workInterval: [30m, 2h] }
`;

const collect = async (plan: RunPlan, options: RunOptions): Promise<FinishedRun[]> => {
  const runs: FinishedRun[] = [];
  for await (const run of runAll(plan, options)) runs.push(run);
  return runs;
};

const planOf = ({ points, replications }: ReturnType<typeof load>): RunPlan => ({
  points,
  jobs: everyJob(points.length, replications),
});

test("results are the same in one thread, on one worker, on two, and half and half", async () => {
  const loaded = load(textbook);
  const plan = planOf(loaded);
  const results = async (options: RunOptions) => aggregate(loaded, loaded.seed, await collect(plan, options));
  const alone = await results({ workers: 1 });
  assert.equal(await results({ workers: 2 }), alone);
  // A clock on which every look takes 0.6 s: the first two runs happen here, the others on workers.
  let looks = 0;
  assert.equal(await results({ workers: 3, clock: () => 0.6 * looks++ }), alone);
  assert.is(looks, 3);
  assert.is(alone.length, 2);
  assert.ok(alone.every(({ replications }) => replications === 12));
});

test("runs that take no longer than threads need to start are run without any", async () => {
  const loaded = load(textbook);
  let looks = 0;
  await collect(planOf(loaded), { workers: 3, clock: () => 0.2 * looks++ });
  assert.is(looks, 24);
});

test("points share their random numbers: without snapshots to pay for, they see the same failures", async () => {
  const loaded = load(`${textbook}pause: 0s\ndetect: 0s\nrestore: 0s`);
  const runs = await collect(planOf(loaded), {});
  const failures = (point: number): unknown[] =>
    runs.filter((run) => run.point === point).map(({ result }) => result.metrics["failuresEffective"]);
  assert.equal(failures(0), failures(1));
});

test("an error in a run names its point and replication, wherever it ran", async () => {
  // A pause that never lets the job on: the failures always come first.
  const loaded = load(
    "extends: textbook\nhorizon: none\nwork: 1d\nworkInterval: 1d\nfailures: { law: deterministic, value: 1h }",
  );
  for (const workers of [1, 2]) {
    try {
      await collect({ ...planOf(loaded), jobs: [{ point: 0, replication: 4 }] }, { workers });
      assert.unreachable();
    } catch (error) {
      assert.ok(error instanceof RunFailed, String(error));
      assert.equal(error.job, { point: 0, replication: 4 });
      assert.match(error.message, /Give a horizon/);
    }
  }
});

test("leaving the loop early ends the workers", async () => {
  const loaded = load(textbook);
  for await (const run of runAll(planOf(loaded), { workers: 2 })) {
    assert.ok(run.result);
    break;
  }
});

test("a figure is estimated from the runs that observed it; a half width needs two of them", () => {
  assert.equal(estimate([Number.NaN, Number.NaN]), { mean: null, halfWidth: null, n: 0 });
  assert.equal(estimate([Number.NaN, 3]), { mean: 3, halfWidth: null, n: 1 });
  const { mean, halfWidth, n } = estimate([1, 2, Number.NaN, 3]);
  assert.equal([mean, n], [2, 3]);
  // t(0.975, 2) = 4.302653 and s / √n = 1 / √3.
  assert.ok(Math.abs(halfWidth! - 4.302652729749464 / Math.sqrt(3)) < 1e-9);
});

test("a mean is printed to the digits that its half width supports, and never without it", () => {
  for (const [mean, halfWidth, text] of [
    [0.9971234, 0.00031, "0.99712 ± 0.00031"],
    [1234.5, 67.8, "1235 ± 68"],
    [5, 0, "5 ± 0"],
    [2e-6, 1e-6, "2.0e-6 ± 1.0e-6"],
    [0.5, 1e-12, "0.5 ± 1e-12"],
  ] as const)
    assert.is(formatEstimate({ mean, halfWidth, n: 9 }), text);
  assert.is(formatEstimate({ mean: 1, halfWidth: null, n: 1 }), "n = 1, no interval");
  assert.is(formatEstimate({ mean: null, halfWidth: null, n: 0 }), "not observed");
});

test("cells stand under each other", () => {
  assert.is(
    align([
      ["a", "b"],
      ["long", "1"],
    ]),
    "a     b\nlong  1",
  );
});

test("notes that differ in their numbers only are told once, with ranges", () => {
  assert.equal(collapseNotes(["3 jumps over 1.5 s", "a", "12 jumps over 1.5 s", "a"]), ["3–12 jumps over 1.5 s", "a"]);
  assert.equal(collapseNotes(["3–12 jumps", "1 jumps", "20–30 jumps"]), ["1–30 jumps"]);
});

test.run();
