// limit: 300s
import { rmSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Journal } from "../../results/store/journal.ts";
import { Sequential } from "../../scenarios/sequential.ts";
import { readShard } from "../../scenarios/study/finished-run.ts";
import { StudyFolder } from "../../scenarios/study/study-folder.ts";
import { StudyDesk } from "./study-desk.ts";

const test = suite("precision");

let desk: StudyDesk;
test.before.each(() => {
  desk = new StudyDesk();
  desk.write(
    "p.yaml",
    `
horizon: 60d
replications: 10
cluster: { vms: 4, workload: web }
failures: { host: infinitehbd }
precision: { relative: 30%, most: 300 }
sweep: { snapshot.interval: [30s, 10m, 2h] }
`,
  );
});
test.after.each(() => desk.clear());

const stopping = { of: "workRatio", relative: 0.1, floor: 4, ceiling: 40 };

/** Half of the points lose 10 %, the others 10 or 30 %. */
const figure = (point: number, replication: number): number =>
  point % 2 === 0 ? 0.9 : replication % 2 === 0 ? 0.9 : 0.7;

test("replications go on at each point until its own interval is narrow", () => {
  const sequential = new Sequential(2, 40, stopping);
  for (;;) {
    const jobs = [0, 1].flatMap((point) => sequential.missing(point));
    if (jobs.length === 0) break;
    for (const job of jobs)
      sequential.note(job, sequential.figureOf({ workRatio: figure(job.point, job.replication) }));
  }
  assert.is(sequential.wanted(0), 4);
  assert.is(sequential.wanted(1), 40, "± 17 % of the loss at 40");
  assert.ok(sequential.isPrecise(0) && !sequential.isPrecise(1));
});

test("runs that saw nothing or failed are made up for; where all fail, it ends", () => {
  const sequential = new Sequential(2, 40, stopping);
  for (let replication = 0; replication < 4; replication++) {
    sequential.note({ point: 0, replication }, replication === 1 ? undefined : replication === 2 ? Number.NaN : 0.5);
    sequential.note({ point: 1, replication }, undefined);
  }
  assert.equal(
    sequential.missing(0).map(({ replication }) => replication),
    [4, 5],
  );
  assert.equal(sequential.missing(1), []);
});

test("kept or not, in one go or in pieces, by chunks: the same figures, with no run that is not needed", async () => {
  const kept = await desk.printed("run", "p.yaml", "--results", "r", "--json");
  assert.is(kept, await desk.printed("run", "p.yaml", "--json"));
  const [first, , last] = JSON.parse(kept) as { replications: number }[];
  assert.is(first!.replications, 10);
  assert.ok(last!.replications > 20 && last!.replications < 300, `${last!.replications}`);
  assert.match((await desk.snapback("run", "p.yaml", "--results", "r")).stderr, /^0 runs now/);
  const explained = async (replication: number): Promise<string> =>
    desk.printed("explain", "r", "--at", "snapshot.interval=30s", "--replication", String(replication));
  assert.match(await explained(9), /\ndone: /);
  assert.match(await explained(10), /\nnot wanted: 10 replications of its point are wanted/);
  await desk.printed("plan", "p.yaml", "--results", "s");
  for (const chunk of ["1", "2", "0"]) await desk.printed("shard", "s", chunk);
  assert.match(await desk.printed("status", "s"), /0 failed, 0 missing\n$/);
  assert.is(await desk.figures("s"), await desk.figures("r"));
});

test("killed on its way, with gaps among the runs that are known, it ends with the same figures", async () => {
  await desk.printed("run", "p.yaml", "--results", "whole");
  await desk.printed("plan", "p.yaml", "--results", "r");
  await desk.printed("shard", "r", "2");
  // What a killed process leaves: a journal of some runs of the point that needs many, in the order in which they ended.
  const folder = new StudyFolder(join(desk.folder, "r"));
  const plan = folder.plan!;
  const [shard] = folder.shards;
  const runs = await readShard(shard!, { columns: shard!.metrics, distributions: true });
  rmSync(shard!.path);
  const journal = new Journal(folder.journalOf(plan, 2));
  for (const run of runs.filter(({ replication }) => replication % 3 !== 1).reverse())
    journal.add({ ...run, point: 2 });
  journal.close();
  await desk.printed("run", "p.yaml", "--results", "r");
  assert.is(await desk.figures("r"), await desk.figures("whole"));
});

test("what is printed says whether the precision was reached", async () => {
  assert.match(
    await desk.printed("run", "p.yaml"),
    /workRatio is known within 30 % of what is missing from 1 at every point/,
  );
  assert.match(
    await desk.printed("run", "p.yaml", "--set", "precision.most=12"),
    /1 of 3 points ended at 12 replications or failed before workRatio is known within 30 %/,
  );
  assert.match(
    await desk.printed("plan", "p.yaml"),
    /10 to 300 replications, until workRatio is known within 30 %; at most 900 runs/,
  );
});

test("a precision that cannot be is refused", async () => {
  const refusal = async (...set: string[]): Promise<string> =>
    (await desk.snapback("run", "p.yaml", ...set.flatMap((one) => ["--set", one]))).stderr;
  assert.match(await refusal("precision.most=5"), /precision\.most: is 5, and replications, the fewest, are 10/);
  assert.match(await refusal("precision.relative=0"), /precision\.relative: must be above 0/);
  assert.match(
    await refusal("precision.of=workRatoi"),
    /precision\.of: there is no column workRatoi; did you mean workRatio\?/,
  );
  assert.match(await refusal("sweep={precision.relative: [1%, 2%]}"), /precision\.relative cannot be swept/);
});

test("points with seeds of their own see other failures, the same whenever they are run", async () => {
  const words = ["--set", "precision.relative=none", "--set", "seeds=independent", "--only", "hostFailures", "--json"];
  const figures = async (...more: string[]): Promise<number[]> =>
    (
      JSON.parse(await desk.printed("run", "p.yaml", ...words, ...more)) as {
        metrics: { hostFailures: { mean: number } };
      }[]
    ).map(({ metrics }) => metrics.hostFailures.mean);
  const own = await figures();
  assert.is(new Set(own).size, 3, own.join(" "));
  assert.equal(await figures("--set", "snapshot.interval=10m"), [own[1]]);
  const common = JSON.parse(
    await desk.printed("run", "p.yaml", ...words.slice(0, 2), "--only", "hostFailures", "--json"),
  ) as {
    metrics: { hostFailures: { mean: number } };
  }[];
  assert.is(new Set(common.map(({ metrics }) => metrics.hostFailures.mean)).size, 1);
});

test("points with seeds of their own are compared as independent samples", async () => {
  const words = ["run", "p.yaml", "--set", "precision.relative=none", "--set", "seeds=independent", "--results", "r"];
  await desk.printed(...words);
  assert.match(await desk.printed("compare", "r"), /each on random numbers of its own/);
  assert.match(
    (await desk.snapback("optimum", "p.yaml", "--set", "seeds=independent")).stderr,
    /compares its places on common random numbers: give --set seeds=common/,
  );
});

test.run();
