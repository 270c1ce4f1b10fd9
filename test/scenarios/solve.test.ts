import assert from "node:assert/strict";
import { test } from "uvu";
import { solve } from "../../scenarios/commands/solve.ts";
import { findRoot, NotBracketed, NotMonotone } from "../../scenarios/search/root.ts";
import { Streams } from "../../sim/index.ts";
import { capturedLine } from "./captured-line.ts";

const search = { evaluations: 16, tolerance: 1e-6 };
const first = () => 0;
const curve = (of: (part: number) => number) => async (parts: readonly number[]) =>
  parts.map((part) => [of(part), of(part)]);

test("roots of curves are found to the tolerance, whichever way they go, and at the very ends", async () => {
  const curves: readonly (readonly [string, (x: number) => number, number])[] = [
    ["a line", (x) => x - 0.3, 0.3],
    ["falling", (x) => 0.7 - x, 0.7],
    ["a power", (x) => x ** 5 - 0.01, 0.01 ** 0.2],
    ["steep", (x) => Math.tanh(50 * (x - 0.62)), 0.62],
    ["the lower end", (x) => x, 0],
    ["the upper end", (x) => x - 1, 1],
    ["a place of the grid", (x) => x - 0.5, 0.5],
  ];
  for (const [name, of, expected] of curves) {
    const { at, low, high, rising } = await findRoot(search, curve(of), first);
    assert.ok(Math.abs(at - expected) < 2e-5, `${name}: ${at}`);
    assert.ok(Math.abs(low! - at) < 1e-3 && Math.abs(high! - at) < 1e-3, `${name}: no noise, no width`);
    assert.equal(rising, of(1) > of(0));
  }
});

test("the interval covers the root of the expectation in about 95 of 100 searches", async () => {
  const stream = new Streams(8).get("noise");
  const noise = () => stream.next() + stream.next() + stream.next() - 1.5;
  let covered = 0;
  for (let trial = 0; trial < 200; trial++) {
    const errors = Array.from({ length: 20 }, () => [noise(), noise()] as const);
    const responses = async (parts: readonly number[]) =>
      parts.map((x) => errors.map(([level, slope]) => x - 0.4 + 0.2 * level + 0.2 * slope * x));
    const { low, high } = await findRoot(search, responses, (n) => stream.integer(0, n - 1));
    if (low! <= 0.4 && 0.4 <= high!) covered += 1;
  }
  assert.ok(covered >= 175 && covered <= 199, `${covered} of 200`);
});

test("a root near an end has an interval that may go beyond the range", async () => {
  const stream = new Streams(2).get("noise");
  const errors = Array.from({ length: 10 }, () => stream.next() - 0.5);
  const mean = errors.reduce((sum, one) => sum + one, 0) / 10;
  const responses = async (parts: readonly number[]) => parts.map((x) => errors.map((one) => x - 0.01 + one - mean));
  const { at, low, high } = await findRoot(search, responses, (n) => stream.integer(0, n - 1));
  assert.ok(Math.abs(at - 0.01) < 1e-6);
  assert.equal(low, undefined);
  assert.ok(high! > 0.05);
});

test("no root and several roots are told apart from one", async () => {
  await assert.rejects(
    findRoot(
      search,
      curve((x) => x + 1),
      first,
    ),
    NotBracketed,
  );
  await assert.rejects(
    findRoot(
      search,
      curve((x) => (x - 0.5) ** 2 - 0.1),
      first,
    ),
    NotMonotone,
  );
});

const answer = async (given: object) => {
  const { line, out } = capturedLine(process.cwd());
  await solve(line, { evaluations: 16, set: [], json: true, ...given } as never);
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
  assert.match(remarks.join(), /More than was measured.*Barker/);
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
    [
      { ...pause, of: "workRatio", over: "workInterval", from: "10s", to: "2d", target: "0.85", set: ["horizon=100d"] },
      /rises .* and falls .*several times/,
    ],
  ];
  for (const [given, message] of cases) await assert.rejects(answer(given), message);
});

test.run();
