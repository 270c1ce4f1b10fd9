// limit: 600s
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { snapbackArgs } from "../runner/command.ts";
import { faults, load } from "./overlay.ts";

const test = suite("documents");

const blocks = (document: string, language: string): string[] => {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, block]) => block!);
};

test("every scenario in the documents can be loaded", () => {
  const scenarios = blocks("scenarios/README.md", "yaml");
  assert.is(scenarios.length, 8);
  for (const scenario of scenarios) assert.equal(faults(scenario), []);
});

test("the trace in the documents is read as it is described", () => {
  const [csv] = blocks("scenarios/traces/README.md", "csv");
  const texts = { "a.yaml": "failures: { host: { trace: ./mine.csv, nodes: 64, span: 1y } }", "mine.csv": csv! };
  const { scenario } = load(texts).points[0]!;
  assert.ok(scenario.model === "cluster" && scenario.failures.host.kind === "trace");
  const { byNode, span } = scenario.failures.host.trace;
  assert.is(span, 365 * 86_400);
  assert.is(byNode.length, 64);
  assert.equal(byNode.slice(0, 2), [
    [
      { start: 259_200, end: 302_400 },
      { start: 864_000, end: 864_900 },
    ],
    [{ start: 1_080_000, end: Infinity }],
  ]);
});

test("the forms in the documents are read as they are described", () => {
  const [curve, mix, traffic] = blocks("scenarios/csv-forms/README.md", "csv");
  const files = { "curve.csv": curve!, "mix.csv": mix!, "traffic.csv": traffic! };
  assert.equal(faults({ ...files, "a.yaml": "cluster: { traffic: { matrix: ./traffic.csv } }" }), []);
  for (const workload of [
    "{ curve: ./curve.csv }",
    "{ mix: ./mix.csv }",
    "./mix.csv",
    "{ mix: database, curve: ./curve.csv }",
  ])
    assert.equal(faults({ ...files, "a.yaml": `cluster: { workload: ${workload} }` }), [], workload);
});

/** The same but for its numbers. */
const shape = (line: string): string => line.replace(/\d+(\.\d+)?/g, "#").replace(/ +/g, " ");

const numbers = (line: string): number[] => (line.match(/\d+(\.\d+)?/g) ?? []).map(Number);

/** As it was printed, or with numbers that another engine rounds otherwise. */
const isPrinted = (line: string, printed: readonly string[]): boolean =>
  printed.some((one) => {
    if (shape(one.trim()) !== shape(line.trim())) return false;
    const told = numbers(line);
    return numbers(one).every((number, i) => Math.abs(number - told[i]!) <= 0.02 * Math.abs(number));
  });

/** What the first page shows: a command of snapback on the first line, then what it prints. */
const sessions = blocks("README.md", "console").flatMap((block) => block.split(/^\$ /m).slice(1));

/** The words of a command as a document has it, without `snapback` and without a remark. */
const wordsOf = (command: string): string[] => command.replace(/#.*/, "").trim().split(/\s+/).slice(1);

test("what the first page says that commands print is what they print", () => {
  const [scenario] = blocks("README.md", "yaml");
  assert.is(sessions.length, 5);
  const folder = mkdtempSync(join(tmpdir(), "snapback-readme-"));
  try {
    writeFileSync(join(folder, "mine.yaml"), scenario!);
    for (const session of sessions) {
      const [command, ...told] = session.trimEnd().split("\n");
      const words = wordsOf(command!);
      const done = spawnSync(process.execPath, snapbackArgs(...words), {
        cwd: folder,
        encoding: "utf8",
      });
      assert.is(done.status, 0, `${command}\n${done.stderr}`);
      const printed = done.stdout.split("\n");
      assert.equal(
        told.filter((line) => line !== "…" && !isPrinted(line, printed)),
        [],
        `${command}\n${done.stdout}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("every snapback command of the first page runs, on the scenario of the first page", () => {
  const [scenario] = blocks("README.md", "yaml");
  const all = blocks("README.md", "sh").flatMap((block) => block.match(/^snapback .*/gm) ?? []);
  // Testbeds need root and minutes, and have tests of their own.
  const commands = all.filter(
    (command) => !/^snapback (testbed|replay|sweep|cut|survive|measure|calibrate|validate) /.test(command),
  );
  assert.equal([commands.length, all.length - commands.length], [23, 10]);
  // What is shown with what it prints has been run.
  const shown = sessions.map((session) => wordsOf(session.split("\n")[0]!).join(" "));
  const folder = mkdtempSync(join(tmpdir(), "snapback-readme-"));
  try {
    writeFileSync(join(folder, "mine.yaml"), scenario!);
    for (const command of commands) {
      const words = wordsOf(command);
      if (shown.includes(words.join(" "))) continue;
      const done = spawnSync(process.execPath, snapbackArgs(...words), {
        cwd: folder,
        encoding: "utf8",
      });
      assert.is(done.status, 0, `${command}\n${done.stdout}${done.stderr}`);
      assert.ok(done.stdout.trim() !== "", command);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
