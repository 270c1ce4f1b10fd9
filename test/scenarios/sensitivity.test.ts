// limit: 240s
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sensitivity } from "../../scenarios/commands/sensitivity.ts";
import { capturedLine } from "./captured-line.ts";
import { folder } from "./overlay.ts";

const test = suite("sensitivity");

const factors = ["workInterval=20m..2h", "pause=10s..4m", "detect=1s..2s"];
const said = async (given: object): Promise<string> => {
  const { line, out } = capturedLine(folder);
  const usual = { scenario: "textbook", set: [], of: "workRatio", factor: factors, method: "morris", points: 8 };
  await sensitivity(line, { ...usual, replications: "4", ...given } as never);
  return out();
};

const fails = async (given: object): Promise<string> => {
  try {
    await said(given);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

test("elementary effects put a factor that matters before one that does not, and agree with the closed form", async () => {
  const { effects } = JSON.parse(await said({ json: true }));
  assert.equal(effects.map(({ key }: { key: string }) => key).toSorted(), ["detect", "pause", "workInterval"]);
  assert.is(effects.at(-1).key, "detect");
  const pause = effects.find(({ key }: { key: string }) => key === "pause");
  // A longer pause only costs: between one part in 120 min and one in 20 of 230 s more for each of them.
  assert.ok(pause.mu < 0 && Math.abs(pause.muStar + pause.mu) < 1e-12, "always the same sign");
  assert.ok(pause.muStar > 230 / 7200 / 2 && pause.muStar < 230 / 1200, `${pause.muStar}`);
  assert.ok(effects.at(-1).muStar < 1e-3);
});

test("parts of the variance add up with what factors do together, and leave nothing to one that does nothing", async () => {
  const { indices } = JSON.parse(await said({ method: "sobol", points: 64, json: true }));
  const alone = indices.reduce((sum: number, { first }: { first: number }) => sum + first, 0);
  assert.ok(alone > 0.5 && alone < 1.3, `${alone}`);
  const detect = indices.find(({ key }: { key: string }) => key === "detect");
  assert.ok(Math.abs(detect.total) < 0.02);
  for (const { total, totalInterval } of indices) assert.ok(totalInterval[0] <= total && total <= totalInterval[1]);
});

test("a table says what its figures are", async () => {
  const text = await said({});
  assert.match(text, /^textbook: workRatio, elementary effects along 8 trajectories \(Morris\)/);
  assert.match(text, /\n(pause|workInterval) +\S+ ± \S+ +-?\S+ +\S+\n/);
});

test("factors that cannot be are refused", async () => {
  assert.match(await fails({ factor: [] }), /--factor: give one or more/);
  assert.match(await fails({ factor: ["pause=10s"] }), /--factor pause=10s: write a key and a range/);
  assert.match(await fails({ factor: ["pause=10s..1s"] }), /give a range that rises/);
  assert.match(await fails({ factor: ["pause=1s..9s", "pause=1s..8s"] }), /pause is given twice/);
  assert.match(await fails({ factor: ["paus=1s..9s"] }), /paus: unknown key; did you mean pause\?/);
  assert.match(await fails({ points: 1 }), /--points: expected a whole number from 2 on/);
  assert.match(await fails({ of: "workRato" }), /there is no column workRato/);
});

test.run();
