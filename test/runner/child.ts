// Runs one file of tests in a process of its own and tells the runner over IPC what came of it.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Message } from "./outcome.ts";
import { suitesThatNeverRun } from "./unrun-suites.ts";

/** What uvu's own runner returns for a suite: its errors as text (or true), and three counts. */
type UvuResult = [errors: string | true, passed: number, skipped: number, total: number];
const uvu = globalThis as unknown as {
  UVU_DEFER: number;
  UVU_INDEX: number;
  UVU_QUEUE: (() => Promise<UvuResult>)[][];
};

const tell = (message: Message): Promise<void> =>
  new Promise((resolve, reject) => {
    if (!process.send) throw new Error("child.ts is started by test/run.ts; to run one file: npm test <file>");
    process.send(message, undefined, undefined, (error) => (error ? reject(error) : resolve()));
  });

/** uvu joins the errors of a suite into one text; each begins with the mark FAIL on a line of its own. */
const separate = (errors: string | true): string[] =>
  errors === true ? [] : errors.split(/^(?= {3}FAIL )/m).map((error) => error.trimEnd());

// Should the runner die, this process and all it started go with it.
process.once("disconnect", () => process.kill(-process.pid, "SIGKILL"));
process.channel?.unref();

const [file = ""] = process.argv.slice(2);
uvu.UVU_DEFER = 1;
uvu.UVU_INDEX = 0;
uvu.UVU_QUEUE = [[]];
await import(pathToFileURL(file).href);
const suites = uvu.UVU_QUEUE.flat();

let tests = 0;
for (const run of suites) {
  const [errors, passed, skipped, total] = await run();
  const failures = separate(errors);
  await tell({ kind: "suite", passed, failures });
  tests += total;

  const lost = total - passed - failures.length;
  if (lost > 0)
    await tell({
      kind: "trouble",
      trouble: `${lost} of its tests never ended: a hook "before" or "after.each" threw, or a test threw what is no Error (uvu swallows these)`,
    });
  if (skipped > 0)
    await tell({
      kind: "trouble",
      trouble: `"test.skip" or "test.only" left tests out without a reason; use skipUnless(condition, reason, test)`,
    });
}
for (const name of suitesThatNeverRun(readFileSync(file, "utf8")))
  await tell({
    kind: "trouble",
    trouble: `tests of the suite "${name}" never run: the file does not end with ${name}.run()`,
  });
if (tests === 0)
  await tell({ kind: "trouble", trouble: "it registered no test: a file of tests ends with test.run()" });
await tell({ kind: "end" });
