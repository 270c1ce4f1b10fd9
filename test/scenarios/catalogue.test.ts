import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lifetime } from "../../models/laws.ts";
import { Catalogue } from "../../scenarios/catalogue.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { pathName, ScenarioError } from "../../scenarios/issue.ts";
import { slots } from "../../scenarios/slots.ts";
import { readTrace } from "../../scenarios/trace-readers/read-trace.ts";
import { load } from "./overlay.ts";

const test = suite("catalogue");

const catalogue = new Catalogue(diskFiles);
const day = 86_400;

test("every entry of the catalogue makes a valid scenario wherever its name may stand", () => {
  // A large host has room for whatever else is tried.
  const base = "dataCentre: { host: large-server, hostsPerRack: 8 }\ncluster: { vm: { memory: 1GiB } }";
  for (const { path, kind } of slots)
    for (const name of catalogue.names(kind)) {
      const { points } = load(base, `${pathName(path)}=${name}`);
      assert.is(points.length, 1, `${pathName(path)}=${name}`);
    }
});

test("the first catalogue holds the workloads and the hardware that were asked for", () => {
  const has = (kind: Parameters<Catalogue["names"]>[0], ...names: string[]): void => {
    for (const name of names) assert.ok(catalogue.names(kind).includes(name), `${kind}: ${name}`);
  };
  has("workloads", "idle", "web", "key-value", "database");
  has("disks", "laptop-disk", "sata-ssd", "nvme");
  has("nics", "1gbe", "10gbe", "25gbe");
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
