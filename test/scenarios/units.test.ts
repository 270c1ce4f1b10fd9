import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  duration,
  formatQuantity,
  fraction,
  frequency,
  parseQuantity,
  type Quantity,
  quantities,
  rate,
  size,
  timePerPage,
} from "../../scenarios/text/units.ts";

const test = suite("units");

const read = (quantity: Quantity, text: unknown): number | string => {
  const parsed = parseQuantity(quantity, text);
  return parsed.ok ? parsed.value : parsed.message;
};

test("what is written with a unit is read in base units", () => {
  for (const [quantity, text, value] of [
    [duration, "60s", 60],
    [duration, "5m", 300],
    [duration, "1h", 3600],
    [duration, "30d", 2_592_000],
    [duration, "1y", 31_536_000],
    [duration, "100us", 1e-4],
    [duration, "1.5 h", 5400],
    [duration, "1e3s", 1000],
    [size, "4GiB", 2 ** 32],
    [size, "512MiB", 2 ** 29],
    [size, "1GB", 1e9],
    [size, "3pages", 12_288],
    [rate, "1Gbit/s", 1.25e8],
    [rate, "500MB/s", 5e8],
    [frequency, "6/min", 0.1],
    [timePerPage, "2.62144ms/GiB", 1e-8],
    [fraction, "30%", 0.3],
    [fraction, 0.3, 0.3],
    [duration, 0, 0],
  ] as const)
    assert.is(read(quantity, text), value, text.toString());
});

test("a number without a unit is refused and the units are named, except 0", () => {
  assert.match(read(duration, 60) as string, /^60 has no unit; write a duration such as 60s \(ns, us, ms, s, m/);
  assert.match(read(size, "4") as string, /^4 has no unit; write a size such as 4GiB/);
  assert.is(read(duration, "0"), 0);
});

test("for a wrong unit the nearest right one is offered", () => {
  for (const [quantity, text, offered] of [
    [size, "4Gib", "GiB"],
    [size, "4G", "GiB"],
    [rate, "1GBit/s", "Gbit/s"],
    [rate, "10Gbps", "Gbit/s"],
    [duration, "3sec", "s"],
    [duration, "3hours", "h"],
  ] as const)
    assert.match(read(quantity, text) as string, new RegExp(`did you mean ${offered}\\?`), text);
});

test("what is no quantity at all is refused with what was expected", () => {
  for (const input of ["soon", "", "-", "1h30m", "NaN", Number.NaN, Infinity, null, undefined, [], {}, true, "1e999s"])
    assert.type(read(duration, input), "string", String(input));
});

test("every value that is written reads back as exactly the same number", () => {
  const value = fc.oneof(
    fc.double({ min: 0, max: 1e15, noNaN: true }),
    fc.integer({ min: 0, max: 1e9 }),
    fc.integer({ min: 1, max: 1000 }).map((n) => n / 1e6),
    fc.integer({ min: 1, max: 1000 }).map((n) => n * 2 ** 30),
  );
  fc.assert(
    fc.property(fc.constantFrom(...quantities), value, (quantity, drawn) => {
      const number = Math.min(drawn, quantity.most);
      assert.is(read(quantity, formatQuantity(quantity, number)), number);
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test("the shortest way to write a value is taken", () => {
  for (const [quantity, value, text] of [
    [duration, 60, "1m"],
    [duration, 86_400, "1d"],
    [duration, 1e-4, "100us"],
    [size, 2 ** 30, "1GiB"],
    [rate, 1.25e8, "1Gbit/s"],
    [duration, 0, "0"],
  ] as const)
    assert.is(formatQuantity(quantity, value).length, text.length, text);
});

test.run();
