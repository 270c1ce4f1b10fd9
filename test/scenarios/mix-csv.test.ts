import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readMixCsv } from "../../scenarios/csv-forms/mix-csv.ts";
import { plain } from "../../scenarios/text/tree.ts";
import { csvFaults, csvSource } from "./csv-source.ts";

const test = suite("page mixes of one's own");

const read = (text: string): unknown => plain(readMixCsv(csvSource(text), [])!.classes);

test("each line is a class of pages; pages become shares and writes are given per GiB", () => {
  const text =
    "type,pages,writesPerSecond,zero,selfDuplicate,interVm,unique,compressRatio\nanonymous,196608,300,0.1,0.1,0,0.8,2\nkernel,65536,20/min,0,0,0,1,1\n";
  assert.equal(read(text), {
    anonymous: {
      type: "anonymous",
      share: 0.75,
      writesPerGiB: "300/s",
      compressRatio: 2,
      content: { zero: 0.1, selfDuplicate: 0.1, interVm: 0, unique: 0.8 },
    },
    kernel: {
      type: "kernel",
      share: 0.25,
      writesPerGiB: `${1 / 3}/s`,
      compressRatio: 1,
      content: { zero: 0, selfDuplicate: 0, interVm: 0, unique: 1 },
    },
  });
});

test("what is not in the file is assumed, and said", () => {
  const reading = readMixCsv(csvSource("type,pages,writesPerSecond\nanonymous,262144,1\n"), [])!;
  assert.equal(plain(reading.classes), {
    anonymous: {
      type: "anonymous",
      share: 1,
      writesPerGiB: "1/s",
      compressRatio: 1,
      content: { zero: 0, selfDuplicate: 0, interVm: 0, unique: 1 },
    },
  });
  assert.equal(reading.notes, [
    "1 class of 262144 pages (1GiB), taken as shares of the VM's memory",
    "no contents given, so all pages count as unique",
    "no compressRatio given, so nothing can be compressed",
  ]);
});

test("without a column unique, what is left of the contents is unique", () => {
  const { anonymous } = read("type,pages,writesPerSecond,zero\nanonymous,8,1,0.25\n") as {
    anonymous: { content: object };
  };
  assert.equal(anonymous.content, { zero: 0.25, selfDuplicate: 0, interVm: 0, unique: 0.75 });
});

test("classes are called as the file says, or after their type and counted", () => {
  const names = (text: string): string[] => Object.keys(read(text) as object);
  assert.equal(names("type,pages,writesPerSecond\nkernel,1,0\nfree,1,0\nkernel,2,0\nkernel,3,0\n"), [
    "kernel",
    "free",
    "kernel2",
    "kernel3",
  ]);
  assert.equal(names("class,type,pages,writesPerSecond\nslab,kernel,1,0\ntext,kernel,1,0\n"), ["slab", "text"]);
});

const header = "type,pages,writesPerSecond,zero,selfDuplicate,interVm,unique,compressRatio\n";
const cases: readonly (readonly [law: string, text: string, expected: RegExp])[] = [
  ["an empty file", "", /^1:1: is empty; a page mix begins with the header type,pages\[,class,writesPerSecond,/],
  [
    "a misspelt column",
    "type,pages,writesPerSecond,selfDuplicates\nkernel,1,1,0\n",
    /^1:28: unknown column "selfDuplicates"; did you mean selfDuplicate\?$/,
  ],
  ["no pages at all", "type,pages,writesPerSecond\nkernel,0,0\nfree,0,0\n", /^2:1: has no pages at all$/],
  ["negative pages", `${header}kernel,-1,0,0,0,0,1,1\n`, /^2:8: pages must be at least 0, not -1$/],
  [
    "an absurd number of pages",
    `${header}kernel,1e300,0,0,0,0,1,1\n`,
    /^2:8: pages must be at most 1099511627776, not 1e300$/,
  ],
  [
    "writes without pages",
    `${header}kernel,0,5,0,0,0,1,1\nfree,1,0,0,0,0,1,1\n`,
    /^2:10: there are writes, but no pages for them$/,
  ],
  ["a part above 1", `${header}kernel,1,0,1.5,0,0,0,1\n`, /^2:12: zero must be at most 1, not 1\.5$/],
  [
    "parts that do not add up",
    `${header}kernel,1,0,0.1,0.1,0.1,0.6,1\n`,
    /^2:1: zero, selfDuplicate, interVm, unique must add up to 1, these add up to 0\.9$/,
  ],
  [
    "parts beyond 1 without unique",
    "type,pages,writesPerSecond,zero,interVm\nkernel,1,0,0.7,0.7\n",
    /^2:1: zero, interVm must add up to 1, these add up to 1\.4$/,
  ],
  [
    "pages that grow when compressed",
    `${header}kernel,1,0,0,0,0,1,0.5\n`,
    /^2:20: compressRatio must be at least 1, not 0\.5$/,
  ],
  [
    "a class that stands twice",
    "class,type,pages,writesPerSecond\nslab,kernel,1,0\nslab,kernel,2,0\n",
    /^3:1: there is a class slab already$/,
  ],
  ["a class without a name", "class,type,pages,writesPerSecond\n,kernel,1,0\n", /^2:1: class is empty/],
  [
    "a part that is no number",
    `${header}kernel,1,0,some,0,0,0.9,1
`,
    /^2:12: zero: expected a fraction such as 0\.3 or 30%/,
  ],
];

for (const [law, text, expected] of cases)
  test(`${law}: told with line and column`, () => {
    const found = csvFaults(readMixCsv, text);
    assert.is(found.length, 1, found.join("\n"));
    assert.match(found[0]!, expected);
  });

test.run();
