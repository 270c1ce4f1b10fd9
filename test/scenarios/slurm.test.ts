// limit: 480s
// needs: slurm-wlm, munge
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { skipUnless } from "../runner/skip.ts";
import { SlurmDesk } from "./slurm-desk.ts";
import { StudyDesk } from "./study-desk.ts";

const test = suite("studies on Slurm");

const onSlurm = (handler: (desk: StudyDesk, slurm: SlurmDesk) => Promise<void>) =>
  skipUnless(
    () => SlurmDesk.isPossible,
    "needs Slurm, munge and the right to start them",
    async () => {
      const [desk, slurm] = [new StudyDesk(), new SlurmDesk()];
      const before = process.env["SLURM_CONF"];
      try {
        await slurm.start(["one", "two"]);
        Object.assign(process.env, slurm.env);
        await handler(desk, slurm);
      } finally {
        if (before === undefined) delete process.env["SLURM_CONF"];
        else process.env["SLURM_CONF"] = before;
        await slurm.stop();
        desk.clear();
      }
    },
  );

const words = ["run", "a.yaml", "--executor", "slurm", "--results", "r", "--set"];

test(
  "a task for each chunk gives the figures of a single process, beyond the size of an array, too",
  onSlurm(async (desk) => {
    const many = "horizon=2h";
    // 140 runs are 9 chunks of 16, and the arrays of this cluster have 5.
    const { status, stdout, stderr } = await desk.snapback(...words, many, "--replications", "70");
    assert.is(status, 0, stderr);
    assert.match(stderr, /submitted 9 chunks as Slurm job \d+ and \d+\n140 runs now, 0 were done before/);
    assert.is(stdout, await desk.printed("run", "a.yaml", "--set", many, "--replications", "70"));
    assert.is(readdirSync(join(desk.folder, "r", "slurm")).length, 9);
    assert.match(
      (await desk.snapback(...words, many, "--replications", "70")).stderr,
      /^0 runs now, 140 were done before/,
    );
  }),
);

test(
  "a node that is killed in the middle loses nothing but the runs that it was at",
  onSlurm(async (desk, slurm) => {
    const long = "horizon=15d";
    const { child, ended } = desk.begin(...words, long);
    const until = async (isSo: () => boolean, what: string): Promise<void> => {
      for (let i = 0; !isSo(); i++) {
        if (i > 600) throw new Error(`waited 60 s in vain for ${what}`);
        await sleep(100);
      }
    };
    let told = "";
    child.stderr!.on("data", (text) => (told += text));
    const journal = join(desk.folder, "r", "journal");
    await until(() => existsSync(journal) && readdirSync(journal).length > 0 && slurm.running.length > 0, "a task");
    const [victim] = slurm.running;
    slurm.killNode(victim!);
    await sleep(1000);
    slurm.startNode(victim!);
    const { code } = await ended;
    assert.is(code, 0, told);
    assert.match(await desk.printed("status", "r"), /40 done, 0 failed, 0 missing/);
    await desk.printed("run", "a.yaml", "--set", long, "--results", "whole");
    assert.is(await desk.figures("r"), await desk.figures("whole"));
  }),
);

test(
  "detached, it says what it submitted, and interrupted, it takes it back",
  onSlurm(async (desk, slurm) => {
    const { status, stdout, stderr } = await desk.snapback(...words, "horizon=2h", "--detach");
    assert.equal([status, stdout], [0, ""]);
    assert.match(stderr, /^submitted 3 chunks as Slurm job \d+\n$/);
    await desk.printed(...words, "horizon=2h");
    assert.match(await desk.printed("status", "r"), /40 done, 0 failed, 0 missing/);
    const { child, ended } = desk.begin(...words, "horizon=100d");
    for (let i = 0; slurm.running.length === 0 && i < 300; i++) await sleep(100);
    child.kill("SIGINT");
    assert.is((await ended).code, 1);
    for (let i = 0; slurm.running.length > 0 && i < 100; i++) await sleep(100);
    assert.equal(slurm.running, []);
  }),
);

test("without Slurm, or with what it has no use for, it is refused", async () => {
  const desk = new StudyDesk();
  const path = process.env["PATH"];
  try {
    process.env["PATH"] = desk.folder;
    const refusal = async (...more: string[]): Promise<string> =>
      (await desk.snapback("run", "a.yaml", ...more)).stderr;
    assert.match(
      await refusal("--executor", "slurm", "--results", "r"),
      /scontrol is not here: --executor slurm needs/,
    );
    assert.match(await refusal("--executor", "slurm"), /--executor is for runs that are kept: give --results/);
    assert.match(await refusal("--results", "r", "--detach"), /--slurm and --detach are for --executor slurm/);
    assert.match(await refusal("--executor", "slurm", "--results", "r", "--fail-fast"), /do not know of each other/);
  } finally {
    process.env["PATH"] = path;
    desk.clear();
  }
});

test.run();
