import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readCurveCsv } from "../../scenarios/csv-forms/curve-csv.ts";
import { csvFaults, csvSource } from "./csv-source.ts";

const test = suite("distinct-write curves of one's own");

const read = (text: string): readonly (readonly [number, number])[] =>
  readCurveCsv(csvSource(text), [])!.points.map(({ seconds, pages }) => [seconds, pages] as const);
const notes = (text: string): readonly string[] => readCurveCsv(csvSource(text), [])!.notes;

test("each line is a time and how many distinct pages were written within it", () => {
  assert.equal(read("seconds,distinctPages\n1,200\n10,1500\n"), [
    [1, 200],
    [10, 1500],
  ]);
});

test("times and bytes may have units; without one they are seconds and bytes", () => {
  assert.equal(read("distinctBytes,seconds\n8KiB,100ms\n40960,2\n1MiB,1m\n"), [
    [0.1, 2],
    [2, 10],
    [60, 256],
  ]);
});

test("what is odd but harmless is counted, each kind with the line where it was met first", () => {
  const text = "seconds,distinctPages,guest\n0,0,a\n2,30,a\n1,20,a\n2,31,a\n5,25,a\n6,24,a";
  assert.equal(notes(text), [
    "5 points from 1s to 6s",
    "1 × the point at 0 seconds, where every curve begins (first at line 2)",
    "1 × earlier than the line before, sorted (first at line 4)",
    "1 × a time that was measured before, both are fitted (first at line 5)",
    "2 × fewer pages than after a shorter time, though no curve can fall (first at line 6)",
    '1 column ignored: "guest"',
    "its last line does not end, so the file may have been cut off",
  ]);
});

const header = "seconds,distinctPages\n";
const cases: readonly (readonly [law: string, text: string, expected: RegExp])[] = [
  [
    "an empty file",
    "",
    /^1:1: is empty; a distinct-write curve begins with the header seconds,distinctPages or distinctBytes$/,
  ],
  ["a missing column", "seconds,dirty\n1,2\n", /^1:1: a distinct-write curve needs the header/],
  ["a misspelt column", "second,distinctPages\n1,2\n", /^1:1: unknown column "second"; did you mean seconds\?$/],
  [
    "pages and bytes at once",
    "seconds,distinctPages,distinctBytes\n1,2,3\n",
    /^1:1: give distinctPages or distinctBytes, not both$/,
  ],
  ["a negative time", `${header}-1,5\n`, /^2:1: seconds must be at least 0, not -1$/],
  ["a time before anything can happen", `${header}1e-300,5\n`, /^2:1: seconds must be 0 or at least 1e-9, not 1e-300$/],
  [
    "a time after everything has happened",
    `${header}1e300,5\n`,
    /^2:1: seconds must be at most 1000000000s, not 1e300$/,
  ],
  ["pages at once", `${header}0,5\n`, /^2:3: within 0 seconds nothing can be written, not 5$/],
  ["nothing but the beginning", `${header}0,0\n`, /^2:1: has no point after 0 seconds$/],
  ["a time in an unknown unit", `${header}5 parsecs,5\n`, /^2:1: seconds: "parsecs" is not a unit of a duration/],
  ["negative pages", `${header}1,-5\n`, /^2:3: distinctPages must be at least 0, not -5$/],
  ["pages that are no number", `${header}1,many\n`, /^2:3: distinctPages must be a number, not "many"$/],
  ["pages with a unit", `${header}1,5MiB\n`, /^2:3: distinctPages must be a number, not "5MiB"$/],
  ["an empty cell", `${header}1,\n`, /^2:3: distinctPages is empty: give a number$/],
  [
    "more points than are fitted",
    header + Array.from({ length: 10_001 }, (_, i) => `${i + 1},5\n`).join(""),
    /^10002:7: has 10001 points; at most 10000/,
  ],
];

for (const [law, text, expected] of cases)
  test(`${law}: told with line and column`, () => {
    const found = csvFaults(readCurveCsv, text);
    assert.is(found.length, 1, found.join("\n"));
    assert.match(found[0]!, expected);
  });

test.run();
