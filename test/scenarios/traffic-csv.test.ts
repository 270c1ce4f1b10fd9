import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readTrafficCsv } from "../../scenarios/csv-forms/traffic-csv.ts";
import { csvFaults, csvSource } from "./csv-source.ts";

const test = suite("traffic matrices of one's own");

const faults = (text: string, vms = 4): string[] =>
  csvFaults((source, issues) => readTrafficCsv(source, vms, issues), text);
const header = "from,to,messagesPerSecond\n";

test("each line is a pair of VMs and how many messages the one sends the other per second", () => {
  const reading = readTrafficCsv(csvSource(`${header}0,1,100\n1,0,2.5e2\n3,0,60/min\n`), 4, [])!;
  assert.equal(reading.traffic, {
    kind: "pairs",
    vms: 4,
    pairs: [
      { from: 0, to: 1, messagesPerSecond: 100 },
      { from: 1, to: 0, messagesPerSecond: 250 },
      { from: 3, to: 0, messagesPerSecond: 1 },
    ],
  });
  assert.equal(reading.notes, ["3 of 12 pairs of VMs talk, 351 messages per second in all"]);
});

test("columns in any order and case, quotes, blanks, comments, empty lines and Windows' line ends are fine", () => {
  const text = '\ufeff# mine\r\nTO , "messagespersecond",From\r\n\r\n 1, "7" ,0 \r\n';
  assert.equal(readTrafficCsv(csvSource(text), 2, [])!.traffic, {
    kind: "pairs",
    vms: 2,
    pairs: [{ from: 0, to: 1, messagesPerSecond: 7 }],
  });
});

test("what is odd but harmless is counted", () => {
  const text = "from,to,messagesPerSecond,comment,seen\n0,1,5,x,y\n1,0,0,x,y\n0,2,0,x,y";
  assert.equal(readTrafficCsv(csvSource(text), 4, [])!.notes, [
    "1 of 12 pairs of VMs talk, 5 messages per second in all",
    "2 pairs with 0 messages per second left out",
    '2 columns ignored: "comment", "seen"',
    "its last line does not end, so the file may have been cut off",
  ]);
});

const cases: readonly (readonly [law: string, text: string, ...expected: RegExp[]])[] = [
  ["an empty file", "", /^1:1: is empty; a traffic matrix begins with the header from,to,messagesPerSecond$/],
  ["nothing but comments", "# later\n", /^1:1: is empty/],
  ["a header alone", header, /^1:1: has a header and no line below it$/],
  ["no header", "0,1,5\n", /^1:1: a traffic matrix needs the header from,to,messagesPerSecond$/],
  [
    "semicolons",
    "from;to;messagesPerSecond\n0;1;5\n",
    /^1:1: a traffic matrix has its columns separated by commas: from,to,messagesPerSecond$/,
  ],
  [
    "a misspelt column",
    "from,to,messagePerSecond\n0,1,5\n",
    /^1:9: unknown column "messagePerSecond"; did you mean messagesPerSecond\?$/,
  ],
  ["a missing column", "from,to,rate\n0,1,5\n", /^1:1: a traffic matrix needs the header/],
  ["a column that stands twice", "from,to,messagesPerSecond,to\n0,1,5,1\n", /^1:27: the column to stands twice$/],
  ["a VM that is not there", `${header}0,1,5\n0,4,5\n`, /^3:3: there is no VM 4: they are counted from 0 to 3$/],
  ["a negative VM", `${header}-1,1,5\n`, /^2:1: from must be at least 0, not -1$/],
  ["half a VM", `${header}0.5,1,5\n`, /^2:1: from must be the number of a VM, not 0\.5$/],
  ["a VM by name", `${header}web,1,5\n`, /^2:1: from must be a number, not "web"$/],
  ["a VM that sends to itself", `${header}1,1,5\n`, /^2:3: VM 1 sends to itself$/],
  ["a pair that stands twice", `${header}0,1,5\n1,0,5\n0,1,6\n`, /^4:1: from 0 to 1 stands in line 2 already$/],
  ["a negative rate", `${header}0,1,-5\n`, /^2:5: messagesPerSecond must be at least 0, not -5$/],
  ["an empty rate", `${header}0,1,\n`, /^2:5: messagesPerSecond is empty: give a frequency/],
  ["infinity", `${header}0,1,Infinity\n`, /^2:5: messagesPerSecond: expected a frequency/],
  [
    "a rate beyond sense",
    `${header}0,1,1e300\n`,
    /^2:5: messagesPerSecond must be at most 1000000000000\/s, not 1e300$/,
  ],
  ["a number beyond numbers", `${header}0,1,1e999\n`, /^2:5: messagesPerSecond: 1e999 is too large to be a number$/],
  ["not a number", `${header}0,1,NaN\n`, /^2:5: messagesPerSecond: expected a frequency/],
  ["a wrong unit", `${header}0,1,5MB/s\n`, /^2:5: messagesPerSecond: "MB\/s" is not a unit of a frequency/],
  ["a field too many", `${header}0,1,5,9\n`, /^2:1: has 4 fields where the header has 3$/],
  ["a decimal comma", `${header}0,1,5,5\n`, /^2:1: has 4 fields where the header has 3$/],
  ["a file that breaks off", `${header}0,1,5\n1,0`, /^3:1: has 2 fields .* truncated in the middle of a line$/],
  [
    "several faults, each at its place",
    `${header}0,9,5\n1,1,5\n1,2,x\n`,
    /^2:3: there is no VM 9/,
    /^3:3: VM 1 sends/,
    /^4:5: messagesPerSecond: expected/,
  ],
];

for (const [law, text, ...expected] of cases)
  test(`${law} is told with line and column`, () => {
    const found = faults(text);
    assert.is(found.length, expected.length, found.join("\n"));
    for (const message of expected)
      assert.ok(
        found.some((one) => message.test(one)),
        `${found.join("\n")}\n${message}`,
      );
  });

test("of a file that is wrong throughout the first ten faults are told, and that there are more", () => {
  const found = faults(header + "x,1,5\n".repeat(5000));
  assert.is(found.length, 11);
  assert.match(found.at(-1)!, /^12:1: is not the last fault in this file/);
});

test.run();
