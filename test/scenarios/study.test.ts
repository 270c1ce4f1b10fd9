// limit: 600s
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import yargs from "yargs";
import { readTable } from "../../results/store/parquet-table.ts";
import { scenarioCommands } from "../../scenarios/commands/index.ts";
import { Streams } from "../../sim/index.ts";
import { skipUnless } from "../runner/skip.ts";
import { capturedLine } from "./captured-line.ts";

const test = suite("studies");

const cli = fileURLToPath(new URL("../../cli.ts", import.meta.url));
const tsx = import.meta.resolve("tsx");

let folder = "";
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), "snapback-study-"));
  writeFileSync(join(folder, "a.yaml"), scenario);
});
test.after.each(() => rmSync(folder, { recursive: true }));

/** Forty runs that take a hundredth of a second each. */
const scenario = `
horizon: 1d
fidelity: full
replications: 20
cluster: { vms: 3, workload: web }
failures: { host: infinitehbd }
sweep: { snapshot.interval: [10m, 30m] }
`;

const args = (words: readonly string[]): string[] => ["--import", tsx, cli, ...words];

/** Runs a command in this process, where it costs no start: how it ends, and what it writes. */
const snapback = async (...words: string[]) => {
  const { line, out, err } = capturedLine(folder);
  const fail = (message: string, error?: Error): never => {
    throw error ?? new Error(message);
  };
  try {
    await yargs(words).command(scenarioCommands(line)).strict().exitProcess(false).fail(fail).parseAsync();
    return { status: 0, stdout: out(), stderr: err() };
  } catch (error) {
    return { status: 1, stdout: out(), stderr: `${err()}${(error as Error).message}` };
  }
};

/** What a command prints; it must succeed. */
const printed = async (...words: string[]): Promise<string> => {
  const { status, stdout, stderr } = await snapback(...words);
  assert.is(status, 0, stderr);
  return stdout;
};

const ended = (child: ChildProcess): Promise<{ code: number | null; signal: string | null }> =>
  new Promise((resolve) => child.on("exit", (code, signal) => resolve({ code, signal })));

const names = (...path: string[]): string[] => {
  const at = join(folder, ...path);
  return existsSync(at) ? readdirSync(at) : [];
};

const figures = (results: string): Promise<string> => printed("table", results, "--only", "all", "--format", "json");

test("a study is run once, and gives just what running it without one gives", async () => {
  const kept = await printed("run", "a.yaml", "--results", "r");
  assert.is(kept, await printed("run", "a.yaml"));
  const again = await snapback("run", "a.yaml", "--results", "r");
  assert.is(again.stdout, kept);
  assert.match(again.stderr, /^0 runs now, 40 were done before/);
  assert.match(await printed("status", "r"), /40 done, 0 failed, 0 missing/);
  assert.equal(names("r", "journal"), []);
});

test("killed at any moment, a study loses the runs that it was at, and ends with the same figures", async () => {
  const words = ["run", "a.yaml", "--set", "horizon=6d", "--workers", "2", "--results"];
  await printed(...words, "whole");
  const expected = await figures("whole");
  const stream = new Streams(7).get("kills");
  const done = async (): Promise<number> =>
    existsSync(join(folder, "r", "plan.json")) ? Number(/(\d+) done/.exec(await printed("status", "r"))![1]) : 0;
  let kills = 0;
  for (let attempt = 0; attempt < 8; attempt++) {
    const before = await done();
    const child = spawn(process.execPath, args([...words, "r"]), {
      cwd: folder,
      stdio: "ignore",
    });
    const end = ended(child);
    const timer = setTimeout(() => child.kill("SIGKILL"), 1100 + stream.uniform(0, 1500));
    const { signal } = await end;
    clearTimeout(timer);
    if (signal === "SIGKILL") kills += 1;
    const after = await done();
    assert.ok(after >= before, `${before} runs were done, and ${after} are`);
    for (const name of names("r", "shards").filter((one) => one.endsWith(".parquet")))
      await readTable(join(folder, "r", "shards", name));
    if (signal === null) break;
  }
  assert.ok(kills >= 1, "it was killed on its way");
  await printed(...words, "r");
  assert.is(await figures("r"), expected);
});

test("interrupted, it keeps what is finished, and says how to go on", async () => {
  const child = spawn(process.execPath, args(["run", "a.yaml", "--set", "horizon=60d", "--results", "r"]), {
    cwd: folder,
  });
  let [told, sent] = ["", false];
  child.stderr.on("data", (text) => (told += text));
  const end = ended(child);
  const poll = setInterval(() => {
    if (names("r", "journal").length === 0 || sent) return;
    sent = true;
    child.kill("SIGINT");
  }, 20);
  const { code } = await end;
  clearInterval(poll);
  assert.is(code, 1, told);
  const [, ran] = /interrupted after (\d+) runs, which are kept in .*: give the same command again to go on/.exec(
    told,
  )!;
  assert.ok(Number(ran) >= 1 && Number(ran) < 40);
  assert.match(await printed("status", "r"), new RegExp(`^.*\\n${ran} done, 0 failed, ${40 - Number(ran)} missing`));
});

test("chunks are run one by one, in any order and more than once, by any number of processes", async () => {
  await printed("plan", "a.yaml", "--results", "r");
  assert.match(await printed("status", "r"), /0 done, 0 failed, 40 missing\nchunks that are not complete: 0–2/);
  assert.match(await printed("shard", "r", "2"), /chunk 2 of 3: 8 runs, 0 of them failed/);
  assert.match(await printed("shard", "r", "2"), /chunk 2 of 3: 0 runs/);
  assert.match(await printed("status", "r"), /8 done, 0 failed, 32 missing\nchunks that are not complete: 0–1/);
  const both = [0, 1, 1].map((k) =>
    spawn(process.execPath, args(["shard", "r", String(k)]), { cwd: folder, stdio: "ignore" }),
  );
  for (const { code } of await Promise.all(both.map(ended))) assert.is(code, 0);
  await printed("run", "a.yaml", "--results", "whole");
  assert.is(await figures("r"), await figures("whole"));
  assert.match((await snapback("shard", "r", "3")).stderr, /chunk 3: the plan has 3, counted from 0/);
});

test("a study that grows keeps what it has, and what is not asked for any more is left alone", async () => {
  await printed("run", "a.yaml", "--results", "r", "--replications", "10");
  const grown = await snapback(
    "run",
    "a.yaml",
    "--results",
    "r",
    "--set",
    "sweep={snapshot.interval: [10m, 20m, 30m]}",
  );
  assert.is(grown.status, 0, grown.stderr);
  assert.match(grown.stderr, /^40 runs now, 20 were done before/);
  assert.match((await snapback("run", "a.yaml", "--results", "r")).stderr, /^0 runs now, 40 were done before/);
  assert.match(await printed("status", "r"), /20 runs are of older plans, and are left alone/);
  await printed("run", "a.yaml", "--results", "whole");
  assert.is(await figures("r"), await figures("whole"));
});

test("what a run depends on makes another run of it, and explain says why", async () => {
  await printed("run", "a.yaml", "--results", "r", "--replications", "2");
  const at = ["--at", "snapshot.interval=10m", "--replication", "1"];
  assert.match(
    await printed("explain", "r", ...at),
    /^run [0-9a-f]{16}: point 0 .*, replication 1\ndone: .*\.parquet\n$/,
  );
  await printed("plan", "a.yaml", "--results", "r", "--replications", "2", "--set", "storage.keep=3");
  assert.match(await printed("explain", "r", ...at), /stale: .*\n- --set was replications=2/);
  assert.match(await printed("status", "r"), /0 done, 0 failed, 4 missing/);
  writeFileSync(join(folder, "a.yaml"), scenario.replace("vms: 3", "vms: 4"));
  assert.match(
    (await snapback("shard", "r", "0")).stderr,
    /the scenario a\.yaml has changed since it was planned: 2 of 2 points/,
  );
  await printed("plan", "a.yaml", "--results", "r", "--replications", "2");
  assert.match(await printed("explain", "r", ...at), /stale: /);
  assert.match(
    (await snapback("explain", "r")).stderr,
    /2 points fit: say which with --at, such as --at 'snapshot\.interval=10m'/,
  );
  assert.match((await snapback("explain", "r", "--run", "abc")).stderr, /--run abc: the plan has no such run/);
});

test("a shard that was cut short is refused, with its name", async () => {
  await printed("run", "a.yaml", "--results", "r", "--replications", "2");
  const [name] = names("r", "shards");
  truncateSync(join(folder, "r", "shards", name!), 1000);
  for (const words of [
    ["run", "a.yaml", "--results", "r"],
    ["status", "r"],
    ["table", "r"],
  ]) {
    const { status, stderr } = await snapback(...words);
    assert.is(status, 1);
    assert.match(stderr, new RegExp(`^\\S*${name} is no whole Parquet table`));
    assert.not.match(stderr, /\n +at /);
  }
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
  writeFileSync(join(folder, "moody.mjs"), moody);
  const sweep = "sweep: { policy.options.mood: [calm, throw, spin, eat, quiet] }";
  const policy = "policy: { module: ./moody.mjs, options: { mood: calm } }";
  writeFileSync(join(folder, "b.yaml"), `horizon: 1h\nreplications: 2\n${policy}\n${sweep}\n`);
  const limits = ["--time-limit", "5s", "--memory-limit", "64MiB"];
  const { status, stdout, stderr } = await snapback(
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
  assert.match(await printed("status", "r"), /4 done, 6 failed, 0 missing/);
  assert.match(
    await printed("explain", "r", "--at", "policy.options.mood=throw"),
    /failed: .*in no mood[\s\S]*--retry-failed runs it once more/,
  );
  const again = await snapback("run", "b.yaml", "--results", "r", "--only", "availability");
  assert.match(again.stderr, /^0 runs now, 4 were done before/, "nothing is run again unless it is asked for");
  const fast = await snapback(
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
    (await snapback("run", "a.yaml", "--time-limit", "3s")).stderr,
    /--time-limit is for runs that are kept: give --results, too/,
  );
  assert.match((await snapback("run", "a.yaml", "--results", "r", "--time-limit", "3")).stderr, /--time-limit: .*unit/);
  assert.match((await snapback("status", "nowhere")).stderr, /nowhere holds no study: make one with snapback run/);
});

test("values of a key are compared run by run, the best first, with the best or with one that is named", async () => {
  await printed("run", "a.yaml", "--results", "r", "--set", "replications=6");
  const estimates = JSON.parse(await printed("table", "r", "--only", "pauseMean", "--format", "json"));
  const { groups } = JSON.parse(await printed("compare", "r", "--of", "pauseMean", "--json"));
  assert.is(groups.length, 1);
  const [best, other] = groups[0].systems;
  assert.is(groups[0].pairs, 6);
  const means: number[] = estimates.map(
    (one: { metrics: { pauseMean: { mean: number } } }) => one.metrics.pauseMean.mean,
  );
  assert.ok(Math.abs(best.mean - Math.min(...means)) < 1e-12, "the shortest pause is the best");
  assert.ok(Math.abs(other.difference.mean - (Math.max(...means) - Math.min(...means))) < 1e-12);
  assert.ok(other.difference.p >= 0 && other.difference.p <= 1);
  assert.match(await printed("compare", "r", "--with", "10m"), /6 runs of each[\s\S]*differs from 10m by/);
  assert.match((await snapback("compare", "r", "--with", "7m")).stderr, /--with 7m: snapshot\.interval is 10m, 30m/);
  assert.match(
    (await snapback("compare", "r", "--over", "storage.keep")).stderr,
    /a sweeps snapshot\.interval: say which to compare/,
  );
  assert.match((await snapback("compare", "r", "--of", "pauseMaen")).stderr, /--of: .*pauseMean/);
});

test("DuckDB reads the shards as they are", async () => {
  await printed("run", "a.yaml", "--results", "r", "--replications", "3");
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const shards = join(folder, "r", "shards", "*.parquet");
  const reader = await connection.runAndReadAll(
    `select "snapshot.interval" as interval, count(*) as n, avg(availability) as mean from read_parquet('${shards}') group by 1 order by 1`,
  );
  const found = reader.getRowObjectsJson() as { interval: number; n: string; mean: number }[];
  const [first, second] = JSON.parse(await printed("table", "r", "--only", "availability", "--format", "json"));
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

const smallDisk = (): string | undefined => {
  const at = mkdtempSync(join(tmpdir(), "snapback-full-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=24k", "tmpfs", at]);
  if (status === 0) return at;
  rmSync(at, { recursive: true });
  return undefined;
};

test(
  "on a full disk it stops and says so, and leaves nothing that can be read by half",
  skipUnless(smallDisk, "needs the right to mount a small file system", async (disk) => {
    try {
      const { status, stderr } = await snapback("run", "a.yaml", "--results", join(disk, "r"));
      assert.is(status, 1);
      assert.match(stderr, /ENOSPC[\s\S]*Nothing more can be written to .*; what was finished before is kept/);
      mkdirSync(join(folder, "copy"));
      cpSync(join(disk, "r"), join(folder, "copy"), { recursive: true });
      for (const name of names("copy", "shards").filter((one) => one.endsWith(".parquet")))
        await readTable(join(folder, "copy", "shards", name));
      await printed("run", "a.yaml", "--results", "copy");
      await printed("run", "a.yaml", "--results", "whole");
      assert.is(await figures("copy"), await figures("whole"));
    } finally {
      spawnSync("umount", [disk]);
      rmSync(disk, { recursive: true });
    }
  }),
);

test.run();
