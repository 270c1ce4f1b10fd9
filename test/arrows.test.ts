import { readdirSync, readFileSync } from "node:fs";
import { sep } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { violations } from "./arrows/laws.ts";
import { parse } from "./arrows/source-file.ts";

const root = new URL("../", import.meta.url);

/** Paths of our sources: not what is installed, built, made by runs, or broken on purpose. */
const sources = (): string[] => {
  const left = /^(node_modules|dist|coverage)$|^\./;
  const top = readdirSync(root, { withFileTypes: true }).filter(({ name }) => !left.test(name));
  return top
    .flatMap((entry) =>
      entry.isDirectory()
        ? readdirSync(new URL(`${entry.name}/`, root), { recursive: true, encoding: "utf8" }).map(
            (name) => `${entry.name}/${name.replaceAll(sep, "/")}`,
          )
        : [entry.name],
    )
    .filter(
      (path) =>
        /\.ts$|\/.*\.m?js$/.test(path) && !/\/(node_modules|dist|build|runs|fixtures|\.checked-\d+)\//.test(path),
    );
};

/** The laws' verdict on a few files that do not exist. */
const judge = (texts: Readonly<Record<string, string>>, entries: readonly string[] = []): string[] =>
  violations(
    Object.entries(texts).map(([path, text]) => parse(path, text)),
    entries,
  );

const repository = suite("the repository");

repository("keeps the arrows between its folders", () => {
  const paths = sources();
  assert.ok(paths.includes("test/arrows.test.ts"));
  const found = violations(paths.map((path) => parse(path, readFileSync(new URL(path, root), "utf8"))));
  assert.is(found.join("\n"), "");
});

repository.run();

const laws = suite("the laws");

for (const [law, path, text, complaint] of [
  ["sim knows nothing of ours", "sim/a.ts", `import { vm } from "../models/vm.ts";`, /sim may know nothing else/],
  ["sim depends on no package", "sim/a.ts", `import { sum } from "d3-array";`, /depends on no package/],
  ["only sim/realtime.ts touches Node", "sim/a.ts", `import fs from "node:fs";`, /nothing of Node/],
  ["the prefix node: makes no difference", "sim/a.ts", `import fs from "fs";`, /nothing of Node/],
  ["models know nothing of results", "models/a.ts", `import "../results/store.ts";`, /models may know sim/],
  [
    "results know nothing of scenarios",
    "results/a.ts",
    `import "../scenarios/run.ts";`,
    /results may know nothing else/,
  ],
  ["scenarios know nothing of real", "scenarios/a.ts", `import "../real/qemu.ts";`, /scenarios may know/],
  ["real does not know sim", "real/a.ts", `import "../sim/index.ts";`, /real\/a\.ts:1 imports sim\/index\.ts/],
  ["nobody imports the command line", "scenarios/a.ts", `import "../cli.ts";`, /imports cli\.ts/],
  ["a re-export is an import", "results/a.ts", `export * from "../models/vm.ts";`, /imports models\/vm\.ts/],
  ["a dynamic import is an import", "results/a.ts", `await import("../models/vm.ts");`, /imports models\/vm\.ts/],
  ["an import of types is an import", "results/a.ts", `import type { Vm } from "../models/vm.ts";`, /models\/vm\.ts/],
  ["a type by import() is an import", "results/a.ts", `let a: import("../models/vm.ts").Vm;`, /models\/vm\.ts/],
  ["a require is an import", "results/a.ts", `const a = require("../models/vm.ts");`, /models\/vm\.ts/],
  ["a worker's URL is an import", "results/a.ts", `new URL("../models/a.ts", import.meta.url);`, /models\/a\.ts/],
  ["sim loads nothing that is known only at run time", "sim/a.ts", `await import(name);`, /only known at run time/],
  ["inside the repository nobody imports @sim/des", "models/a.ts", `import "@sim/des";`, /inside the repository/],
  ["a new folder needs a place among the arrows", "utils/a.ts", "", /utils has no place/],
  ["models do not draw unseeded numbers", "models/a.ts", "Math.random();", /models\/a\.ts:1 uses Math\.random/],
  ["an alias hides nothing", "models/a.ts", "const { random: draw } = Math;", /uses Math\.random/],
  ["brackets hide nothing", "models/a.ts", `Math["random"]();`, /uses Math\.random/],
  ["globalThis hides nothing", "models/a.ts", "globalThis.Math.random();", /uses Math\.random/],
  ["scenarios do not read Date.now", "scenarios/a.ts", "\nDate.now();", /scenarios\/a\.ts:2 uses Date\.now/],
  ["scenarios do not read performance.now", "scenarios/a.ts", "performance.now();", /uses performance\.now/],
  ["scenarios do not ask what day it is", "scenarios/a.ts", "new Date();", /uses new Date\(\)/],
  ["sim does not read the process's clock", "sim/a.ts", "process.hrtime.bigint();", /uses process\.hrtime/],
] as const)
  laws(law, () => {
    const found = judge({ [path]: text });
    assert.match(found.join("\n"), complaint);
  });

for (const [file, network] of [
  ["models/policies/periodic.ts", "../network.ts"],
  ["models/analytic/young.ts", "../network.ts"],
  ["models/testbed.ts", "./network.ts"],
  ["scenarios/policy-api.ts", "../models/network.ts"],
] as const)
  laws(`${file} does not reach sim, not even through another module, and the chain is shown`, () => {
    const found = judge({
      [file]: `import "${network}";`,
      "models/network.ts": `export { Simulation } from "../sim/index.ts";`,
      "sim/index.ts": "",
    });
    assert.equal(found, [`${file} reaches sim/index.ts: ${file} → models/network.ts → sim/index.ts`]);
  });

laws("real does not reach sim through a model or a scenario that is no entry to simulations", () => {
  const found = judge({
    "real/qemu-testbed.ts": `import "../models/disk.ts";`,
    "real/validate.ts": `import "../scenarios/sweep.ts";`,
    "models/disk.ts": `import { Resource } from "../sim/index.ts";`,
    "scenarios/sweep.ts": `import "../models/disk.ts";`,
    "sim/index.ts": "",
  });
  assert.equal(found, [
    "real/qemu-testbed.ts reaches sim/index.ts: real/qemu-testbed.ts → models/disk.ts → sim/index.ts",
    "real/validate.ts reaches sim/index.ts: real/validate.ts → scenarios/sweep.ts → models/disk.ts → sim/index.ts",
  ]);
});

laws("real reaches simulations through the entries that scenarios names, and an entry must be there", () => {
  const texts = {
    "real/validate.ts": `import "../scenarios/simulate.ts";`,
    "scenarios/simulate.ts": `import "../models/simulated-testbed.ts";`,
    "models/simulated-testbed.ts": `import "../sim/index.ts";`,
    "sim/index.ts": "",
  };
  assert.equal(judge(texts, ["scenarios/simulate.ts"]), []);
  assert.match(
    judge(texts, ["scenarios/other.ts"]).join("\n"),
    /scenarios\/other\.ts .* is not there\nreal.* reaches sim/,
  );
});

laws("what a browser loads of sim does not reach Node", () => {
  const found = judge({
    "sim/index.ts": `export * from "./pace.ts";`,
    "sim/pace.ts": `import "./realtime.ts";`,
    "sim/realtime.ts": `import { setTimeout } from "node:timers/promises"; performance.now();`,
  });
  assert.equal(found, ["sim/index.ts reaches sim/realtime.ts: sim/index.ts → sim/pace.ts → sim/realtime.ts"]);
});

laws("what follows the arrows is let through", () => {
  const found = judge({
    "sim/index.ts": `export * from "./a.ts"; const text = 'import "../models/vm.ts"'; // import "node:fs"`,
    "sim/a.ts": `Math.max(1, 2); new Date(0); const { PI } = Math;`,
    "models/simulated-testbed.ts": `import { Simulation } from "../sim/index.ts"; import "./testbed.ts";`,
    "models/testbed.ts": "",
    "scenarios/run.ts": `import "../models/simulated-testbed.ts"; import "../results/store.ts"; import "yaml";`,
    "real/qemu-testbed.ts": `import "../models/testbed.ts"; import "node:net"; performance.now();`,
    "results/store.ts": `import "node:fs"; Date.now();`,
    "cli.ts": `import "./scenarios/run.ts"; import "./real/qemu-testbed.ts"; await import(process.argv[2]);`,
  });
  assert.equal(found, []);
});

laws.run();
