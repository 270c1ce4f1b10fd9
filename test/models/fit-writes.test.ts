import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fitWrites, type WriteClass, type WritePoint } from "../../models/guest/fit-writes.ts";
import { layWrites } from "../../models/guest/lay-writes.ts";
import { distinctWrites } from "../../models/guest/memory.ts";
import type { PageClass, PageType } from "../../models/scenario.ts";
import { leastSquares } from "../../models/special/bounded-least-squares.ts";

const test = suite("classes that fit a measured curve");

const times = [0.1, 0.3, 1, 3, 10, 30, 100, 300];
const memory = 2 ** 20;

const written = (classes: readonly WriteClass[], seconds: number): number =>
  classes.reduce((sum, { pages, writesPerPage }) => sum + distinctWrites(pages, pages * writesPerPage, seconds), 0);
const pointsOf = (classes: readonly WriteClass[]): WritePoint[] =>
  times.map((seconds) => ({ seconds, pages: written(classes, seconds) }));

const one: WriteClass[] = [{ pages: 1000, writesPerPage: 1 }];
const two: WriteClass[] = [
  { pages: 2000, writesPerPage: 5 },
  { pages: 50_000, writesPerPage: 0.05 },
];
const three: WriteClass[] = [
  { pages: 500, writesPerPage: 30 },
  { pages: 5000, writesPerPage: 1 },
  { pages: 100_000, writesPerPage: 0.01 },
];

for (const [count, classes] of [
  ["one class", one],
  ["two classes", two],
  ["three classes", three],
] as const)
  test(`the curve of ${count} gives back these classes, the most written first`, () => {
    const fit = fitWrites(pointsOf(classes), memory);
    assert.is(fit.classes.length, classes.length);
    fit.classes.forEach(({ pages, writesPerPage }, i) => {
      assert.ok(Math.abs(pages / classes[i]!.pages - 1) < 0.01, `${pages}`);
      assert.ok(Math.abs(writesPerPage / classes[i]!.writesPerPage - 1) < 0.01, `${writesPerPage}`);
    });
    assert.ok(fit.rms < 1e-4 && fit.worst >= fit.rms);
  });

test("a curve with noise is fitted as far as its noise, and the error says how far that is", () => {
  const noise = [1.02, 0.97, 1.01, 1.03, 0.98, 0.99, 1.02, 0.98];
  const noisy = pointsOf(two).map(({ seconds, pages }, i) => ({ seconds, pages: pages * noise[i]! }));
  const { classes, rms, worst } = fitWrites(noisy, memory);
  const deviations = noisy.map(({ seconds, pages }) => written(classes, seconds) / pages - 1);
  assert.ok(rms < 0.025, `${rms}`);
  assert.ok(Math.abs(rms - Math.sqrt(deviations.reduce((sum, d) => sum + d * d, 0) / deviations.length)) < 1e-9);
  assert.ok(Math.abs(worst - Math.max(...deviations.map(Math.abs))) < 1e-9);
});

test("the order of the points does not matter, and neither does a point that stands twice in a curve that is met", () => {
  const points = pointsOf(three);
  const straight = fitWrites(points, memory);
  assert.equal(fitWrites(points, memory), straight);
  const shuffled = fitWrites([...points.toReversed(), points[3]!], memory);
  for (const seconds of [0.2, 5, 200]) {
    const [a, b] = [written(straight.classes, seconds), written(shuffled.classes, seconds)];
    assert.ok(Math.abs(a / b - 1) < 1e-3, `${a} ${b}`);
  }
});

test("a straight line ends at the memory of the VM: no class is larger", () => {
  const line = times.map((seconds) => ({ seconds, pages: 3000 * seconds }));
  const { classes } = fitWrites(line, memory);
  const pages = classes.reduce((sum, one) => sum + one.pages, 0);
  assert.ok(pages <= memory * (1 + 1e-9) && pages > 0.99 * memory);
});

test("a guest that writes nothing has no class, and a single point is met by one", () => {
  assert.equal(
    fitWrites(
      times.map((seconds) => ({ seconds, pages: 0 })),
      memory,
    ),
    { classes: [], rms: 0, worst: 0 },
  );
  const { classes, worst } = fitWrites([{ seconds: 2, pages: 500 }], memory);
  assert.is(classes.length, 1);
  assert.ok(worst < 1e-9 && Math.abs(written(classes, 2) - 500) < 1e-6);
});

test("a curve that no classes can give is told by its error", () => {
  assert.ok(
    fitWrites(
      times.map((seconds) => ({ seconds, pages: seconds ** 2 })),
      memory,
    ).rms > 0.3,
  );
});

test("least squares with a bound: no admissible amounts on a fine grid are better", () => {
  const amount = fc.double({ min: -2, max: 2, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(amount, amount, amount), { minLength: 3, maxLength: 5 }), (rows) => {
      const column = (i: number): number[] => rows.map((row) => row[i]!);
      const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
      const [a, b, c] = [column(0), column(1), column(2)] as const;
      const { amounts, error } = leastSquares(
        [
          [dot(a, a), dot(a, b)],
          [dot(a, b), dot(b, b)],
        ],
        [dot(a, c), dot(b, c)],
        dot(c, c),
        1,
      );
      assert.ok(amounts.every((x) => x >= 0) && amounts[0]! + amounts[1]! <= 1 + 1e-9);
      for (let x = 0; x <= 1; x += 0.05)
        for (let y = 0; x + y <= 1; y += 0.05) {
          const rest = c.map((value, i) => value - x * a[i]! - y * b[i]!);
          assert.ok(dot(rest, rest) >= error - 1e-6);
        }
    }),
    { seed: 5, numRuns: 60 },
  );
});

const mixOf = (...rows: readonly (readonly [type: PageType, pages: number, writesPerSecond: number])[]): PageClass[] =>
  rows.map(([type, pages, writesPerSecond]) => ({
    type,
    pages,
    writesPerSecond,
    compressRatio: 1,
    content: { zero: 0, selfDuplicate: 0, interVm: { all: 0, pair: 0 }, unique: 1 },
  }));
const shown = (classes: readonly PageClass[]): unknown[] =>
  classes.map(({ type, pages, writesPerSecond }) => [type, pages, writesPerSecond]);

test("the most written pages of a curve are those that the mix writes most; free pages come last", () => {
  const mix = mixOf(["free", 100, 500], ["cacheClean", 100, 1], ["anonymous", 100, 10], ["kernel", 100, 30]);
  const laid = layWrites(mix, [
    { pages: 50, writesPerPage: 4 },
    { pages: 130, writesPerPage: 2 },
  ]);
  assert.equal(shown(laid), [
    ["free", 100, 0],
    ["cacheClean", 100, 0],
    ["anonymous", 80, 160],
    ["anonymous", 20, 0],
    ["kernel", 50, 200],
    ["kernel", 50, 100],
  ]);
});

test("where the mix says nothing of writes, anonymous memory is written first, then the kernel's, then the cache", () => {
  const mix = mixOf(
    ["free", 10, 0],
    ["cacheClean", 10, 0],
    ["cacheDirty", 10, 0],
    ["kernel", 10, 0],
    ["anonymous", 10, 0],
  );
  const laid = layWrites(mix, [{ pages: 45, writesPerPage: 1 }]);
  assert.equal(shown(laid), [
    ["free", 5, 5],
    ["free", 5, 0],
    ["cacheClean", 10, 10],
    ["cacheDirty", 10, 10],
    ["kernel", 10, 10],
    ["anonymous", 10, 10],
  ]);
});

test("laid upon any mix, a curve stays what it was, and so do the pages of each type", () => {
  const type = fc.constantFrom<PageType>("free", "cacheClean", "cacheDirty", "anonymous", "kernel");
  const row = fc.tuple(type, fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 99 }));
  const write = fc.record({
    pages: fc.integer({ min: 0, max: 300 }),
    writesPerPage: fc.double({ min: 0.001, max: 9, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), fc.array(write, { maxLength: 3 }), (rows, writes) => {
      const mix = mixOf(...rows);
      const total = mix.reduce((sum, { pages }) => sum + pages, 0);
      fc.pre(writes.reduce((sum, { pages }) => sum + pages, 0) <= total);
      const laid = layWrites(mix, writes);
      const pagesOf = (classes: readonly PageClass[], of: string): number =>
        classes.reduce((sum, { type, pages }) => sum + (type === of ? pages : 0), 0);
      for (const [of] of rows) assert.is(pagesOf(laid, of), pagesOf(mix, of));
      for (const seconds of [0.1, 3, 100]) {
        const after = laid.reduce(
          (sum, { pages, writesPerSecond }) => sum + distinctWrites(pages, writesPerSecond, seconds),
          0,
        );
        assert.ok(Math.abs(after - written(writes, seconds)) < 1e-6 * total + 1e-9);
      }
    }),
    { seed: 6, numRuns: 200 },
  );
});

test.run();
