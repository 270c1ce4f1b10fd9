// limit: 300s
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readTable } from "../../results/store/parquet-table.ts";
import { Streams } from "../../sim/index.ts";
import { skipUnless } from "../runner/skip.ts";
import { StudyDesk } from "./study-desk.ts";

const test = suite("studies that are broken off");

let desk: StudyDesk;
test.before.each(() => {
  desk = new StudyDesk();
});
test.after.each(() => desk.clear());

test("killed at any moment, a study loses the runs that it was at, and ends with the same figures", async () => {
  const words = ["run", "a.yaml", "--set", "horizon=6d", "--workers", "2", "--results"];
  await desk.printed(...words, "whole");
  const expected = await desk.figures("whole");
  const stream = new Streams(7).get("kills");
  const done = async (): Promise<number> =>
    existsSync(join(desk.folder, "r", "plan.json"))
      ? Number(/(\d+) done/.exec(await desk.printed("status", "r"))![1])
      : 0;
  let kills = 0;
  for (let attempt = 0; attempt < 5; attempt++) {
    const before = await done();
    const { child, ended } = desk.begin(...words, "r");
    const timer = setTimeout(() => child.kill("SIGKILL"), 1100 + stream.uniform(0, 1500));
    const { signal } = await ended;
    clearTimeout(timer);
    if (signal === "SIGKILL") kills += 1;
    const after = await done();
    assert.ok(after >= before, `${before} runs were done, and ${after} are`);
    for (const name of desk.names("r", "shards").filter((one) => one.endsWith(".parquet")))
      await readTable(join(desk.folder, "r", "shards", name));
    if (signal === null) break;
  }
  assert.ok(kills >= 1, "it was killed on its way");
  await desk.printed(...words, "r");
  assert.is(await desk.figures("r"), expected);
});

test("interrupted, it keeps what is finished, and says how to go on", async () => {
  const { child, ended } = desk.begin("run", "a.yaml", "--set", "horizon=60d", "--results", "r");
  let [told, sent] = ["", false];
  child.stderr!.on("data", (text) => (told += text));
  const poll = setInterval(() => {
    if (desk.names("r", "journal").length === 0 || sent) return;
    sent = true;
    child.kill("SIGINT");
  }, 20);
  const { code } = await ended;
  clearInterval(poll);
  assert.is(code, 1, told);
  const [, ran] = /interrupted after (\d+) runs, which are kept in .*: give the same command again to go on/.exec(
    told,
  )!;
  assert.ok(Number(ran) >= 1 && Number(ran) < 40);
  assert.match(
    await desk.printed("status", "r"),
    new RegExp(`^.*\\n${ran} done, 0 failed, ${40 - Number(ran)} missing`),
  );
});

test("chunks are run one by one, in any order and more than once, by any number of processes", async () => {
  await desk.printed("plan", "a.yaml", "--results", "r");
  assert.match(await desk.printed("status", "r"), /0 done, 0 failed, 40 missing\nchunks that are not complete: 0–2/);
  assert.match(await desk.printed("shard", "r", "2"), /chunk 2 of 3: 8 runs, 0 of them failed/);
  assert.match(await desk.printed("shard", "r", "2"), /chunk 2 of 3: 0 runs/);
  assert.match(await desk.printed("status", "r"), /8 done, 0 failed, 32 missing\nchunks that are not complete: 0–1/);
  const three = [0, 1, 1].map((k) => desk.begin("shard", "r", String(k)).ended);
  for (const { code } of await Promise.all(three)) assert.is(code, 0);
  await desk.printed("run", "a.yaml", "--results", "whole");
  assert.is(await desk.figures("r"), await desk.figures("whole"));
  assert.match((await desk.snapback("shard", "r", "3")).stderr, /chunk 3: the plan has 3, counted from 0/);
});

test("another plan in the same folder takes no run from a study that is still at it", async () => {
  const words = ["run", "a.yaml", "--set", "horizon=20d", "--results", "r"];
  const { child, ended } = desk.begin(...words, "--workers", "1");
  while (desk.names("r", "journal").length === 0 && child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 5));
  await desk.printed("run", "a.yaml", "--seed", "9", "--replications", "2", "--results", "r");
  assert.is(child.exitCode, null, "it was still running");
  assert.is((await ended).code, 0);
  assert.match((await desk.snapback(...words)).stderr, /^0 runs now, 40 were done before/);
});

test("a shard that was cut short is refused, with its name", async () => {
  await desk.printed("run", "a.yaml", "--results", "r", "--replications", "2");
  const [name] = desk.names("r", "shards");
  truncateSync(join(desk.folder, "r", "shards", name!), 1000);
  for (const words of [
    ["run", "a.yaml", "--results", "r"],
    ["status", "r"],
    ["table", "r"],
  ]) {
    const { status, stderr } = desk.process(...words);
    assert.is(status, 1);
    assert.match(stderr, new RegExp(`^\\S*${name} is no whole Parquet table`));
    assert.not.match(stderr, /\n +at /);
  }
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
      const { status, stderr } = await desk.snapback("run", "a.yaml", "--results", join(disk, "r"));
      assert.is(status, 1);
      assert.match(stderr, /ENOSPC[\s\S]*Nothing more can be written to .*; what was finished before is kept/);
      mkdirSync(join(desk.folder, "copy"));
      cpSync(join(disk, "r"), join(desk.folder, "copy"), { recursive: true });
      for (const name of desk.names("copy", "shards").filter((one) => one.endsWith(".parquet")))
        await readTable(join(desk.folder, "copy", "shards", name));
      await desk.printed("run", "a.yaml", "--results", "copy");
      await desk.printed("run", "a.yaml", "--results", "whole");
      assert.is(await desk.figures("copy"), await desk.figures("whole"));
    } finally {
      spawnSync("umount", [disk]);
      rmSync(disk, { recursive: true });
    }
  }),
);

test.run();
