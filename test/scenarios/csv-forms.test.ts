import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fitWrites } from "../../models/guest/fit-writes.ts";
import { readCurveCsv } from "../../scenarios/csv-forms/curve-csv.ts";
import { readMixCsv } from "../../scenarios/csv-forms/mix-csv.ts";
import { readTrafficCsv } from "../../scenarios/csv-forms/traffic-csv.ts";
import type { Issue } from "../../scenarios/text/issue.ts";
import type { Source } from "../../scenarios/text/place.ts";
import { csvFaults, csvSource } from "./csv-source.ts";

const test = suite("files of one's own, whatever is in them");

const readers: { readonly [header: string]: (source: Source, issues: Issue[]) => unknown } = {
  "seconds,distinctPages": readCurveCsv,
  "seconds,distinctBytes": readCurveCsv,
  "type,pages,writesPerSecond,zero,unique": readMixCsv,
  "from,to,messagesPerSecond": (source, issues) => readTrafficCsv(source, 3, issues),
};

const cell = fc.oneof(
  fc.constantFrom(
    "0",
    "1",
    "2",
    "0.5",
    "1e3",
    "-1",
    "",
    "NaN",
    "Infinity",
    "1e999",
    "0x10",
    "1s",
    "5MiB",
    "free",
    "kernel",
    '"1"',
    " 1 ",
    "1;2",
    "\0",
    "😀",
    "50%",
  ),
  fc.string({ maxLength: 5 }),
);
const line = fc.array(cell, { minLength: 1, maxLength: 6 }).map((cells) => cells.join(","));
const ends = fc.constantFrom("\n", "\r\n", "");

for (const [header, read] of Object.entries(readers))
  test(`${header}: any text is read, or refused with at least one place inside it; nothing else happens`, () => {
    const head = fc.oneof({ weight: 4, arbitrary: fc.constant(header) }, { weight: 1, arbitrary: line });
    fc.assert(
      fc.property(head, fc.array(line, { maxLength: 6 }), ends, (first, lines, end) => {
        const text = [first, ...lines].join(end === "" ? "\n" : end) + end;
        // It throws unless a reader returns nothing exactly if something is wrong.
        for (const fault of csvFaults(read, text)) {
          const [row, column] = fault.split(":").map(Number) as [number, number];
          const written = text.split("\n")[row - 1];
          assert.ok(written !== undefined && column >= 1 && column <= written.length + 1, `${fault}\n${text}`);
        }
      }),
      { seed: 7, numRuns: 400 },
    );
  });

test("every curve that is read is fitted by finite classes that are no larger than the VM", () => {
  const seconds = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
  const pages = fc.double({ min: 0, max: 1000, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(seconds, pages), { minLength: 1, maxLength: 6 }), (rows) => {
      const text = `seconds,distinctPages\n${rows.map((row) => row.join(",")).join("\n")}\n`;
      const { classes, rms, worst } = fitWrites(readCurveCsv(csvSource(text), [])!.points, 1000);
      for (const { pages: n, writesPerPage } of classes)
        assert.ok(n > 0 && writesPerPage > 0 && writesPerPage < Infinity);
      assert.ok(classes.reduce((sum, one) => sum + one.pages, 0) <= 1000 * (1 + 1e-9));
      assert.ok(rms >= 0 && worst >= rms * (1 - 1e-9) && worst < Infinity);
    }),
    { seed: 8, numRuns: 25 },
  );
});

test.run();
