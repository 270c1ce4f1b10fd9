import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { aggregate } from "../../scenarios/aggregate.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { type LoadedScenario, loadScenario } from "../../scenarios/load.ts";
import { everyJob, RunFailed, type RunOptions, runAll } from "../../scenarios/run.ts";
import { ScenarioError } from "../../scenarios/text/issue.ts";

const test = suite("modules with policies");

let folder = "";
test.before(() => {
  folder = mkdtempSync(join(tmpdir(), "snapback-policies-"));
});
test.after(() => rmSync(folder, { recursive: true }));

/** Writes files, by their paths from the folder of the tests. */
const write = (texts: { readonly [path: string]: string }): void => {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
};

const small = `
horizon: 300s
replications: 2
cluster: { vms: 2, vm: { memory: 64MiB } }
snapshot: { interval: 20s }
failures: { vm: { times: [{ component: 1, start: 100s }] } }
`;

const load = (scenario: string, ...set: string[]): LoadedScenario => {
  write({ "a.yaml": `${small}${scenario}` });
  const overrides = set.map((text) => ({ option: "--set", text }));
  return loadScenario("a.yaml", { files: diskFiles, folder, overrides });
};

/** Everything that is wrong, without the lines that show where; the folder of the tests is written as `~`. */
const faults = (scenario: string, ...set: string[]): string => {
  try {
    load(scenario, ...set);
    return "";
  } catch (error) {
    assert.instance(error, ScenarioError, String(error));
    return (error as Error).message
      .split("\n")
      .filter((line) => !/^ +\d* +\|/.test(line))
      .join("\n")
      .replaceAll(`${folder}/`, "~/");
  }
};

const results = async (loaded: LoadedScenario, options: RunOptions = {}) => {
  const { points, seed, replications } = loaded;
  const plan = {
    points,
    jobs: everyJob(points.length, replications),
  };
  const runs = [];
  for await (const run of runAll(plan, options)) runs.push(run);
  return aggregate(loaded, seed, runs);
};

const failure = async (scenario: string, options: RunOptions = {}): Promise<string> => {
  try {
    await results(load(scenario), options);
  } catch (error) {
    assert.instance(error, RunFailed, String(error));
    return (error as Error).message.replaceAll(`${folder}/`, "~/");
  }
  return "";
};

/** Snapshots at twice the interval of the plan. */
const slow = `
import { Interrupted, rollback, type Cluster, type Plans, type Policy, type Testbed } from "snapback";
import { twice } from "./parts/twice.ts";
import { factor } from "./factor.json";

export default function* slow(bed: Testbed, cluster: Cluster, plans: Plans): Policy {
  for (;;) {
    try {
      const plan = { ...plans.snapshot, interval: factor * twice(plans.snapshot.interval) };
      yield* bed.every(cluster, plan, function* () {
        yield* bed.replicate(yield* bed.snapshot(cluster, plan), plans.storage);
      });
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      yield* rollback(bed, cluster, plans.rollback);
    }
  }
}
`;
const parts = {
  "parts/twice.ts": "export const twice = (x: number): number => 2 * x;\n",
  "factor.json": `{ "factor": 1 }`,
};

test("a module in TypeScript, with its imports, runs here and on workers, and the results name it and its hash", async () => {
  write({ "mine.ts": slow, ...parts });
  const loaded = load("policy: { module: ./mine.ts }");
  const [result] = await results(loaded);
  assert.is(result!.metrics["intervalAchieved"]!.mean, 40);
  assert.is(result!.metrics["rollbacks"]!.mean, 1);
  assert.is(result!.policy!.module, "mine.ts");
  assert.match(result!.policy!.sha256, /^[0-9a-f]{64}$/);
  assert.equal(
    loaded.notes.filter((note) => note.startsWith("policy")),
    [`policy mine.ts: SHA-256 ${result!.policy!.sha256}`],
  );
  assert.match(
    result!.notes.join("\n"),
    /^fidelity: full, every cycle simulated: nothing tells whether the cycles of mine\.ts/,
  );
  assert.equal(await results(loaded, { workers: 2 }), [result]);
});

test("without a module there is no hash, and cycles may be jumped over", async () => {
  const [result] = await results(load("policy: protect"));
  assert.is(result!.policy, undefined);
  assert.match(result!.notes.join("\n"), /^fidelity: fast-forward/);
});

test("the hash is that of the sources, wherever they lie and whatever the module is called", () => {
  const hash = (module: string): string => {
    const [point] = load(`policy: { module: ${module} }`).points;
    const { scenario } = point!;
    return scenario.model === "cluster" && scenario.policy !== "protect" ? scenario.policy.program.sha256 : "";
  };
  write({ "mine.ts": slow, ...parts });
  const first = hash("./mine.ts");
  const elsewhere = Object.entries(parts).map(([path, text]) => [`else/where/${path}`, text]);
  write({ "else/where/theirs.ts": slow, ...Object.fromEntries(elsewhere) });
  assert.is(hash("./else/where/theirs.ts"), first);
  // Neither what lies beside them nor how they are configured.
  write({ "else/where/tsconfig.json": `{ "compilerOptions": { "target": "es5" } }`, "else/where/other.ts": "" });
  assert.is(hash("./else/where/theirs.ts"), first);
  write({ "else/where/factor.json": `{ "factor": 3 }` });
  assert.is.not(hash("./else/where/theirs.ts"), first);
  write({
    "else/where/factor.json": parts["factor.json"],
    "else/where/parts/twice.ts": `${parts["parts/twice.ts"]}//\n`,
  });
  assert.is.not(hash("./else/where/theirs.ts"), first);
});

test("a module is meant from the file that names it, from the command line from the current folder", () => {
  write({
    "sub/mine.ts": slow,
    ...Object.fromEntries(Object.entries(parts).map(([path, text]) => [`sub/${path}`, text])),
  });
  write({ "sub/base.yaml": "policy: { module: ./mine.ts }" });
  const named = (...given: Parameters<typeof load>): string => {
    const { scenario } = load(...given).points[0]!;
    return scenario.model === "cluster" && scenario.policy !== "protect" ? scenario.policy.program.folder : "ours";
  };
  assert.is(named("extends: sub/base.yaml"), join(folder, "sub"));
  assert.is(named("", "policy.module=sub/mine.ts"), join(folder, "sub"));
  assert.is(named("extends: sub/base.yaml", "policy=protect"), "ours");
});

test("what a module remembers does not pass from one replication to the next", async () => {
  write({
    "memory.ts": `
      import { protect, type ClusterPolicy } from "snapback";
      let runs = 0;
      const memory: ClusterPolicy = (bed, cluster, plans) =>
        protect(bed, cluster, { ...plans, snapshot: { ...plans.snapshot, interval: 20 * ++runs } });
      export default memory;`,
  });
  const [result] = await results(load("policy: { module: ./memory.ts }"));
  const { mean, halfWidth } = result!.metrics["intervalAchieved"]!;
  assert.equal([mean, halfWidth], [20, 0]);
});

test("options are read by the module, and a sweep can go over them", async () => {
  write({
    "timed.js": `
      import { protect, seconds } from "snapback";
      export const options = ({ every, ...rest }) => {
        for (const unknown in rest) throw new Error("there is no option " + unknown);
        return { every: seconds(every) };
      };
      export default (bed, cluster, plans, { every }) =>
        protect(bed, cluster, { ...plans, snapshot: { ...plans.snapshot, interval: every } });`,
  });
  const swept = await results(load("policy: { module: ./timed.js }\nsweep: { policy.options.every: [10s, 25s] }"));
  assert.equal(
    swept.map(({ metrics }) => metrics["intervalAchieved"]!.mean),
    [10, 25],
  );
  assert.is(
    faults("policy: { module: ./timed.js, options: { every: 10 } }"),
    "a.yaml:7:31: policy.options: 10 has no unit; write a duration such as 60s (ns, us, ms, s, m, min, h, d, w, y)",
  );
  assert.match(faults("policy: { module: ./timed.js, options: { every: 1s, evry: 2s } }"), /there is no option evry$/);
  write({ "mine.ts": slow, ...parts });
  assert.match(
    faults("policy: { module: ./mine.ts, options: { every: 10s } }"),
    /policy\.options: mine\.ts takes no options, so every would mean nothing$/,
  );
});

for (const [law, text, message] of [
  [
    "syntax errors",
    "const a = 1;\nexport default function* ( {\n",
    /~\/mine\.ts:3:1: Expected identifier but found end of file$/,
  ],
  ["imports of what is not there", `import "./none.ts";`, /~\/mine\.ts:1:8: Could not resolve "\.\/none\.ts"$/],
  [
    "imports of Node",
    `import { readFileSync } from "node:fs";\nreadFileSync("x");`,
    /~\/mine\.ts:1:30: Could not resolve "node:fs"; a policy uses nothing of Node: data belongs/,
  ],
  ["top-level await", "await 3;\nexport default function* () {}", /~\/mine\.ts:1:1: Top-level await/],
  [
    "errors while it is loaded",
    "const none: { a: number }[] = [];\n\n\nconsole.log(none[0].a);",
    /mine\.ts throws TypeError: Cannot read properties of undefined \(reading 'a'\)\n +at ~\/mine\.ts:4:\d+$/,
  ],
  [
    "a module without a policy",
    "export const policy = 3;",
    /mine\.ts has no policy as its default export \(it exports policy\): write export default function\*$/,
  ],
  ["a module without exports", "", /mine\.ts has no policy as its default export \(it exports nothing\)/],
  [
    "options that cannot read",
    "export const options = 3;\nexport default function* () {}",
    /mine\.ts exports options that are no function/,
  ],
] as const)
  test(`${law}: told where the scenario names the module`, () => {
    write({ "mine.ts": text });
    const found = faults("policy: { module: ./mine.ts }");
    assert.match(found, /^a\.yaml:7:19: policy\.module: /);
    assert.match(found, message);
  });

test("a copy of the program itself is refused: it would not know this run's interrupts", () => {
  const testbed = new URL("../../models/testbed.ts", import.meta.url).pathname;
  write({
    "mine.ts": `import { Interrupted } from "${testbed}";\nexport default function* () { throw new Interrupted(); }`,
  });
  assert.match(
    faults("policy: { module: ./mine.ts }"),
    /imports .*models\/testbed\.ts of the program itself: import it from "snapback"$/,
  );
});

test("the policies in the documents run as they stand", async () => {
  // 300 s with a failure at 100 s, and a snapshot each 20 s; after the failure the first takes them each 5 s.
  for (const [document, snapshots] of [
    ["README.md", [36, 44]],
    ["scenarios/policies/README.md", [12, 15]],
  ] as const) {
    const text = readFileSync(new URL(`../../${document}`, import.meta.url), "utf8");
    write({ "mine.ts": text.match(/^```ts\n(.*?)^```/ms)![1]! });
    const [result] = await results(load("policy: { module: ./mine.ts }"));
    assert.is(result!.metrics["rollbacks"]!.mean, 1);
    const found = result!.metrics["snapshots"]!.mean!;
    assert.ok(snapshots[0] <= found && found <= snapshots[1], `${document}: ${found} snapshots`);
  }
});

test("the scenario in the documents can be loaded", () => {
  const text = readFileSync(new URL("../../scenarios/policies/README.md", import.meta.url), "utf8");
  const [code, yaml] = ["ts", "yaml"].map(
    (language) => text.match(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "ms"))![1]!,
  );
  write({ "mine.ts": code!, "documented.yaml": yaml! });
  const { points } = loadScenario("documented.yaml", { files: diskFiles, folder, overrides: [] });
  assert.ok(points[0]!.scenario.model === "cluster" && typeof points[0]!.scenario.policy === "object");
});

test("bad input is told at its line", () => {
  write({ "mine.ts": slow, ...parts });
  for (const [scenario, message] of [
    ["policy: { module: ./none.ts }", /^a\.yaml:7:19: policy\.module: cannot read ~\/none\.ts: there is no such file$/],
    ["policy: { module: . }", /^a\.yaml:7:19: policy\.module: cannot read \S+: it is a folder$/],
    ["policy: protekt", /^a\.yaml:7:9: policy: .*protect/],
    ["policy: ./mine.ts", /^a\.yaml:7:9: policy: /],
    ["policy: { options: { a: 1 } }", /^a\.yaml:7:1: policy\.module: is missing/],
    ["policy: { module: ./mine.ts, modul: 3 }", /policy\.modul: unknown key/],
    [
      "policy: { module: ./mine.ts }\nfidelity: fast-forward",
      /^a\.yaml:8:11: fidelity: fast-forward jumps over cycles that repeat, and nothing tells whether those of mine\.ts do: write auto or full$/,
    ],
  ] as const)
    assert.match(faults(scenario), message, scenario);
});

test("what a policy throws while it runs is shown in its own sources, wherever it ran", async () => {
  write({
    "mine.ts": `
import type { Testbed } from "snapback";
import { explode } from "./parts/explode.ts";

export default function* mine(bed: Testbed) {
  yield* bed.sleep(3);
  explode();
}
`,
    "parts/explode.ts": `interface Nothing {}\n\nexport const explode = (): Nothing => {\n  throw new Error("no more");\n};\n`,
  });
  for (const workers of [1, 2]) {
    assert.match(
      await failure("policy: { module: ./mine.ts }", { workers }),
      /^policy mine\.ts, at 3 s: throws Error: no more\n +at explode \(~\/parts\/explode\.ts:4:9\)\n +at mine \(~\/mine\.ts:7:3\)/,
    );
  }
});

test("a breach of contract is shown where the policy asked for it", async () => {
  write({ "mine.ts": `export default function* mine(bed: any) {\n\n  yield* bed.sleep("3s");\n}\n` });
  assert.match(
    await failure("policy: { module: ./mine.ts }"),
    /at 0 s: cannot sleep 3s seconds\n +at mine \(~\/mine\.ts:3:\d+\)/,
  );
});

test("clocks and unseeded randomness would make each run another one, and are refused", async () => {
  for (const [expression, name] of [
    ["Math.random()", "Math.random"],
    ["Date.now()", "Date.now"],
    ["new Date()", "new Date()"],
    ["performance.now()", "performance.now"],
  ] as const) {
    write({ "mine.ts": `export default function* () { ${expression}; }` });
    assert.ok(
      (await failure("policy: { module: ./mine.ts }")).includes(
        `throws Error: ${name} would make each run another one`,
      ),
      name,
    );
  }
  write({
    "mine.ts": `import { protect } from "snapback";
      export default (...given) => Math.max(1, Math.floor(2.5)) === 2 && new Date(0).getTime() === 0 && protect(...given);`,
  });
  assert.is(await failure("policy: { module: ./mine.ts }"), "");
});

test.run();
