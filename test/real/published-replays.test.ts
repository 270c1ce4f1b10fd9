import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ClusterScenario } from "../../models/scenario.ts";
import { calibrateCommand } from "../../real/commands/calibrate.ts";
import { validate } from "../../real/commands/validate.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { loadScenario } from "../../scenarios/load.ts";
import { capturedLine } from "../scenarios/captured-line.ts";

const published = fileURLToPath(new URL("../../results/published/", import.meta.url));
const replays = join(published, "replayed");
const fitted = JSON.parse(readFileSync(join(replays, "fitted.json"), "utf8")) as {
  readonly parameters: readonly {
    readonly name: string;
    readonly value: number;
    readonly lower: number;
    readonly upper: number;
  }[];
};
const test = suite("the published replays");

test("cost what the published fit says, and the scenario has it", () => {
  const folder = mkdtempSync(join(tmpdir(), "snapback-published-"));
  try {
    const run = ["1", "2", "3", "4"];
    calibrateCommand(capturedLine(folder).line, { captures: replays, run, extends: "replayed", out: "again" });
    const again = JSON.parse(readFileSync(join(folder, "again.json"), "utf8")) as typeof fitted;
    assert.equal(again.parameters, fitted.parameters);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const { snapshot, rollback } = loadScenario("replayed", { files: diskFiles, folder: "/" }).points[0]!
    .scenario as ClusterScenario;
  for (const { name, value } of fitted.parameters) {
    const key = name.replace(/.*\./, "");
    const said = { ...snapshot.costs, ...rollback }[key as keyof typeof snapshot.costs];
    assert.ok(Math.abs(Number(said) / value - 1) < 0.01, `${name}: ${said} in the scenario, ${value} by the fit`);
  }
});

test("say of the model what is published", async () => {
  const [, command] = /Command: `snapback validate (.*)`/.exec(readFileSync(join(replays, "validation.md"), "utf8"))!;
  const set = command!
    .split(" --set ")
    .slice(1)
    .map((word) => word.replace(/^'(.*)'$/, "$1"));
  const { line, out } = capturedLine(published);
  const given = { scenario: "replayed", replays: "replayed", calibration: "replayed/fitted.json", set };
  await validate(line, { ...given, repetitions: 1, seed: 1 });
  const judged = out()
    .replace(/^left out.*\n/gm, "")
    .trim();
  assert.ok(readFileSync(join(replays, "validation.md"), "utf8").includes(judged), judged);
});

test.run();
