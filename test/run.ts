/**
 * Runs the tests: `npm test`, `npm test test/sim/store.test.ts`, `npm test fluid`.
 *
 * uvu alone is silent about what it did not run. Here every file runs in a process of its own, in parallel and with a
 * limit of time, and a file without tests, a hang, a crash, a pattern that means nothing and a run without tests fail.
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { missingPackages, providePackages } from "./runner/debian-packages.ts";
import { failed, type Outcome } from "./runner/outcome.ts";
import { fileLine, report } from "./runner/report.ts";
import { runFile } from "./runner/run-file.ts";
import { Transpiled } from "./runner/sources/transpile.ts";
import { findTestFiles, matching, readTestFile, type TestFile } from "./runner/test-file.ts";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const say = (line: string): void => console.log(line);

/** Files that are over before all sources are transpiled; they are loaded as this process is. */
const few = 8;

/** The files that the command line means; a name of a file need not look like a test's. */
const select = async (patterns: readonly string[]): Promise<TestFile[]> => {
  const all = await findTestFiles(root);
  const chosen = patterns.flatMap((argument) => {
    const pattern = argument.replace(/^\.\//, "");
    const paths = pattern.endsWith(".ts") && existsSync(`${root}/${pattern}`) ? [pattern] : matching(pattern, all);
    if (paths.length === 0) throw new Error(`no file of tests matches "${pattern}"`);
    return paths;
  });
  const files = [...new Set(patterns.length > 0 ? chosen : all)].map((path) => readTestFile(root, path));
  // Files that ask for much time go first, so that none of them is left alone at the end.
  return files.sort((a, b) => b.limit - a.limit);
};

const runAll = async (
  files: readonly TestFile[],
  execArgv: readonly string[],
  signal: AbortSignal,
): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  const work = async (waiting: TestFile[]): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined && !signal.aborted; file = waiting.shift()) {
      const outcome = await runFile(file, { root, execArgv, signal });
      outcomes.push(outcome);
      say(fileLine(outcome, process.stdout.isTTY));
    }
  };
  await work(files.filter(({ isAlone }) => isAlone));
  const together = files.filter(({ isAlone }) => !isAlone);
  await Promise.all(Array.from({ length: availableParallelism() }, () => work(together)));
  return outcomes.sort((a, b) => (a.path < b.path ? -1 : 1));
};

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interruption.abort());

try {
  const files = await select(process.argv.slice(2));
  providePackages(missingPackages(files), say);
  await using sources = files.length > few ? await Transpiled.of(root) : undefined;
  const outcomes = await runAll(files, sources?.execArgv ?? process.execArgv, interruption.signal);
  const green = outcomes.every((outcome) => failed(outcome) === 0);
  const ran = outcomes.some((outcome) => outcome.passed > 0);
  if (green && !ran) say("No test ran.");
  say(`\n${report(outcomes, root)}`);
  process.exitCode = interruption.signal.aborted ? 130 : green && ran ? 0 : 1;
} catch (error) {
  say(`${(error as Error).message}\n\n0 passed, 1 failed, 0 skipped`);
  process.exitCode = 1;
}
