// limit: 300s
import { statSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { StudyDesk, scenario } from "./study-desk.ts";

const test = suite("studies");

let desk: StudyDesk;
test.before.each(() => {
  desk = new StudyDesk();
});
test.after.each(() => desk.clear());

test("a study is run once, and gives just what running it without one gives", async () => {
  const kept = await desk.printed("run", "a.yaml", "--results", "r");
  assert.is(kept, await desk.printed("run", "a.yaml"));
  const again = await desk.snapback("run", "a.yaml", "--results", "r");
  assert.is(again.stdout, kept);
  assert.match(again.stderr, /^0 runs now, 40 were done before/);
  assert.match(await desk.printed("status", "r"), /40 done, 0 failed, 0 missing/);
  assert.equal(desk.names("r", "journal"), []);
});

test("a study that grows keeps what it has, and what is not asked for any more is left alone", async () => {
  await desk.printed("run", "a.yaml", "--results", "r", "--replications", "10");
  const grown = await desk.snapback(
    "run",
    "a.yaml",
    "--results",
    "r",
    "--set",
    "sweep={snapshot.interval: [10m, 20m, 30m]}",
  );
  assert.is(grown.status, 0, grown.stderr);
  assert.match(grown.stderr, /^40 runs now, 20 were done before/);
  assert.match((await desk.snapback("run", "a.yaml", "--results", "r")).stderr, /^0 runs now, 40 were done before/);
  assert.match(await desk.printed("status", "r"), /20 runs are of older plans, and are left alone/);
  await desk.printed("run", "a.yaml", "--results", "whole");
  assert.is(await desk.figures("r"), await desk.figures("whole"));
});

test("what a run depends on makes another run of it, and explain says why", async () => {
  await desk.printed("run", "a.yaml", "--results", "r", "--replications", "2");
  const at = ["--at", "snapshot.interval=10m", "--replication", "1"];
  assert.match(
    await desk.printed("explain", "r", ...at),
    /^run [0-9a-f]{16}: point 0 .*, replication 1\ndone: .*\.parquet\n$/,
  );
  await desk.printed("plan", "a.yaml", "--results", "r", "--replications", "2", "--set", "storage.keep=3");
  assert.match(await desk.printed("explain", "r", ...at), /stale: .*\n- --set was replications=2/);
  assert.match(await desk.printed("status", "r"), /0 done, 0 failed, 4 missing/);
  desk.write("a.yaml", scenario.replace("vms: 3", "vms: 4"));
  assert.match(
    (await desk.snapback("shard", "r", "0")).stderr,
    /the scenario a\.yaml has changed since it was planned: 2 of 2 points/,
  );
  await desk.printed("plan", "a.yaml", "--results", "r", "--replications", "2");
  assert.match(await desk.printed("explain", "r", ...at), /stale: /);
  assert.match(
    (await desk.snapback("explain", "r")).stderr,
    /2 points fit: say which with --at, such as --at 'snapshot\.interval=10m'/,
  );
  for (const [at, said] of [
    ["interval", /--at interval: expected a swept key and a value/],
    ["interval=10m", /interval is not swept/],
    ["snapshot.interval=10m=1", /snapshot\.interval is 10m, 30m/],
  ] as const)
    assert.match((await desk.snapback("explain", "r", "--at", at)).stderr, said);
  assert.match((await desk.snapback("explain", "r", "--run", "abc")).stderr, /--run abc: the plan has no such run/);
});

const moody = `
export const options = (given) => given;
export default function* moody(bed, cluster, plans, { mood }) {
  if (mood === "throw") throw new Error("in no mood");
  if (mood === "spin") for (;;);
  if (mood === "eat") for (const all = []; ; ) all.push(new Array(1000).fill(all.length));
  yield* bed.every(cluster, plans.snapshot, function* () {
    yield* bed.replicate(yield* bed.snapshot(cluster, plans.snapshot), plans.storage);
  });
}
`;

test("runs that fail, take too long or too much memory are told of, and all others are run", async () => {
  desk.write("moody.mjs", moody);
  const sweep = "sweep: { policy.options.mood: [calm, throw, spin, eat, quiet] }";
  const policy = "policy: { module: ./moody.mjs, options: { mood: calm } }";
  desk.write("b.yaml", `horizon: 1h\nreplications: 2\n${policy}\n${sweep}\n`);
  const limits = ["--time-limit", "5s", "--memory-limit", "64MiB"];
  const { status, stdout, stderr } = await desk.snapback(
    "run",
    "b.yaml",
    "--results",
    "r",
    ...limits,
    "--only",
    "availability",
  );
  assert.is(status, 1, "some have failed");
  assert.match(stdout, /calm +\S+ ± /);
  assert.match(stdout, /throw +not observed/);
  assert.match(stderr, /6 runs failed:/);
  assert.match(stderr, /2 × .*in no mood[\s\S]*snapback run b\.yaml --set 'policy\.options\.mood=throw' --replication/);
  assert.match(stderr, /2 × took longer than it may: 5 s/);
  assert.match(stderr, /2 × took more memory than it may: 64 MiB/);
  assert.match(await desk.printed("status", "r"), /4 done, 6 failed, 0 missing/);
  assert.match(
    await desk.printed("explain", "r", "--at", "policy.options.mood=throw"),
    /failed: .*in no mood[\s\S]*--retry-failed runs it once more/,
  );
  const again = await desk.snapback("run", "b.yaml", "--results", "r", "--only", "availability");
  assert.match(again.stderr, /^0 runs now, 4 were done before/, "nothing is run again unless it is asked for");
  const fast = await desk.snapback(
    "run",
    "b.yaml",
    "--results",
    "fast",
    "--fail-fast",
    "--workers",
    "1",
    "--time-limit",
    "9s",
  );
  assert.is(fast.status, 1);
  assert.match(fast.stderr, /1 runs failed/);
});

test("options that have no use, or no sense, are refused", async () => {
  assert.match(
    (await desk.snapback("run", "a.yaml", "--time-limit", "3s")).stderr,
    /--time-limit is for runs that are kept: give --results, too/,
  );
  assert.match(
    (await desk.snapback("run", "a.yaml", "--results", "r", "--time-limit", "3")).stderr,
    /--time-limit: .*unit/,
  );
  assert.match((await desk.snapback("status", "nowhere")).stderr, /nowhere holds no study: make one with snapback run/);
});

test("values of a key are compared run by run, the best first, with the best or with one that is named", async () => {
  await desk.printed("run", "a.yaml", "--results", "r", "--set", "replications=6");
  const estimates = JSON.parse(await desk.printed("table", "r", "--only", "pauseMean", "--format", "json"));
  const { groups } = JSON.parse(await desk.printed("compare", "r", "--of", "pauseMean", "--json"));
  assert.is(groups.length, 1);
  const [best, other] = groups[0].systems;
  assert.is(groups[0].runs, 6);
  const means: number[] = estimates.map(
    (one: { metrics: { pauseMean: { mean: number } } }) => one.metrics.pauseMean.mean,
  );
  assert.ok(Math.abs(best.mean - Math.min(...means)) < 1e-12, "the shortest pause is the best");
  assert.ok(Math.abs(other.difference.mean - (Math.max(...means) - Math.min(...means))) < 1e-12);
  assert.ok(other.difference.p >= 0 && other.difference.p <= 1);
  assert.is(best.halfWidth, estimates[means.indexOf(best.mean)].metrics.pauseMean.halfWidth);
  assert.match(
    await desk.printed("compare", "r", "--with", "10m"),
    /6 runs of each[\s\S]*differs from 10m by.*p \(Holm\)\n.*? ± /,
  );
  const [, , ...rows] = (await desk.printed("compare", "r", "--of", "pauseMean")).trimEnd().split("\n");
  assert.is(rows.length, 2);
  for (const row of rows) assert.match(row, /^\d+m +\S+ ± \S+/, "no mean is printed without its interval");
  assert.match(
    (await desk.snapback("compare", "r", "--with", "7m")).stderr,
    /--with 7m: snapshot\.interval is 10m, 30m/,
  );
  assert.match(
    (await desk.snapback("compare", "r", "--over", "storage.keep")).stderr,
    /a sweeps snapshot\.interval: say which to compare/,
  );
  assert.match((await desk.snapback("compare", "r", "--of", "pauseMaen")).stderr, /--of: .*pauseMean/);
});

test("DuckDB reads the shards as they are", async () => {
  await desk.printed("run", "a.yaml", "--results", "r", "--replications", "3");
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const shards = join(desk.folder, "r", "shards", "*.parquet");
  const reader = await connection.runAndReadAll(
    `select "snapshot.interval" as interval, count(*) as n, avg(availability) as mean from read_parquet('${shards}') group by 1 order by 1`,
  );
  const found = reader.getRowObjectsJson() as { interval: number; n: string; mean: number }[];
  const [first, second] = JSON.parse(await desk.printed("table", "r", "--only", "availability", "--format", "json"));
  assert.equal(
    found.map(({ interval, n }) => [interval, Number(n)]),
    [
      [600, 3],
      [1800, 3],
    ],
  );
  for (const [row, estimate] of [
    [found[0]!, first],
    [found[1]!, second],
  ])
    assert.ok(Math.abs(row.mean - estimate.metrics.availability.mean) < 1e-12);
});

test("DuckDB reads shards of runs that failed, and swept keys that are numbers in some shards only", async () => {
  desk.write("moody.mjs", moody);
  const sweep = "sweep: { policy.options.mood: [throw, 3, calm] }";
  const policy = "policy: { module: ./moody.mjs, options: { mood: calm } }";
  desk.write("b.yaml", `horizon: 1h\nreplications: 16\n${policy}\n${sweep}\n`);
  assert.is((await desk.snapback("run", "b.yaml", "--results", "r")).status, 1);
  assert.is(desk.shards("r").length, 3);
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const shards = join(desk.folder, "r", "shards", "*.parquet");
  const reader = await connection.runAndReadAll(
    `select "policy.options.mood" as mood, count(workRatio) as n from read_parquet('${shards}', union_by_name = true) group by 1 order by 1`,
  );
  assert.equal(reader.getRowObjectsJson(), [
    { mood: "3", n: "16" },
    { mood: "calm", n: "16" },
    { mood: "throw", n: "0" },
  ]);
});

test("a study that is done is not written to by asking for it again", async () => {
  await desk.printed("run", "a.yaml", "--results", "r", "--replications", "2");
  const file = (): number => statSync(join(desk.folder, "r", "plan.json")).ino;
  const before = file();
  await desk.printed("run", "a.yaml", "--results", "r", "--replications", "2");
  assert.is(file(), before);
});

test("a folder that is none, and plans that are none, are named without a stack", async () => {
  for (const words of [["run"], ["plan"]]) {
    const { status, stderr } = desk.process(...words, "a.yaml", "--results", "a.yaml");
    assert.is(status, 1);
    assert.match(stderr, /^no study can be kept in \S*a\.yaml: /);
    assert.not.match(stderr, /\n +at /);
  }
  await desk.printed("plan", "a.yaml", "--results", "r");
  await desk.printed("plan", "a.yaml", "--results", "r", "--seed", "2");
  const [old] = desk.names("r", "plans");
  for (const text of ["{}", "[]", "null", '{"points"', '{"points": []}']) {
    desk.write(`r/plans/${old}`, text);
    const { stderr } = desk.process("explain", "r", "--at", "snapshot.interval=10m");
    assert.match(stderr, new RegExp(`^\\S*plans/${old} (is no plan of a study|cannot be read)`));
    assert.not.match(stderr, /\n +at /);
  }
  desk.write("r/plan.json", "{}");
  const { stderr } = desk.process("status", "r");
  assert.match(stderr, /^\S*plan\.json is no plan of a study of snapback/);
});

test.run();
