// limit: 300s
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { snapbackArgs } from "../runner/command.ts";

interface Figures {
  readonly points: readonly {
    readonly panel: string;
    readonly policy: string;
    readonly measure: string;
    readonly interval: number;
    readonly mean: number;
  }[];
  readonly closedForms: readonly {
    readonly panel: string;
    readonly policy: string;
    readonly interval: number;
    readonly value: number;
  }[];
  readonly optima: readonly {
    readonly panel: string;
    readonly policy: string;
    readonly measure: string;
    readonly interval: number;
    readonly value: number;
  }[];
}

const folder = mkdtempSync(join(tmpdir(), "snapback-start-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const args = snapbackArgs("start", "--replications", "3", "--out", "figure");
const output = execFileSync(process.execPath, args, {
  cwd: folder,
  encoding: "utf8",
  stdio: ["ignore", "pipe", "inherit"],
});
const figures = JSON.parse(readFileSync(join(folder, "figure/availability-vs-interval.json"), "utf8")) as Figures;

test("start prints the optimum of every curve, what they mean in a sentence, and where the figure is", () => {
  for (const line of [/stop-and-copy, full\n {2}best workRatio 0\.99/, /In one sentence: .* does most useful work/]) {
    assert.match(output, line);
  }
  assert.match(output, /each replication draws 12 of its 400 nodes/);
  for (const ending of ["png", "svg", "json"])
    assert.ok(output.includes(join("figure", `availability-vs-interval.${ending}`)));
});

test("start writes a picture that can be opened", () => {
  const png = readFileSync(join(folder, "figure/availability-vs-interval.png"));
  assert.is(png.subarray(1, 4).toString("latin1"), "PNG");
  assert.match(readFileSync(join(folder, "figure/availability-vs-interval.svg"), "utf8"), /^<svg/);
});

test("every optimum is the best point of its own curve", () => {
  assert.is(figures.optima.length, 8);
  for (const { panel, policy, measure, value } of figures.optima) {
    const curve = figures.points.filter(
      (one) => one.panel === panel && one.policy === policy && one.measure === measure,
    );
    assert.is(value, Math.max(...curve.map(({ mean }) => mean)));
  }
});

test("where failures hardly matter, the renewal form and the simulation agree", () => {
  const short = figures.closedForms.filter(({ interval }) => interval <= 60);
  assert.is(short.length, 12);
  for (const { panel, policy, interval, value } of short) {
    const point = figures.points.find(
      (one) => one.panel === panel && one.policy === policy && one.interval === interval && one.measure === "workRatio",
    )!;
    // Work lost to failures is of the order of 1e-5 here; what is left is the overhead of the cycle, which VMs that have
    // to share a host after a failure pay twice.
    assert.ok(
      Math.abs(point.mean - value) < 0.02 * (1 - value) + 1e-4,
      `${policy} at ${interval} s: ${point.mean}, ${value}`,
    );
  }
});

test("post-copy with lazy incremental records has its optimum at a shorter interval and loses less", () => {
  const [stop, post] = ["stop-and-copy, full", "post-copy, lazy-incremental"].map((policy) =>
    figures.optima.find(
      (one) => one.panel.startsWith("InfiniteHBD") && one.policy === policy && one.measure === "workRatio",
    ),
  );
  assert.ok(post!.interval <= stop!.interval);
  assert.ok(post!.value > stop!.value);
});

test.run();
