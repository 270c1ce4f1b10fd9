import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { writeAtomically } from "../../results/store/atomic-file.ts";
import { Journal, readJournal } from "../../results/store/journal.ts";
import { BrokenTable, type Column, readProvenance, readTable, writeTable } from "../../results/store/parquet-table.ts";

const test = suite("the store of results");

let folder = "";
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), "snapback-store-"));
});
test.after.each(() => rmSync(folder, { recursive: true }));

const columns: Column[] = [
  { name: "run", kind: "text", data: ["a", "b", "c"] },
  { name: "replication", kind: "whole", data: [0, 1, 2] },
  { name: "snapshot.interval", kind: "number", data: [0.1, Number.NaN, Number.POSITIVE_INFINITY] },
  { name: "rpo", kind: "number", data: [null, 1e-300, -0.5] },
  { name: "error", kind: "text", data: [null, 'ü, "quoted"', null] },
];

test("a table reads back as it was written, bit by bit, with what is missing and what is no number", async () => {
  const path = join(folder, "deep/er/table.parquet");
  writeTable(path, columns, { "snapback.code": "abc", empty: "" });
  assert.equal(await readTable(path), [
    { run: "a", replication: 0, "snapshot.interval": 0.1, rpo: null, error: null },
    { run: "b", replication: 1, "snapshot.interval": Number.NaN, rpo: 1e-300, error: 'ü, "quoted"' },
    { run: "c", replication: 2, "snapshot.interval": Number.POSITIVE_INFINITY, rpo: -0.5, error: null },
  ]);
  assert.equal(await readTable(path, ["rpo"]), [{ rpo: null }, { rpo: 1e-300 }, { rpo: -0.5 }]);
  const { rows, provenance } = readProvenance(path);
  assert.is(rows, 3);
  assert.is(provenance.get("snapback.code"), "abc");
  assert.equal(readdirSync(join(folder, "deep/er")), ["table.parquet"], "nothing is left beside it");
});

test("a table that was cut short anywhere is refused, never read in part", async () => {
  const path = join(folder, "table.parquet");
  writeTable(path, columns, { "snapback.code": "abc" });
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length; length += 7) {
    writeFileSync(path, whole);
    truncateSync(path, length);
    assert.throws(
      () => readProvenance(path),
      (error: unknown) => error instanceof BrokenTable && error.message.includes(path),
      `${length} bytes`,
    );
    const found = await readTable(path).catch((error: unknown) => error);
    assert.instance(found, BrokenTable, `${length} bytes`);
  }
});

test("a journal keeps what was written before its writer was killed, and goes on", () => {
  const path = join(folder, "j/one.jsonl");
  const first = new Journal(path);
  first.add({ id: "a", metrics: { x: Number.NaN, y: Number.NEGATIVE_INFINITY, z: 0.1 } });
  first.add({ id: "b" });
  first.close();
  const [whole] = [readFileSync(path)];
  // Whatever part of a third line arrives, it is no entry, and what comes after it is one.
  const third = Buffer.from(`${"0".repeat(8)} {"id":"c"}\n`);
  for (let length = 0; length <= third.length; length++) {
    writeFileSync(path, whole);
    appendFileSync(path, third.subarray(0, length));
    const next = new Journal(path);
    next.add({ id: "d" });
    next.close();
    assert.equal(readJournal(path), [
      { id: "a", metrics: { x: Number.NaN, y: Number.NEGATIVE_INFINITY, z: 0.1 } },
      { id: "b" },
      { id: "d" },
    ]);
  }
  assert.equal(readJournal(join(folder, "none")), []);
});

test("what is added after another process has taken a journal away begins a new one", () => {
  const path = join(folder, "taken.jsonl");
  const journal = new Journal(path);
  journal.add({ id: "a" });
  rmSync(path);
  journal.add({ id: "b" });
  journal.add({ id: "c" });
  journal.close();
  assert.equal(readJournal(path), [{ id: "b" }, { id: "c" }]);
});

test("a file that cannot be written whole leaves the one before, and nothing beside it", () => {
  const path = join(folder, "plan.json");
  writeAtomically(path, "before");
  assert.throws(() => writeAtomically(path, { length: 4 } as unknown as Uint8Array));
  assert.is(readFileSync(path, "utf8"), "before");
  assert.equal(readdirSync(folder), ["plan.json"]);
  writeAtomically(path, "after");
  assert.is(readFileSync(path, "utf8"), "after");
});

test.run();
