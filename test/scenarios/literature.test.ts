import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "uvu";
import { literature } from "../../scenarios/commands/literature.ts";
import { asMarkdown } from "../../scenarios/literature/table.ts";
import { type Compared, compare, type Target } from "../../scenarios/literature/target.ts";
import { capturedLine } from "./captured-line.ts";

const told = async (only?: readonly string[]) => {
  const { line, out } = capturedLine(process.cwd());
  await literature(line, { format: "json", ...(only === undefined ? {} : { only }) });
  return JSON.parse(out()) as Compared[];
};

test("every formula is met, every publication that can be compared is but for six, the others say why not, and the committed table is this one", async () => {
  const all = await told();
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  const beyond = all.filter(({ within }) => within === false).map(({ id }) => id);
  assert.deepEqual(beyond, ["diff-pause", "diff-cross-over", "frisbee-time", "syncsnap-downtime", "iconsnap", "wse"]);
  for (const { id, tier, ours, why } of all) {
    if (tier === "derived") assert.ok(ours !== undefined, id);
    if (ours === undefined || beyond.includes(id)) assert.ok((why ?? "") !== "", `${id} says why`);
  }
  assert.ok(all.filter(({ within }) => within === true).length >= 50);
  const published = readFileSync(new URL("../../results/published/literature.md", import.meta.url), "utf8");
  assert.equal(
    `${asMarkdown(all)}\n`,
    published,
    "snapback literature --format markdown > results/published/literature.md",
  );
});

test("a value beyond its tolerance is told as such, and by a factor where only the order is known", async () => {
  const target: Target = { id: "x", tier: "A", source: "", what: "", target: [10, 20], tolerance: 0.1 };
  const within = async (ours: readonly number[], more: Partial<Target> = {}) =>
    (await compare({ ...target, ...more, ours: () => ours }, () => Promise.resolve([]))).within;
  assert.equal(await within([10.9, 18.1]), true);
  assert.equal(await within([11.1, 20]), false);
  assert.equal(await within([10]), false);
  assert.equal(await within([25, 9], { measure: "factor", tolerance: 3 }), true);
  assert.equal(await within([31, 20], { measure: "factor", tolerance: 3 }), false);
  assert.equal(await within([10, 1], { measure: "atMost", tolerance: 0 }), true);
  assert.equal(await within([10.1, 1], { measure: "atMost", tolerance: 0 }), false);
});

test("some can be asked for by name, and unknown names are told from those there are", async () => {
  assert.equal((await told(["p2p-2"])).length, 5);
  assert.equal((await told(["nack"])).length, 1);
  await assert.rejects(told(["nak"]), /there is no nak; there are multicast-1, .*mercurial/);
});

test.run();
