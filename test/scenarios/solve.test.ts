import assert from "node:assert/strict";
import { test } from "uvu";
import { solve } from "../../scenarios/commands/solve.ts";
import { findRoot, NotBracketed, NotMonotone } from "../../scenarios/search/root.ts";
import { Streams } from "../../sim/index.ts";
import { capturedLine } from "./captured-line.ts";

const search = { evaluations: 16, grid: 5, tolerance: 1e-6 };
const curve = (of: (part: number) => number) => async (parts: readonly number[]) =>
  parts.map((part) => [of(part), of(part)]);

test("roots of curves are found to the tolerance, whichever way they go, and at the very ends", async () => {
  const curves: readonly (readonly [string, (x: number) => number, number])[] = [
    ["a line", (x) => x - 0.3, 0.3],
    ["falling", (x) => 0.7 - x, 0.7],
    ["a power", (x) => x ** 5 - 0.01, 0.01 ** 0.2],
    ["steep", (x) => Math.tanh(50 * (x - 0.62)), 0.62],
    ["flat but for rounding", (x) => Math.min(x, 0.4) - 0.1 + 1e-16 * Math.sin(40 * x), 0.1],
    ["the lower end", (x) => x, 0],
    ["the upper end", (x) => x - 1, 1],
    ["a place of the grid", (x) => x - 0.5, 0.5],
  ];
  for (const [name, of, expected] of curves) {
    const { at, low, high, rising } = await findRoot(search, curve(of));
    assert.ok(Math.abs(at - expected) < 2e-5, `${name}: ${at}`);
    const widths = [expected === 0 ? 0 : at - low!, expected === 1 ? 0 : high! - at];
    assert.ok(
      widths.every((width) => Math.abs(width) < 1e-3),
      `${name}: no noise, no width`,
    );
    assert.equal(rising, of(1) > of(0));
  }
});

for (const replications of [3, 6, 20]) {
  test(`the interval covers the root of the expectation in about 95 of 100 searches with ${replications} replications`, async () => {
    const stream = new Streams(8).get("noise");
    // Of twelve uniform ones: as good as normal, of variance 1.
    const noise = () => Array.from({ length: 12 }, () => stream.next()).reduce((sum, one) => sum + one, -6);
    let covered = 0;
    for (let trial = 0; trial < 400; trial++) {
      const errors = Array.from({ length: replications }, () => [noise(), noise()] as const);
      const responses = async (parts: readonly number[]) =>
        parts.map((x) => errors.map(([level, slope]) => x - 0.4 + 0.02 * level + 0.02 * slope * x));
      const { low, high } = await findRoot({ evaluations: 8, grid: 5, tolerance: 1e-2 }, responses);
      if ((low ?? 0) <= 0.4 && 0.4 <= (high ?? 1)) covered += 1;
    }
    // 380 of 400, give or take three standard deviations.
    assert.ok(Math.abs(covered - 380) <= 13, `${covered} of 400`);
  });
}

test("the ends of the interval are where Student's band around a known line crosses 0", async () => {
  // x − 0.4 ± d in two replications: the mean is x − 0.4, the half width t(1) d √2 / √2 = 12.706 d everywhere.
  const d = 0.01;
  const responses = async (parts: readonly number[]) => parts.map((x) => [x - 0.4 - d, x - 0.4 + d]);
  const { at, low, high } = await findRoot(search, responses);
  assert.ok(Math.abs(at - 0.4) < 1e-6);
  assert.ok(Math.abs(low! - (0.4 - 12.7062 * d)) < 1e-5, `${low}`);
  assert.ok(Math.abs(high! - (0.4 + 12.7062 * d)) < 1e-5, `${high}`);
});

test("the ends of an interval are simulated, so that a bent curve between them is not taken for a straight one", async () => {
  const responses = async (parts: readonly number[]) => parts.map((x) => [x ** 4 - 0.2 - 0.005, x ** 4 - 0.2 + 0.005]);
  const { low, high } = await findRoot(search, responses);
  assert.ok(Math.abs(low! - (0.2 - 0.063531) ** 0.25) < 2e-3, `${low}`);
  assert.ok(Math.abs(high! - (0.2 + 0.063531) ** 0.25) < 2e-3, `${high}`);
});

test("a root near an end has an interval that may go beyond the range", async () => {
  const responses = async (parts: readonly number[]) => parts.map((x) => [x - 0.02, x]);
  const { at, low, high } = await findRoot(search, responses);
  assert.ok(Math.abs(at - 0.01) < 1e-6);
  assert.equal(low, undefined);
  assert.ok(Math.abs(high! - (0.01 + 0.127062)) < 1e-5);
});

test("no root and several roots are told apart from one", async () => {
  const above = curve((x) => x + 1);
  await assert.rejects(findRoot(search, above), NotBracketed);
  const twice = curve((x) => (x - 0.5) ** 2 - 0.1);
  await assert.rejects(findRoot(search, twice), NotMonotone);
  // A peak between two places of a coarse grid: a finer one sees that it is met three times.
  const peak = curve((x) => x - 0.95 + 0.4 * Math.exp(-(((x - 0.62) / 0.03) ** 2)));
  assert.ok(Math.abs((await findRoot(search, peak)).at - 0.95) < 1e-4);
  await assert.rejects(findRoot({ ...search, evaluations: 60, grid: 41 }, peak), NotMonotone);
});

const answer = async (given: object) => {
  const { line, out } = capturedLine(process.cwd());
  await solve(line, { evaluations: 16, grid: 5, set: [], json: true, ...given } as never);
  return JSON.parse(out()) as {
    readonly at: number;
    readonly interval: readonly [number, number];
    readonly remarks: string[];
  };
};

test("the pause at which the textbook's unit does as much as its closed form says is that pause", async () => {
  const { line, out } = capturedLine(process.cwd());
  const asked = { scenario: "textbook", over: "pause", from: "10s", to: "20m", of: "workRatio", seed: "3" };
  await solve(line, {
    ...asked,
    set: ["horizon=100d"],
    target: "0.9",
    replications: "20",
    evaluations: 16,
    grid: 5,
    json: true,
  } as never);
  const { at, interval } = JSON.parse(out()) as { at: number; interval: readonly [number, number] };
  const { closedForms } = await import("../../scenarios/simulate.ts");
  const { loadScenario } = await import("../../scenarios/load.ts");
  const { setTo } = await import("../../scenarios/text/override.ts");
  const exact = (pause: number): number => {
    const overrides = ["horizon=100d", `pause=${pause}s`].map((text) => setTo("--set", text));
    const { points } = loadScenario("textbook", { files: line.files, folder: line.folder, overrides });
    return closedForms(points[0]!.scenario)["workRatio"]!;
  };
  assert.ok(
    exact(interval[0]) >= 0.9 - 1e-3 && exact(interval[1]) <= 0.9 + 1e-3,
    `${interval}: ${interval.map(exact)}`,
  );
  assert.ok(Math.abs(exact(at) - 0.9) < 2e-3, `${at}: ${exact(at)}`);
});

test("the similarity at which multicast saves 40 % at the sources is where algebra has it, and above what was measured", async () => {
  const { at, remarks } = await answer({
    scenario: "rolling-back",
    set: ["rollback.transfer=multicast", "cluster.vms=8"],
    replications: "2",
    over: "cluster.similarity",
    from: "0%",
    to: "60%",
    of: "restoreSourceBytes",
    saves: "40%",
    against: ["rollback.transfer=unicast"],
  });
  // 12.2 % are duplicates inside a VM, of which s takes their place: 1 − (1 − 0.122)(1 − s) − s / 8 = 0.4.
  const duplicates = 0.1217;
  assert.ok(Math.abs(at - (0.4 - duplicates) / (1 - duplicates - 1 / 8)) < 0.02, `${at}`);
  assert.match(remarks.join(), /^More than was measured: 1\.5 % by Barker[^%]*15 %[^%]*$/);
});

test("the values that were simulated come as CSV, with the root and its interval", async () => {
  const { line, out } = capturedLine(process.cwd());
  const asked = { scenario: "textbook", over: "pause", from: "10s", to: "20m", of: "workRatio", target: "0.9" };
  const given = { ...asked, set: ["horizon=20d"], replications: "3", evaluations: 12, grid: 9, csv: true };
  await solve(line, given as never);
  const [head, ...rows] = out()
    .trim()
    .split("\n")
    .map((row) => row.split(","));
  assert.deepEqual(head, ["pause", "workRatio", "half width", "root from", "root to"]);
  const [at, mean, half, low, high] = rows.at(-1)!;
  assert.ok(mean === "" && half === "" && Number(low) < Number(at) && Number(at) < Number(high));
  // A range over more than a factor of ten is cut by factors.
  const evenly = Array.from({ length: 9 }, (_, i) => 10 * 120 ** (i / 8));
  const values = rows.slice(0, -1).map(([value]) => Number(value));
  assert.ok(
    evenly.every((one) => values.some((value) => Math.abs(value - one) < 1e-6 * one)),
    `${values}`,
  );
});

test("questions without an answer are refused with what to do", async () => {
  const pause = {
    scenario: "textbook",
    set: ["horizon=20d"],
    over: "pause",
    from: "10s",
    to: "5m",
    of: "workRatio",
    replications: "3",
  };
  const cases: readonly (readonly [object, RegExp])[] = [
    [pause, /say what the column is to be, with --target, or what it is to save/],
    [{ ...pause, target: "0.9", saves: "40%" }, /one of them/],
    [{ ...pause, saves: "40%" }, /against what\? Give --against/],
    [{ ...pause, saves: "100%", against: ["pause=1m"] }, /is all or more/],
    [{ ...pause, target: "0.9", against: ["pause=1m"] }, /--against: is for --saves/],
    [{ ...pause, target: "often" }, /expected a number or a quantity/],
    [{ ...pause, target: "0.1" }, /workRatio does not come to 0\.1 between 10s and 5m: it is .* widen/],
    [{ ...pause, target: "0.9", of: "workRation" }, /there is no column workRation/],
    [{ ...pause, target: "0.9", replications: "1" }, /raise --replications/],
    [{ ...pause, target: "0.9", evaluations: 4 }, /--evaluations: expected a whole number from 5 on/],
    [{ ...pause, target: "0.9", grid: 2 }, /--grid: expected a whole number from 3 to 1000/],
    [{ ...pause, target: "0.9", grid: 20 }, /--evaluations: expected a whole number from 20 on, which --grid takes/],
    [{ ...pause, target: "0.9", csv: true }, /--json and --csv: one of them/],
    [
      { ...pause, of: "workRatio", over: "workInterval", from: "10s", to: "2d", target: "0.85", set: ["horizon=100d"] },
      /rises .* and falls .*several times/,
    ],
  ];
  for (const [given, message] of cases) await assert.rejects(answer(given), message);
});

test.run();
