// needs: qemu-system-x86, qemu-utils, build-essential, iproute2
// limit: 400s
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { turnsOf } from "../../real/study/capture-study.ts";
import { type MeasuredCapture, measuredHead, measuredLine, readMeasured } from "../../real/study/measured-capture.ts";
import { snapbackArgs } from "../runner/command.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { testImage } from "./guest-image.ts";

const folder = mkdtempSync(join(tmpdir(), "measure-"));
const root = fileURLToPath(new URL("../..", import.meta.url));
const name = `m${process.pid.toString(36)}`;
const inventory = join(folder, "one.yaml");
writeFileSync(inventory, `name: ${name}\ndriver: namespace\nsubnet: 10.78.9.0/24\nhosts:\n  h1:\n  h2:\n`);
const snapback = (...args: string[]) =>
  spawnSync(process.execPath, snapbackArgs(...args), { cwd: root, encoding: "utf8" });

const study = suite("a study of captures");
study.after(() => {
  snapback("testbed", "down", inventory);
  rmSync(folder, { recursive: true, force: true });
});

const known: MeasuredCapture = {
  mode: "stop-and-copy",
  memory: 128 * 2 ** 20,
  hotPages: 6553,
  writes: 1000,
  repetition: 0,
  order: 0,
  host: "h1",
  accelerator: "tcg",
  pause: 0.25,
  captureDuration: 0.25,
  untilCut: 0.001,
  captureBytes: 100_000_000,
  writesBefore: 1000,
  writesDuring: 990.5,
  workDuring: 0.31,
  sinceCut: undefined,
  distinctPages: undefined,
  state: "corrupt",
  reason: '1 pages, "torn"\nand more',
};

const possible = async () =>
  process.getuid?.() !== 0 || ["ip", "tc", "qemu-img"].some((one) => findCommand(one) === undefined)
    ? undefined
    : testImage();

study(
  "goes on where it was stopped, verifies what it takes, and leaves nothing behind",
  skipUnless(possible, "needs root, Debian, QEMU and a C compiler", async () => {
    const out = join(folder, "captures.csv");
    writeFileSync(out, `${measuredHead}${measuredLine(known)}"post-copy",1`);
    const setting = ["--memory", "128", "--writes", "1000", "--hot", "0.2", "--repetitions", "1"];
    const run = snapback(
      "measure",
      inventory,
      "--out",
      out,
      "--mode",
      "stop-and-copy",
      "--mode",
      "post-copy",
      ...setting,
    );
    assert.is(run.status, 0, run.stderr);
    const [first, taken, ...others] = readMeasured("captures.csv", readFileSync(out, "utf8"));
    assert.equal(others, []);
    assert.is(first!.pause, known.pause, "what was there stays");
    assert.is(taken!.mode, "post-copy");
    assert.is(taken!.state, "verified", taken!.reason);
    assert.ok(taken!.pause > 0 && taken!.pause < taken!.captureDuration);
    assert.ok(taken!.captureBytes > 6553 * 4096 && taken!.captureBytes < 128 * 2 ** 20);
    assert.ok(taken!.writesBefore > 500 && taken!.writesBefore < 1100, `${taken!.writesBefore}`);
    assert.match(run.stdout, /captures\.csv: 2 captures, 1 verified/);
    assert.match(run.stdout, /^unsupported: stop-and-copy under tcg: 1 of 1 captures are not of one moment/m);
    assert.match(snapback("testbed", "status", inventory).stdout, /down/);
  }),
);

study("every setting comes once in each repetition, in an order that the seed decides", () => {
  const asked = {
    modes: ["stop-and-copy", "post-copy"],
    memories: [128, 256],
    writes: [0, 10],
    hot: 0.4,
    repetitions: 3,
  } as const;
  const turns = turnsOf({ ...asked, seed: 1 });
  assert.equal(turns, turnsOf({ ...asked, seed: 1 }));
  assert.not.equal(turns, turnsOf({ ...asked, seed: 2 }));
  for (let repetition = 0; repetition < 3; repetition++) {
    const own = turns.filter((one) => one.repetition === repetition);
    assert.is(new Set(own.map(({ memory, writes }) => `${memory} ${writes}`)).size, 4);
    for (const { modes } of own) assert.equal([...modes].sort(), ["post-copy", "stop-and-copy"]);
  }
  assert.ok(new Set(turns.map(({ modes }) => modes.join())).size > 1);
});

study(
  "rows are read as they were written; others are refused with their line, and so is a study that cannot be",
  () => {
    const text = `${measuredHead}${measuredLine(known)}`;
    assert.equal(readMeasured("c.csv", text), [{ ...known, reason: '1 pages, "torn" and more' }]);
    assert.throws(() => readMeasured("c.csv", "a,b\n"), /^c\.csv:1: no captures of snapback measure/);
    assert.throws(() => readMeasured("c.csv", text.replace("0.25", "soon")), /^c\.csv:2: pause: /);
    const compared = { ...known, sinceCut: 2.5, distinctPages: 1234 };
    assert.equal(readMeasured("c.csv", `${measuredHead}${measuredLine(compared)}`)[0]!.distinctPages, 1234);
    assert.throws(() => readMeasured("c.csv", `${text}1,2\n`), /^c\.csv:3: 2 cells; expected 19/);
    assert.throws(() => readMeasured("c.csv", text.replace("0.25", "")), /^c\.csv:2: pause: expected a number/);
    assert.throws(() => readMeasured("c.csv", text.replace("0.25", "-1")), /^c\.csv:2: pause: expected a number/);
    assert.throws(() => readMeasured("c.csv", text.replace("100000000", "0.5")), /^c\.csv:2: captureBytes: /);
    assert.throws(() => readMeasured("c.csv", text.replace("corrupt,", "corrupt,,")), /^c\.csv:2: 20 cells/);
    for (const [option, value] of [
      ["--memory", "64"],
      ["--repetitions", "0"],
      ["--hot", "0.9"],
      ["--writes", "-1"],
    ] as const) {
      const run = snapback("measure", inventory, "--out", join(folder, "none.csv"), `${option}=${value}`);
      assert.is(run.status, 1);
      assert.match(run.stderr, new RegExp(`^${option}: expected `));
    }
    assert.match(snapback("measure", join(folder, "no.yaml"), "--out", join(folder, "none.csv")).stderr, /no\.yaml/);
  },
);

study.run();
