import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sharedPart } from "../../real/pages/similarity.ts";
import { similarityColumns, similarityNames } from "../../real/study/run-columns.ts";
import { AgentHost } from "./agent-host.ts";
import { flags, type MadePage, streamOf, syntheticLinux } from "./synthetic-linux.ts";

const host = new AgentHost(`s${process.pid.toString(36)}`, "h1");
const test = suite("what guests have in common");
test.before(() => host.start());
test.after(() => host.end());

const cached = (fill: number): MadePage => ({ flags: flags.lru, fill });

const similarityOf = async (guests: readonly (readonly MadePage[])[]) => {
  const streams = guests.map((pages, i) => {
    const name = `memory${i}`;
    writeFileSync(join(host.files, name), streamOf(syntheticLinux(pages)));
    return name;
  });
  const { types } = await host.agent.ask("similarity", { streams }, 20_000);
  return types;
};

test("is told by the pages of the guests after the first, by type, without those that hold zeros", async () => {
  const shared = [1, 2, 3].map(cached);
  // Three of all; two of its own, of which the second guest has one twice, and zeros.
  const types = await similarityOf([
    [...shared, ...[10, 11].map(cached)],
    [...shared, ...[20, 20, 0].map(cached)],
    [...shared, ...[30, 31, 0].map(cached)],
  ]);
  assert.equal(
    types.find(({ type }) => type === "cacheClean"),
    { type: "cacheClean", pages: 10, shared: 6 },
  );
  assert.equal(
    types.find(({ type }) => type === "anonymous"),
    { type: "anonymous", pages: 0, shared: 0 },
  );
  const columns = similarityColumns(types);
  assert.is(columns["similarityCacheClean"], 0.6);
  assert.ok(Number.isNaN(columns["similarityAnonymous"]));
  assert.is(columns["similarity"], sharedPart(types));
  assert.equal(Object.keys(columns).toSorted(), similarityNames.toSorted());
});

test("one guest alone has nothing in common with anybody", async () => {
  assert.ok((await similarityOf([[cached(1), cached(1)]])).every(({ pages, shared }) => pages === 0 && shared === 0));
  assert.equal(similarityColumns(undefined), {}, "nobody looked");
});

test("memory in which no kernel is found is told, not counted", async () => {
  writeFileSync(join(host.files, "none"), Buffer.alloc(1 << 20, 7));
  const error = await host.agent.ask("similarity", { streams: ["none"] }, 20_000).catch((one: unknown) => one);
  assert.match(`${error}`, /VMCOREINFO/);
});

test.run();
