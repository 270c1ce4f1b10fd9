// limit: 300s
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { components } from "../../models/failures/failure-spec.ts";
import { distinctWrites } from "../../models/guest/memory.ts";
import { lifetime } from "../../models/laws.ts";
import type { PageClass } from "../../models/scenario.ts";
import { bundledFolder } from "../../scenarios/bundled-folder.ts";
import { Catalogue } from "../../scenarios/catalogue.ts";
import { listCatalogue } from "../../scenarios/catalogue-list.ts";
import { catalogue as listNames } from "../../scenarios/commands/catalogue.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { pathName, ScenarioError } from "../../scenarios/text/issue.ts";
import { type CatalogueKind, catalogueKinds, slots } from "../../scenarios/text/slots.ts";
import { plain } from "../../scenarios/text/tree.ts";
import { readTrace } from "../../scenarios/trace-readers/read-trace.ts";
import { noWorld } from "./no-world.ts";
import { load } from "./overlay.ts";

const test = suite("catalogue");

const catalogue = new Catalogue(diskFiles);
const day = 86_400;

test("every entry of the catalogue makes a valid scenario wherever its name may stand", () => {
  // A large host has room for whatever else is tried.
  const base = "dataCentre: { host: large-server, hostsPerRack: 8 }\ncluster: { vm: { memory: 1GiB } }";
  for (const { path, kind } of slots) {
    const fits = (name: string): boolean => {
      const { component } = plain(catalogue.find(kind, name)!) as { readonly component?: string };
      return component === undefined || component === path.at(-1);
    };
    const names = catalogue.names(kind).filter(fits);
    if (names.length === 0) continue;
    // One after the other, without reading the catalogue each time.
    const { points } = load(`${base}\nsweep: { ${pathName(path)}: [${names.join(", ")}] }`);
    assert.is(points.length, names.length, pathName(path));
  }
});

test("every failure of the catalogue says what it is a failure of, and every shock strikes", () => {
  for (const name of catalogue.names("failures")) {
    const { component } = plain(catalogue.find("failures", name)!) as { readonly component?: string };
    assert.ok(
      components.some((one) => one === component),
      `${name}: ${component}`,
    );
  }
  for (const name of catalogue.names("shocks")) {
    const { scenario } = load(`failures: { shocks: [${name}] }`).points[0]!;
    assert.is(scenario.model === "cluster" && scenario.failures.shocks[0]!.name, name);
  }
});

test("the first catalogue holds the workloads and the hardware that were asked for", () => {
  const has = (kind: Parameters<Catalogue["names"]>[0], ...names: string[]): void => {
    for (const name of names) assert.ok(catalogue.names(kind).includes(name), `${kind}: ${name}`);
  };
  has("workloads", "idle", "kernel-build", "key-value", "web", "analytics", "database");
  has("disks", "laptop-disk", "hard-disk", "sata-ssd", "nvme", "nvme-gen5");
  has("nics", "1gbe", "10gbe", "25gbe", "40gbe", "100gbe");
});

test("the pages of a workload's classes add up to the memory of the VM, whatever its size", () => {
  for (const name of catalogue.names("workloads"))
    for (const memory of ["1pages", "7pages", "1MiB", "333MB", "4GiB"]) {
      const { scenario } = load("", `cluster.workload=${name}`, `cluster.vm.memory=${memory}`).points[0]!;
      assert.ok(scenario.model === "cluster");
      const { workload, vm } = scenario.cluster;
      const pages = workload.classes.reduce((sum, one) => sum + one.pages, 0);
      assert.is(pages, Math.floor(vm.memory / 4096), `${name} with ${memory}`);
    }
});

/** Loading takes its time, and several tests ask for the same. */
const known = new Map<string, readonly PageClass[]>();
const classesOf = (name: string, memory: string): readonly PageClass[] => {
  const found = known.get(`${name} ${memory}`);
  if (found !== undefined) return found;
  const { scenario } = load("", `cluster.workload=${name}`, `cluster.vm.memory=${memory}`).points[0]!;
  assert.ok(scenario.model === "cluster");
  known.set(`${name} ${memory}`, scenario.cluster.workload.classes);
  return scenario.cluster.workload.classes;
};

/** Distinct pages written in a time. */
const written = (name: string, memory: string, seconds: number): number =>
  classesOf(name, memory).reduce((sum, one) => sum + distinctWrites(one.pages, one.writesPerSecond, seconds), 0);

test("the longer a workload runs, the more distinct pages it writes and the fewer of them are new", () => {
  for (const name of catalogue.names("workloads")) {
    const [one, ten, sixty] = [1, 10, 60].map((seconds) => written(name, "4GiB", seconds)) as [number, number, number];
    assert.ok(0 < one && one < ten && ten < sixty, name);
    assert.ok(one > ten / 10 && ten > sixty / 6, name);
    assert.ok(sixty * 4096 < 0.5 * 4 * 2 ** 30, `${name} writes half of its memory within a minute`);
  }
});

test("at every interval analytics write most, then key-value stores, databases, builds, web servers, and idle guests least", () => {
  for (const seconds of [0.5, 1, 10, 60, 600]) {
    const order = ["analytics", "key-value", "database", "kernel-build", "web", "idle"];
    const pages = order.map((name) => written(name, "4GiB", seconds));
    assert.equal(
      pages,
      pages.toSorted((a, b) => b - a),
    );
  }
});

test("an idle guest of 1 GiB writes the 0.9 MB of forkd's idle guest in 3 s", () => {
  const bytes = written("idle", "1GiB", 3) * 4096;
  assert.ok(Math.abs(bytes / 0.9e6 - 1) < 0.03, `${bytes}`);
});

test("PARS saves its 53.9 % on an idle guest: three copies of critical pages, one of all others", () => {
  const classes = classesOf("idle", "4GiB");
  const critical = classes.filter(({ type }) => ["cacheDirty", "anonymous", "kernel"].includes(type));
  const part = (of: readonly PageClass[]): number => of.reduce((sum, { pages }) => sum + pages, 0) / 2 ** 20;
  const saving = 1 - (3 * part(critical) + (1 - part(critical))) / 3;
  assert.ok(Math.abs(saving - 0.539) < 0.002, `${saving}`);
});

test("analytics write as many distinct pages per core and minute as QEMU's Java warehouse: 67,551/s on 20 cores", () => {
  const perCore = written("analytics", "4GiB", 60) / 60 / 2;
  assert.ok(Math.abs(perCore / (67_551 / 20) - 1) < 0.1, `${perCore}`);
});

test("duplicates are fewer than 15 % of the pages that are not zero, and more than 90 % of them lie inside one VM", () => {
  for (const name of catalogue.names("workloads"))
    for (const { content } of classesOf(name, "4GiB")) {
      const duplicates = content.selfDuplicate + content.interVm.all + content.interVm.pair;
      assert.ok(duplicates / (1 - content.zero) < 0.15, name);
      assert.ok(content.selfDuplicate / duplicates > 0.9, name);
    }
});

test("the tables of the catalogue's document are what the command prints", () => {
  const readme = readFileSync(`${bundledFolder}catalogue/README.md`, "utf8");
  const tables = [...readme.matchAll(/<!-- snapback catalogue (\S+) -->\n```\n(.*?)\n```/gs)];
  assert.equal(
    tables.map(([, kind]) => kind),
    ["workloads", "vm-disks", "hosts", "disks", "nics"],
  );
  for (const [, kind, table] of tables) assert.is(table, listCatalogue(catalogue, kind as CatalogueKind));
});

test("the command lists one kind, or all of them", () => {
  const printed = (kind?: CatalogueKind): string => {
    const lines: string[] = [];
    listNames({ ...noWorld, print: (text) => lines.push(text) }, kind === undefined ? {} : { kind });
    return lines.join("\n");
  };
  assert.is(printed("nics"), listCatalogue(catalogue, "nics"));
  assert.is(printed(), catalogueKinds.map((kind) => listCatalogue(catalogue, kind)).join("\n\n"));
});

test("every kind of the catalogue is listed, each name once, with how many of its numbers are assumed", () => {
  for (const kind of catalogueKinds) {
    const [head, ...lines] = listCatalogue(catalogue, kind).split("\n");
    assert.match(head!, new RegExp(`^${kind} .*assumed$`));
    assert.equal(
      lines.map((line) => line.split(" ")[0]),
      catalogue.names(kind),
    );
    for (const line of lines) assert.match(line, / \d+ of \d+$/);
  }
});

test("a number of the catalogue without its source is refused", () => {
  const files = {
    ...diskFiles,
    read: (path: string) => (path.endsWith("disks.yaml") ? "fast: { read: 1GB/s }" : diskFiles.read(path)),
  };
  assert.throws(
    () => new Catalogue(files).names("disks"),
    (error: Error) =>
      error instanceof ScenarioError &&
      /^catalogue\/disks\.yaml:1:15: a number of the catalogue needs/.test(error.message),
  );
  const vague = { ...files, read: () => "fast: { read: { value: 1GB/s, source: somewhere } }" };
  assert.throws(() => new Catalogue(vague).names("disks"), /a source begins with assumed, published/);
});

test("the law infinitehbd is the most likely stationary Weibull law of the trace, and fails as often as the trace", () => {
  const { trace } = readTrace(diskFiles, "infinitehbd", {});
  const first: number[] = [];
  const gaps: number[] = [];
  const open: number[] = [];
  let untouched = 0;
  for (const node of trace.byNode) {
    if (node.length === 0) untouched++;
    else first.push(node[0]!.start / day);
    for (let i = 1; i < node.length; i++) gaps.push((node[i]!.start - node[i - 1]!.end) / day);
    if (node.length > 0) open.push((trace.span - node.at(-1)!.end) / day);
  }
  assert.equal([first.length, gaps.length, open.length, untouched], [231, 352, 231, 169]);
  const likelihood = (shape: number, scale: number): number => {
    const { survival, density, excess, mean } = lifetime({ law: "weibull", shape, scale });
    const sum = (values: readonly number[], term: (t: number) => number): number =>
      values.reduce((total, t) => total + Math.log(term(t)), 0);
    const residual = sum(first, (t) => survival(t) / mean) + untouched * Math.log(excess(trace.span / day) / mean);
    return residual + sum(gaps, (t) => density(Math.max(t, 5e-5))) + sum(open, survival);
  };

  const { scenario } = load("failures: { host: infinitehbd }").points[0]!;
  assert.ok(scenario.model === "cluster");
  const source = scenario.failures.host;
  assert.ok(source.kind === "law" && source.time.law === "weibull");
  const { shape } = source.time;
  const scale = source.time.scale / day;
  for (const [s, t] of [
    [1.002, 1],
    [0.998, 1],
    [1, 1.01],
    [1, 0.99],
  ] as const)
    assert.ok(likelihood(shape, scale) > likelihood(shape * s, scale * t));

  const upPerFault = (400 * trace.span * 0.9770058266982788) / 583 / day;
  assert.ok(
    Math.abs(lifetime(source.time).mean / day / upPerFault - 1) < 0.06,
    `${lifetime(source.time).mean / day} ${upPerFault}`,
  );
});

test.run();
