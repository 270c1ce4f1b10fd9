import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { calibrate } from "../../real/study/calibration.ts";
import { type MeasuredCapture, measuredHead, measuredLine } from "../../real/study/measured-capture.ts";
import { Streams } from "../../sim/index.ts";

const folder = mkdtempSync(join(tmpdir(), "calibration-"));
const root = fileURLToPath(new URL("../..", import.meta.url));
const tsx = import.meta.resolve("tsx");
const snapback = (...args: string[]) =>
  spawnSync(process.execPath, ["--import", tsx, join(root, "cli.ts"), ...args], { cwd: folder, encoding: "utf8" });
const studies = suite("a calibration");
studies.after(() => rmSync(folder, { recursive: true, force: true }));

/** What the captures below are made of. */
const truth = { fixed: 0.08, copyRate: 9e8, device: 0.012, unprotectPerPage: 15e-6, inUse: 5e7, inUsePart: 0.45 };

/** Captures as the model has them, each held up a little by chance. */
const captures = (seed: number, noise: number, memories = [128, 160, 192, 256]): MeasuredCapture[] => {
  const draws = new Streams(seed).get("noise");
  const off = (): number => Math.exp(noise * draws.normal(0, 1));
  const rows: MeasuredCapture[] = [];
  for (let repetition = 0; repetition < 10; repetition++)
    for (const mebibytes of memories)
      for (const mode of ["stop-and-copy", "pre-copy", "post-copy"] as const) {
        const memory = mebibytes * 2 ** 20;
        const captureBytes = Math.round(truth.inUse + truth.inUsePart * memory + 1e5 * draws.normal(0, 1));
        const copying = captureBytes / truth.copyRate;
        const behind = copying + (captureBytes / 4096) * truth.unprotectPerPage;
        const pause =
          off() * { "stop-and-copy": truth.fixed + copying, "pre-copy": truth.fixed, "post-copy": truth.device }[mode];
        const untilCut = mode === "pre-copy" ? copying : 0.001;
        const duration = { "stop-and-copy": pause, "pre-copy": copying + pause, "post-copy": pause + off() * behind }[
          mode
        ];
        rows.push({
          ...{ mode, memory, hotPages: Math.floor(mebibytes * 256 * 0.4), writes: 0, repetition, order: rows.length },
          ...{
            host: "h",
            accelerator: "tcg",
            pause,
            captureDuration: duration + (mode === "pre-copy" ? 0 : untilCut),
            untilCut,
          },
          ...{
            captureBytes,
            writesBefore: 0,
            writesDuring: 0,
            workDuring: 1,
            sinceCut: undefined,
            distinctPages: undefined,
          },
          ...{ state: "verified", reason: "" },
        });
      }
  return rows;
};

studies("finds what captures are made of, within its intervals as often as they say", () => {
  const exact = calibrate(captures(1, 1e-9));
  for (const [name, value] of Object.entries(truth)) {
    const found = exact[name as keyof typeof truth].value;
    assert.ok(
      Math.abs(found / value - 1) < (name.startsWith("inUse") ? 0.01 : 1e-3),
      `${name}: ${found}, in truth ${value}`,
    );
  }
  const trials = 200;
  const held = { fixed: 0, device: 0 };
  for (let seed = 1; seed <= trials; seed++) {
    const found = calibrate(captures(seed, 0.2));
    for (const name of ["fixed", "device"] as const)
      if (found[name].lower <= truth[name] && truth[name] <= found[name].upper) held[name]++;
  }
  for (const [name, count] of Object.entries(held)) {
    // Intervals of medians hold more than 95 %, as ranks are whole: 96.2 % with 40 captures.
    const z = (count - 0.962 * trials) / Math.sqrt(trials * 0.962 * 0.038);
    assert.ok(Math.abs(z) < 3.5, `${name}: ${count} of ${trials} intervals`);
  }
});

studies("refuses captures that cannot tell a parameter, and names it", () => {
  const rows = captures(3, 0.1);
  const without = (mode: string) => rows.filter((row) => row.mode !== mode);
  assert.throws(() => calibrate(without("pre-copy")), /^fixed: not to be told from 0 verified captures by pre-copy/);
  assert.throws(() => calibrate(without("stop-and-copy")), /^copyRate: not to be told from 0/);
  assert.throws(() => calibrate(without("post-copy")), /^unprotectPerPage: not to be told from 0/);
  assert.throws(() => calibrate(captures(3, 0.1, [128])), /^inUse and inUsePart: .* of 1 memories/);
  assert.throws(() => calibrate(rows.map((row) => ({ ...row, state: "corrupt" }))), /not to be told/);
});

studies(
  "the model is right about captures that are made as it says, in settings that were held out; and not about others",
  () => {
    const write = (name: string, rows: readonly MeasuredCapture[]): void =>
      writeFileSync(join(folder, name), `${measuredHead}${rows.map(measuredLine).join("")}`);
    write("right.csv", captures(4, 0.05));
    const fit = snapback("calibrate", "right.csv", "--memory", "128", "--memory", "256", "--out", "here");
    assert.is(fit.status, 0, fit.stderr);
    assert.match(fit.stdout, /copyRate +\S+ B\/s/);
    assert.match(
      readFileSync(join(folder, "here.yaml"), "utf8"),
      /^ {4}copyRate: \S+MB\/s # measured: stop-and-copy; 95 %: /m,
    );
    const right = snapback("validate", "here.yaml", "--measured", "right.csv", "--out", "report");
    assert.is(right.status, 0, right.stderr);
    assert.match(right.stdout, /6 held-out settings\. All goals are met/);
    const { judged } = JSON.parse(readFileSync(join(folder, "report", "validation.json"), "utf8")) as {
      judged: { metric: string; mode: string; error: { meanAbsoluteRelative: number } }[];
    };
    for (const { metric, mode, error } of judged)
      assert.ok(error.meanAbsoluteRelative < 0.06, `${metric} of ${mode}: ${error.meanAbsoluteRelative}`);
    assert.match(readFileSync(join(folder, "report", "validation.svg"), "utf8"), /^<svg/);

    write(
      "wrong.csv",
      captures(4, 0.05).map((row) => ({ ...row, pause: row.mode === "post-copy" ? 2 * row.pause : row.pause })),
    );
    const wrong = snapback("validate", "here.yaml", "--measured", "wrong.csv");
    assert.match(wrong.stdout, /NOT met: pause of post-copy \((4[89]|5[0-2])\.\d %\)/);
    assert.match(wrong.stdout, /More than noise: pause of post-copy/);

    write("fitted.csv", captures(4, 0.05, [128, 256]));
    const nothing = snapback("validate", "here.yaml", "--measured", "fitted.csv");
    assert.is(nothing.status, 1);
    assert.match(nothing.stderr, /was fitted to all but 0 of its settings/);
    assert.match(
      snapback("validate", "here.yaml", "--measured", "no.csv").stderr,
      /^no\.csv: .*snapback measure writes/,
    );
    assert.match(snapback("validate", "none.yaml", "--measured", "right.csv").stderr, /^none\.json: .*--calibration/);
  },
);

studies("what is published is what the published captures say of the model", () => {
  const published = join(root, "results", "published");
  const [scenario, measured] = [join(published, "calibrated.yaml"), join(published, "captures.csv")];
  const run = snapback("validate", scenario, "--measured", measured);
  assert.is(run.status, 0, run.stderr);
  assert.ok(readFileSync(join(published, "validation.md"), "utf8").includes(run.stdout.trim()));
});

studies.run();
