import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { debianPackages, missingPackages } from "./debian-packages.ts";
import type { Outcome } from "./outcome.ts";
import { readableFailure } from "./readable.ts";
import { runFile } from "./run-file.ts";
import { findTestFiles, matching, readTestFile } from "./test-file.ts";
import { suitesThatNeverRun } from "./unrun-suites.ts";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const fixture = (name: string): string => `test/runner/fixtures/${name}.ts`;
const never = new AbortController().signal;

const outcomeOf = (name: string, limit = 60): Promise<Outcome> =>
  runFile(
    { path: fixture(name), limit, needs: [], isAlone: false },
    { root, execArgv: process.execArgv, signal: never, lingers: 1 },
  );

type Run = { readonly code: number | null; readonly output: string; readonly lastLine: string };

const startRun = (args: readonly string[], env: Record<string, string> = {}) => {
  const run = spawn(process.execPath, [...process.execArgv, "test/run.ts", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const ended = new Promise<Run>((resolve) => {
    let output = "";
    run.stdout.on("data", (chunk: Buffer) => {
      output += chunk;
    });
    run.on("close", (code) => resolve({ code, output, lastLine: output.trimEnd().split("\n").at(-1) ?? "" }));
  });
  return { run, ended };
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z "); // nobody reaps an orphan in some containers
  } catch {
    return false;
  }
};

/** A process that was killed may still be ending; one that stays makes this file hang, which fails. */
const death = async (pid: number): Promise<void> => {
  while (isAlive(pid)) await sleep(20);
};

const file = suite("a file of tests");

file("a failing test is reported with title, message, difference and where, and the others count", async () => {
  const { passed, failures, troubles } = await outcomeOf("failing");
  assert.is(passed, 1);
  assert.is(failures.length, 2);
  assert.match(failures[0] ?? "", /"a shelf keeps its order"[\s\S]*Actual:[\s\S]*--····2[\s\S]*failing\.ts:8/);
  assert.match(failures[1] ?? "", /stack {2}"an empty stack gives nothing"\n\s+the stack is empty/);
  assert.equal(troubles, []);
});

file("a hang is killed at its limit with all that it started", async () => {
  const folder = mkdtempSync(join(tmpdir(), "runner-"));
  const pidFile = join(folder, "pid");
  process.env["SLEEPER_PID_FILE"] = pidFile;
  try {
    const { failures, troubles, seconds } = await outcomeOf("hanging", 3);
    assert.equal(failures, []);
    assert.match(troubles.join(), /killed after 3 s, in its test number 2/);
    assert.ok(seconds >= 3);
    const sleeper = Number(readFileSync(pidFile, "utf8"));
    assert.ok(sleeper > 0);
    await death(sleeper);
  } finally {
    delete process.env["SLEEPER_PID_FILE"];
    rmSync(folder, { recursive: true });
  }
});

file("a test that never yields is killed too", async () => {
  const { troubles } = await outcomeOf("spinning", 2);
  assert.match(troubles.join(), /killed after 2 s, in its test number 1/);
});

file("a process that outlives its tests is killed and fails", async () => {
  const { passed, troubles } = await outcomeOf("lingering");
  assert.is(passed, 1);
  assert.match(troubles.join(), /did not within 1 s: a timer, server or child process is left open/);
});

for (const [name, law, trouble] of [
  ["without-tests", "a file that registers no test fails", /it registered no test/],
  ["without-run", "a suite that is never run fails", /suite "forgotten" never run/],
  ["crashing", "a crash fails", /ended by SIGABRT/],
  ["exiting", "a test that exits the process fails, even with exit code 0", /ended the process before the last test/],
  ["rejecting", "a rejected promise that nobody handles fails", /crashed with exit code 1/],
  ["unsettled", "a promise that never settles fails at once", /promise that never settles/],
  ["unnamed-skip", "a skip without a reason fails", /without a reason/],
  ["broken-hook", "a hook that throws fails", /1 of its tests never ended/],
  [
    "throwing-text",
    "a test that throws what is no error fails, with the tests that it kept from running",
    /2 of its tests/,
  ],
] as const)
  file(law, async () => {
    const { troubles, failures } = await outcomeOf(name);
    assert.equal(failures, []);
    assert.is(troubles.length, 1);
    assert.match(troubles[0] ?? "", trouble);
  });

file(
  "a skip carries its title and its reason and is not a pass; what the condition found goes to the test",
  async () => {
    const { passed, skips, failures, troubles } = await outcomeOf("skipping");
    assert.equal(skips, [{ title: "runs where there is a moon", reason: "there is no moon" }]);
    assert.is(passed, 2);
    assert.equal([...failures, ...troubles], []);
  },
);

file("a limit that cannot be read is an error that names the file", () => {
  assert.throws(() => readTestFile(root, fixture("misread-limit")), /misread-limit\.ts: "\/\/ limit: 10 min"/);
});

file("a request to run alone that cannot be read is an error that names the file", () => {
  const folder = mkdtempSync(join(tmpdir(), "runner-"));
  writeFileSync(join(folder, "a.ts"), "// alone: no\n");
  assert.throws(() => readTestFile(folder, "a.ts"), /^a\.ts: "\/\/ alone: no"/);
  rmSync(folder, { recursive: true });
});

file("one that is to end takes away what it made, if it does so in time", async () => {
  const folder = mkdtempSync(join(tmpdir(), "runner-"));
  const made = join(folder, "made");
  process.env["MADE_FILE"] = made;
  try {
    const { troubles } = await outcomeOf("tidying", 3);
    assert.match(troubles.join(), /killed after 3 s/);
    assert.is(readFileSync(made, "utf8"), "taken away");
  } finally {
    delete process.env["MADE_FILE"];
    rmSync(folder, { recursive: true });
  }
});

file("suites and tests after their last run are found in the source", () => {
  const head = 'import { suite, test } from "uvu";\n';
  assert.equal(suitesThatNeverRun(`${head}test("a", f);\ntest.run();\n`), []);
  assert.equal(suitesThatNeverRun(`${head}test("a", f);\ntest.run();\ntest("b", f);\n`), ["test"]);
  assert.equal(suitesThatNeverRun(`${head}const s = suite("s");\ns("a", f);\n`), ["s"]);
  assert.equal(
    suitesThatNeverRun(`${head}for (const x of xs) {\n  const s = suite(x);\n  s("a", f);\n  s.run();\n}\n`),
    [],
  );
});

file("a message of several lines is printed once, and the stack without the machinery", () => {
  const printed = `   FAIL  "a"\n    no:\n  one\n  two\n\n    one\n    two\n    at x (file:///r/a.ts:1:2)\n    at y (/r/node_modules/uvu/i.mjs:1:1)`;
  assert.is(readableFailure("/r", printed), `   FAIL  "a"\n    no:\n  one\n  two\n\n    at x (a.ts:1:2)`);
});

file.run();

const run = suite("a run");

run("closes with the counts of what ran, alone on the last line, and fails if anything failed", async () => {
  const { code, output, lastLine } = await startRun([fixture("failing"), fixture("skipping"), fixture("without-tests")])
    .ended;
  assert.is(code, 1);
  assert.is(lastLine, "3 passed, 3 failed, 1 skipped");
  assert.match(output, /Run it again: npm test test\/runner\/fixtures\/failing\.ts/);
  assert.match(
    output,
    /Skipped:\n {2}test\/runner\/fixtures\/skipping\.ts {2}"runs where there is a moon": there is no moon/,
  );
  assert.not.match(output, /node_modules/);
});

run("is green when all that ran has passed", async () => {
  const { code, lastLine } = await startRun([fixture("skipping")]).ended;
  assert.is(code, 0);
  assert.is(lastLine, "2 passed, 0 failed, 1 skipped");
});

run("in which no test ran fails", async () => {
  const { code, output, lastLine } = await startRun([fixture("only-skips")]).ended;
  assert.is(code, 1);
  assert.match(output, /No test ran/);
  assert.is(lastLine, "0 passed, 0 failed, 1 skipped");
});

run("of a pattern that matches nothing fails", async () => {
  const { code, output, lastLine } = await startRun(["no-such-test"]).ended;
  assert.is(code, 1);
  assert.match(output, /no file of tests matches "no-such-test"/);
  assert.is(lastLine, "0 passed, 1 failed, 0 skipped");
});

for (const [law, signal, code] of [
  ["that is interrupted leaves no process behind", "SIGINT", 130],
  ["that is killed outright leaves no process behind", "SIGKILL", null],
] as const)
  run(law, async () => {
    const folder = mkdtempSync(join(tmpdir(), "runner-"));
    const pidFile = join(folder, "pid");
    const { run: runner, ended } = startRun([fixture("hanging")], { SLEEPER_PID_FILE: pidFile });
    while (!existsSync(pidFile) || readFileSync(pidFile, "utf8") === "") await sleep(20);
    const sleeper = Number(readFileSync(pidFile, "utf8"));
    assert.ok(isAlive(sleeper));
    runner.kill(signal);
    assert.is((await ended).code, code);
    await death(sleeper);
    rmSync(folder, { recursive: true });
  });

run("lets a file that asks for it run before all others, alone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "runner-"));
  const trail = join(folder, "trail");
  const { ended } = startRun([fixture("beside"), fixture("alone")], { TRAIL_FILE: trail });
  assert.is((await ended).code, 0);
  const lines = readFileSync(trail, "utf8").trim().split("\n");
  assert.equal(lines, ["alone begins", "alone ends", "beside begins", "beside ends"]);
  rmSync(folder, { recursive: true });
});

run("takes all files named *.test.ts but fixtures, and a pattern means the paths that contain it", async () => {
  const all = await findTestFiles(root);
  assert.ok(all.includes("test/runner/runner.test.ts"));
  assert.not.ok(all.some((path) => path.includes("/fixtures/")));
  const paths = ["test/sim/store.test.ts", "test/sim/filter-store.test.ts", "test/models/store.test.ts"];
  assert.equal(matching("sim/", paths), paths.slice(0, 2));
  assert.equal(matching("sim/*store", paths), paths.slice(0, 2));
  assert.equal(matching("filter.store", paths), []);
});

run("knows what its files need from Debian, and names a file that needs what nobody listed", () => {
  const files = [
    { path: "a", limit: 1, needs: ["chromium"], isAlone: false },
    { path: "b", limit: 1, needs: ["chromium"], isAlone: false },
  ];
  assert.equal([...missingPackages(files, () => undefined)], [["chromium", ["a", "b"]]]);
  assert.equal([...missingPackages(files, () => "/usr/bin/chromium")], []);
  assert.throws(
    () => missingPackages([{ path: "c", limit: 1, needs: ["netscape"], isAlone: false }]),
    /c needs "netscape"/,
  );
  assert.ok(Object.keys(debianPackages).length > 0);
});

run.run();
