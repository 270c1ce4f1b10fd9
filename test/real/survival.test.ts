import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { losses, wayOf } from "../../real/drop/losses.ts";
import { survivalOf } from "../../real/drop/survival.ts";
import {
  readSurvivals,
  type SurvivalRow,
  safetyOf,
  survivalHead,
  survivalLine,
  survivalTable,
} from "../../real/drop/survival-rows.ts";
import type { Verdict } from "../../real/guest/guest-port.ts";
import { align } from "../../scenarios/align.ts";

const survival = suite("a guest without some of its pages");

const well: Verdict = {
  ...{ verified: true, sequence: 9, pages: 10, badPages: 0, first: "", blocks: 4, blocksBehind: 0, blocksAhead: 0 },
  ...{
    blocksTorn: 0,
    cached: 6,
    cachedBad: 0,
    keys: 0,
    keysBehind: 0,
    keysAhead: 0,
    processes: 5,
    killed: 0,
    wrong: 0,
  },
};
const ran = { exercised: true, what: "" };

survival("is intact when its stamps are right and its programs run, and degraded when one of them is not", () => {
  assert.equal(survivalOf(ran, well), { outcome: "intact", found: "" });
  assert.equal(survivalOf(ran, { ...well, verified: false, badPages: 2, first: "page 3 of class 0 is torn" }), {
    outcome: "degraded",
    found: "2 of 10 pages of its memory (page 3 of class 0 is torn)",
  });
  assert.equal(survivalOf(ran, { ...well, verified: false, cachedBad: 5, blocksTorn: 1, keysAhead: 2 }), {
    outcome: "degraded",
    found: "5 of 6 cached pages, 1 of 4 blocks of its disk, 2 keys",
  });
  assert.equal(survivalOf(ran, { ...well, verified: false }), { outcome: "degraded", found: "" });
  assert.equal(survivalOf({ exercised: false, what: "status 11" }, well), {
    outcome: "degraded",
    found: "its programs: status 11",
  });
});

survival(
  "is killed when processes of it are found killed and all else is right, and degraded when something else is not",
  () => {
    const killed = { ...well, verified: false, killed: 2 };
    assert.equal(survivalOf(ran, killed), { outcome: "killed", found: "2 of 5 processes killed" });
    const wrong = { ...killed, wrong: 1 };
    assert.equal(survivalOf(ran, wrong), {
      outcome: "degraded",
      found: "2 of 5 processes killed, 1 of 5 processes ended",
    });
    assert.is(survivalOf({ exercised: false, what: "files" }, killed).outcome, "degraded");
  },
);

const row: SurvivalRow = {
  ...{ seed: 1, memory: 128, accelerator: "tcg", pages: "free", instead: "zero-fill" },
  ...{ held: 20, left: 20, zero: 3, spared: "", outcome: "intact", found: "" },
} as const;

survival("is safe without what every guest was intact without, if any had such pages", () => {
  assert.is(safetyOf([row, { ...row, seed: 2, left: 0 }]), "yes");
  assert.is(safetyOf([row, { ...row, seed: 2, outcome: "degraded" }]), "NO");
  assert.is(safetyOf([{ ...row, left: 0 }]), "not told");
  assert.is(safetyOf([]), "not told");
  const killing: SurvivalRow = { ...row, instead: "kill-process", outcome: "killed" };
  assert.is(safetyOf([killing, row]), "yes");
  assert.is(safetyOf([{ ...killing, instead: "zero-fill" }]), "NO", "nobody was to be killed");
  assert.is(safetyOf([killing, { ...killing, outcome: "degraded" }]), "NO");
});

survival("is told of in lines that are read again, and counted by what it did without", () => {
  const rows: SurvivalRow[] = [
    row,
    { ...row, seed: 2, held: 30, left: 30 },
    { ...row, pages: "slab", outcome: "failed", found: 'its "port", closed\nat once' },
  ];
  const text = survivalHead + rows.map(survivalLine).join("");
  assert.is(text.split("\n").length, 5);
  const read = readSurvivals("some.csv", text);
  assert.equal(read, [rows[0], rows[1], { ...rows[2], found: 'its "port", closed at once' }]);
  assert.equal(survivalTable(read).slice(1), [
    ["free", "zero-fill", "25", "25", "2", "2", "0", "0", "0", "yes", ""],
    ["slab", "zero-fill", "20", "20", "1", "0", "0", "0", "1", "NO", 'its "port", closed at once'],
  ]);
  assert.throws(() => readSurvivals("some.csv", "a,b\n"), /some.csv:1: nothing of snapback survive/);
  assert.throws(() => readSurvivals("some.csv", `${survivalHead}1,2\n`), /some.csv:2: /);
  const wrong = survivalLine(row).replace("intact", "well");
  assert.throws(() => readSurvivals("some.csv", survivalHead + survivalLine(row) + wrong), /some.csv:3: outcome: /);
});

survival("is asked what each loss does, by names that are told apart", () => {
  const names = losses.map((loss) => `${loss.name}, ${wayOf(loss)}`);
  assert.is(new Set(names).size, losses.length);
  assert.ok(names.includes("free cache-clean cache-private-clean, zero-fill, re-read"));
});

survival("is told of in the published record as its restores say", () => {
  const published = (name: string): string =>
    readFileSync(new URL(`../../results/published/${name}`, import.meta.url), "utf8");
  const rows = readSurvivals("survival.csv", published("survival.csv"));
  const record = published("survival.md");
  assert.ok(record.includes(align(survivalTable(rows))));
  // Without each loss that is told of there, in each guest.
  const guests = new Set(rows.map(({ seed }) => seed)).size;
  assert.ok(record.includes(`--repetitions ${guests}\n`));
  assert.is(rows.length, guests * losses.length);
  const told = (own: readonly SurvivalRow[], of: "held" | "left"): string =>
    own.reduce((total, row) => total + row[of], 0).toLocaleString("en");
  const cached = rows.filter(({ instead, pages }) => instead === "re-read" && !pages.startsWith("free"));
  assert.ok(record.includes(`(${told(cached, "left")} of ${told(cached, "held")})`));
  const killed = rows.filter(({ instead }) => instead === "kill-process");
  assert.ok(record.includes(`All ${told(killed, "left")} of ${told(killed, "held")} pages`));
  for (const { found } of killed) assert.is(found, "4 of 5 processes killed");
});

survival.run();
