// limit: 600s
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { snapbackArgs } from "../runner/command.ts";

const command = snapbackArgs("figure");

interface Point {
  readonly column: string;
  readonly row: "achieved" | "loss" | "pause" | "age";
  readonly series: string;
  readonly x: number;
  readonly mean: number;
}

const folder = mkdtempSync(join(tmpdir(), "snapback-figure-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const output = execFileSync(
  process.execPath,
  [...command, "second-level-snapshots", "--replications", "2", "--out", "out"],
  { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
);
const read = <T>(name: string): T => JSON.parse(readFileSync(join(folder, "out", `${name}.json`), "utf8")) as T;
const { points } = read<{ readonly points: readonly Point[] }>("second-level-snapshots");

const fast = ["web, 10 Gbit/s, NVMe", "key-value, 10 Gbit/s, NVMe"];
const slow = "key-value, 1 Gbit/s, SATA SSD";
const lazy = "post-copy, lazy-incremental";
const modes = [...new Set(points.map(({ series }) => series))];

const at = (column: string, series: string, row: Point["row"], x: number): number =>
  points.find((one) => one.column === column && one.series === series && one.row === row && one.x === x)!.mean;

test("every way of capturing and recording has its curve in each setting", () => {
  assert.is(modes.length, 7);
  for (const column of [...fast, slow])
    for (const series of modes) assert.ok(at(column, series, "achieved", 600) >= 599, `${column}; ${series}`);
});

test("post-copy with lazy incremental records keeps an interval of one second where disks and links are fast enough", () => {
  for (const column of fast) {
    assert.ok(at(column, lazy, "achieved", 1) <= 1.01, column);
    assert.ok(at(column, lazy, "pause", 1) < 0.05, column);
  }
  assert.ok(at(slow, lazy, "achieved", 1) > 5);
});

test("no full record keeps an interval of one second", () => {
  for (const column of [...fast, slow])
    for (const series of modes.filter((one) => one.endsWith(", full")))
      assert.ok(at(column, series, "achieved", 1) > 1.5, `${column}; ${series}`);
});

test("a lazy incremental record costs no more work than an incremental one, and that less than stop-and-copy", () => {
  for (const column of fast) {
    for (const interval of [1, 10, 60, 600]) {
      const [least, middle, most] = [lazy, "post-copy, incremental", "stop-and-copy, incremental"].map((series) =>
        at(column, series, "loss", interval),
      );
      assert.ok(least! <= middle! && middle! < most!, `${column}, ${interval} s: ${least}, ${middle}, ${most}`);
    }
  }
});

test("a restore point is older than half an interval, and a shorter interval than can be kept makes it older", () => {
  for (const { column, series, x, mean } of points.filter(({ row }) => row === "age"))
    assert.ok(mean >= at(column, series, "achieved", x) / 2, `${column}; ${series}; ${x} s: ${mean}`);
  // The links are taken by copies of snapshots that nobody could wait for.
  assert.ok(at(slow, lazy, "age", 1) > at(slow, lazy, "age", 60));
});

test("the figure says what stops a shorter interval, and what can be compared with published figures", () => {
  assert.match(
    output,
    /post-copy, lazy-incremental {3}[12]m .* of work; (30s|1m): (the copies do not become durable|old versions are not merged) in time/,
  );
  assert.match(output, /In one sentence: .* is kept by .*post-copy, lazy-incremental; it costs \d/);
  assert.match(output, /HotSnap \(2013\)/);
  const { simulated } = read<{ readonly simulated: readonly { readonly points: readonly Losses[] }[] }>(
    "published-trends",
  );
  for (const { points: losses } of simulated) {
    const [first, last] = [losses[0]!, losses.at(-1)!];
    assert.ok(first.baseline - first.lazy > 3 * (last.baseline - last.lazy));
  }
  assert.is(read<{ readonly cells: readonly unknown[] }>("one-second-map").cells.length, 7 * 24);
});

interface Losses {
  readonly baseline: number;
  readonly lazy: number;
}

test("without a name the figures are listed; a misspelt name is answered with the nearest", () => {
  const run = (...args: string[]) => spawnSync(process.execPath, [...command, ...args], { encoding: "utf8" });
  assert.match(run().stdout, /availability-vs-interval .*\nsecond-level-snapshots /);
  const { status, stderr } = run("second-level-snapshot");
  assert.is(status, 1);
  assert.match(stderr, /there is no figure second-level-snapshot.*second-level-snapshots/);
});

test.run();
