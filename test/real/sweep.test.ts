import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Columns } from "../../models/books/columns.ts";
import { LifeCycleAccount } from "../../models/books/life-cycle-account.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { watchCluster } from "../../models/watch.ts";
import { type SweepArguments, sweepCommand } from "../../real/commands/sweep.ts";
import { checkedChart } from "../../real/commands/sweep-report.ts";
import { machineSide } from "../../real/replay/machine-side.ts";
import { replayObstacles } from "../../real/replay/replayable.ts";
import { MeasuredRuns } from "../../real/study/measured-runs.ts";
import { steadyColumns, warmUp } from "../../real/study/run-columns.ts";
import { shortestKept } from "../../real/study/shortest-kept.ts";
import { keptIntervals, type SweepPoint } from "../../real/study/sweep-study.ts";
import { CommandError } from "../../scenarios/commands/command-line.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { loadScenario } from "../../scenarios/load.ts";
import { setTo } from "../../scenarios/text/override.ts";
import { noWorld } from "../scenarios/no-world.ts";

const folder = mkdtempSync(join(tmpdir(), "sweep-"));
const test = suite("a sweep on real machines");
test.after(() => rmSync(folder, { recursive: true, force: true }));

const isCluster = (scenario: { readonly model: string }): scenario is ClusterScenario => scenario.model === "cluster";

/** What the intervals below are on both sides of, whatever has been measured last. */
const costs = "snapshot.costs={copyRate: 330MB/s, device: 40ms, unprotectPerPage: 41us/page, recordRate: 43MB/s}";

const pointsWith = (...settings: string[]) =>
  loadScenario("sustained-interval", {
    ...{ files: diskFiles, folder: "/" },
    overrides: settings.map((text) => setTo("--set", text)),
  }).points.map(({ labels, scenario, seed }) => {
    assert.ok(isCluster(scenario));
    return { labels, scenario, seed };
  });

test("the search halves its ladder down to two neighbours", async () => {
  const ladder = Array.from({ length: 9 }, (_, i) => i);
  for (let first = 0; first <= 9; first++) {
    const asked: number[] = [];
    const found = await shortestKept(ladder, async (rung) => {
      asked.push(rung);
      return rung >= first;
    });
    assert.equal(found, { shortest: first === 9 ? undefined : first, missed: first === 0 ? undefined : first - 1 });
    assert.ok(asked.length <= 4, `asked of ${asked}`);
    assert.is(new Set(asked).size, asked.length, "of none twice");
  }
  assert.equal(await shortestKept([], async () => true), { shortest: undefined, missed: undefined });
});

/** A run of the simulator, and what its events tell: as a real run is judged. */
const simulatedEvents = ({ scenario }: SweepPoint) =>
  [...watchCluster({ ...scenario, fidelity: "full" }, { seed: 1, replication: 0 })].flat();

test("the same search on short runs of the simulator, judged as real ones are, finds what its long runs tell", async () => {
  const points = pointsWith(
    "sweep.snapshot.interval=[1s, 1.4s, 2s, 2.8s, 4s]",
    "sweep.snapshot.capture=[post-copy]",
    "horizon=10m",
    costs,
  );
  const long = async (point: SweepPoint): Promise<Columns> => {
    const account = new LifeCycleAccount();
    for (const event of simulatedEvents(point)) account.enter(event);
    return account.columns;
  };
  const asked: string[] = [];
  const brief = async ({ labels, scenario }: SweepPoint): Promise<Columns> => {
    asked.push(Object.values(labels).join(" "));
    const horizon = Math.max(40, (warmUp + 7) * scenario.snapshot.interval);
    return steadyColumns(simulatedEvents({ labels, scenario: { ...scenario, horizon } }));
  };
  const named = (found: Awaited<ReturnType<typeof keptIntervals>>) =>
    found.map(({ setting, shortest, missed }) => [
      setting,
      shortest?.labels["snapshot.interval"],
      missed?.labels["snapshot.interval"],
    ]);
  const found = named(await keptIntervals(points, brief));
  assert.equal(found, named(await keptIntervals(points, long)));
  const [full, incremental] = found.map(([, shortest]) => Number.parseFloat(shortest!));
  assert.ok(full! > incremental!, `${full} s with full records, ${incremental} s with incremental ones`);
  assert.ok(asked.length < points.length, `${asked.length} runs for ${points.length} points`);
});

test("whoever comes to no cycle after the warm-up keeps no interval", async () => {
  const [point] = pointsWith("sweep.snapshot.interval=[1s]", "snapshot.capture=post-copy", "snapshot.record=full");
  const columns = steadyColumns(simulatedEvents({ ...point!, scenario: { ...point!.scenario, horizon: 3 } }));
  assert.ok(Number.isNaN(columns["intervalAchieved"]));
  const [kept] = await keptIntervals([point!], async () => columns);
  assert.is(kept!.shortest, undefined);
});

const provenance = {
  testbed: "made",
  date: "2026-01-02T03:04:05.000Z",
  machine: 'a "machine", with two cores',
  load: 1.5,
};

test("runs are kept in a file that survives half a line, and no other file is taken for one", () => {
  const path = join(folder, "runs.csv");
  const axes = ["snapshot.interval"];
  const columns = { intervalAchieved: 1.25, pauseMean: Number.NaN };
  const runs = new MeasuredRuns("runs.csv", path, axes);
  runs.add({ ...provenance, point: "aa", labels: { "snapshot.interval": "1s" }, verified: 3, columns });
  const whole = readFileSync(path, "utf8");
  writeFileSync(path, `${whole}2s,bb,made,"20`);
  const again = new MeasuredRuns("runs.csv", path, axes);
  assert.is(readFileSync(path, "utf8"), whole);
  assert.is(again.of("bb"), undefined);
  const run = again.of("aa")!;
  assert.equal(
    { ...run, columns: run.columns["intervalAchieved"] },
    { ...provenance, point: "aa", labels: { "snapshot.interval": "1s" }, verified: 3, columns: 1.25 },
  );
  assert.ok(Number.isNaN(run.columns["pauseMean"]));
  assert.throws(() => new MeasuredRuns("runs.csv", path, ["snapshot.capture"]), /runs.csv:1: no runs of a sweep/);
  writeFileSync(path, whole.replace("1.25", "fast"));
  assert.throws(() => new MeasuredRuns("runs.csv", path, axes), /runs.csv:2: intervalAchieved: expected a number/);
  assert.ok(readFileSync(path, "utf8").includes("fast"), "it is left as it is");
});

const settings = [
  "sweep.snapshot.interval=[2s, 4s]",
  "sweep.snapshot.capture=[post-copy]",
  "sweep.snapshot.record=[full]",
  costs,
];

for (const name of ["sustained-interval", "stored-by-policy", "rolled-back-by-transfer"])
  test(`every point of ${name} can be run on four hosts`, () => {
    const { points } = loadScenario(name, { files: diskFiles, folder: "/" });
    for (const { scenario, labels } of points)
      assert.equal(isCluster(scenario) ? replayObstacles(scenario, 4) : ["no cluster"], [], JSON.stringify(labels));
  });

test("what is swept in lock-step with the axis makes no series of its own", () => {
  const { points } = loadScenario("rolled-back-by-transfer", { files: diskFiles, folder: "/" });
  const share = (name: string): string => `cluster.workload.classes.${name}.share`;
  for (const [x, panel, series] of [
    [share("common"), "rollback.placement", ["rollback.transfer"]],
    [share("own"), undefined, ["rollback.transfer", "rollback.placement"]],
    ["rollback.transfer", "rollback.placement", [share("common"), share("own")]],
  ] as const)
    assert.equal(checkedChart({ x, ...(panel && { panel }) }, points, undefined).series, series, x);
});

writeFileSync(join(folder, "file"), "");

/** What the command prints that is given these. */
const sweeping = async (given: Partial<SweepArguments>): Promise<string> => {
  const printed: string[] = [];
  const line = { ...noWorld, folder, print: (text: string) => void printed.push(text) };
  const usual = { scenario: "sustained-interval", testbed: "four-namespaces", out: "refused", set: [] };
  await sweepCommand(line, { ...usual, shortest: false, similarity: false, cycles: 6, ...given });
  return printed.join("\n");
};

test("a sweep whose runs are all there starts no machine, and is set beside the simulator", async () => {
  mkdirSync(join(folder, "swept"));
  const axes = ["snapshot.interval", "snapshot.capture", "snapshot.record"];
  const runs = new MeasuredRuns("runs.csv", join(folder, "swept", "runs.csv"), axes);
  for (const { labels, scenario, seed } of pointsWith(...settings)) {
    const { interval } = scenario.snapshot;
    const point = machineSide({ ...scenario, horizon: Math.max(40, 10 * interval) }, seed);
    const columns = { intervalAchieved: Math.max(3.5, interval), pauseMean: 0.06 };
    // Of one that ended without a restore point nothing can be told of what guests have in common.
    const seen = interval === 2 ? { verified: 0 } : { verified: 2, columns: { ...columns, similarity: 0.25 } };
    runs.add({ ...provenance, point, labels, columns, ...seen });
  }
  const printed = await sweeping({ set: settings, shortest: true, similarity: true, out: "swept" });
  assert.match(printed, /^snapshot\.capture=post-copy snapshot\.record=full +4s +2s +4s +2s$/m);
  const read = (name: string): string => readFileSync(join(folder, "swept", name), "utf8");
  const record = JSON.parse(read("sweep.json"));
  assert.is(record.machine, `${provenance.machine}; load average 1.5 to 1.5 when runs began`);
  assert.is(record.points.length, 2);
  assert.match(read("sweep.svg"), /intervalAchieved/);
  assert.match(read("sweep.md"), /Command: `snapback sweep sustained-interval --testbed four-namespaces --set 'sweep/);
});

for (const [why, given, message] of [
  [
    "what is not swept cannot be searched",
    { set: ["snapshot.interval=2s"], shortest: true },
    /does not sweep snapshot.interval/,
  ],
  [
    "what fails is not searched",
    { set: ["failures.vm={times: [{component: 0, start: 5s}]}"], shortest: true },
    /something fails/,
  ],
  ["what real machines cannot do is refused", { set: ["rollback.transfer=tree"] }, /cannot be replayed/],
  ["an axis is one of the sweep", { x: "cluster.vms" }, /--x: cluster.vms is not swept/],
  ["nobody tells twelve curves apart", { x: "snapshot.record", panel: "snapshot.capture" }, /cannot be told apart/],
  ["a folder is needed", { shortest: true, out: "file/in" }, /--out: cannot write into/],
  ["two cycles are the fewest", { shortest: true, cycles: 1 }, /--cycles/],
] as const)
  test(why, async () => {
    const error = await sweeping(given).catch((one: unknown) => one);
    assert.ok(error instanceof CommandError, `${error}`);
    assert.match(error.message, message);
    assert.not(existsSync(join(folder, "refused")), "nothing was made");
  });

test.run();
