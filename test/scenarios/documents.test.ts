import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { faults, load } from "./overlay.ts";

const test = suite("documents");

const blocks = (document: string, language: string): string[] => {
  const text = readFileSync(new URL(`../../scenarios/${document}`, import.meta.url), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, block]) => block!);
};

test("every scenario in the documents can be loaded", () => {
  const scenarios = blocks("README.md", "yaml");
  assert.is(scenarios.length, 3);
  for (const scenario of scenarios) assert.equal(faults(scenario), []);
});

test("the trace in the documents is read as it is described", () => {
  const [csv] = blocks("traces/README.md", "csv");
  const texts = { "a.yaml": "failures: { host: { trace: ./mine.csv, nodes: 64, span: 1y } }", "mine.csv": csv! };
  const { scenario } = load(texts).points[0]!;
  assert.ok(scenario.model === "cluster" && scenario.failures.host.kind === "trace");
  const { byNode, span } = scenario.failures.host.trace;
  assert.is(span, 365 * 86_400);
  assert.is(byNode.length, 64);
  assert.equal(byNode.slice(0, 2), [
    [
      { start: 259_200, end: 302_400 },
      { start: 864_000, end: 864_900 },
    ],
    [{ start: 1_080_000, end: Infinity }],
  ]);
});

test.run();
