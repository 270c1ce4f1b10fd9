import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import { printedUnit } from "../../scenarios/columns.ts";
import { run } from "../../scenarios/commands/run.ts";
import { trace } from "../../scenarios/commands/trace.ts";
import { snapbackArgs } from "../runner/command.ts";
import { capturedLine } from "./captured-line.ts";
import { brokenRules, type ChromeEvent } from "./chrome-trace-rules.ts";

const test = suite("snapback trace");

let folder = "";

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), "snapback-"));
  writeFileSync(
    join(folder, "storm.yaml"),
    `
cluster: { vms: 3, workload: web }
snapshot: { interval: 60s }
failures:
  host: { law: exponential, mean: 2h, repair: { law: exponential, mean: 10m }, permanent: 20%, age: new }
  vm: { times: [{ component: 1, start: 500s }] }
horizon: 2h
replications: 3
`,
  );
  writeFileSync(join(folder, "sweep.yaml"), "extends: storm.yaml\nsweep: { snapshot.interval: [30s, 60s] }\n");
  writeFileSync(join(folder, "domains.yaml"), "extends: storm.yaml\ndomains: 2\nhorizon: 10m\n");
  writeFileSync(join(folder, "calm.yaml"), "extends: storm.yaml\nfailures: { host: none, vm: none }\n");
  writeFileSync(join(folder, "crowd.yaml"), "extends: storm.yaml\ncluster: { vms: 500 }\n");
});
test.after(() => rmSync(folder, { recursive: true }));

type Given = Partial<Parameters<typeof trace>[1]>;

const traced = async (scenario: string, given: Given = {}): Promise<{ readonly out: string; readonly err: string }> => {
  const { line, out, err } = capturedLine(folder);
  await trace(line, { scenario, set: [], replication: 0, domain: 0, from: "0s", format: "text", ...given });
  return { out: out(), err: err() };
};

const refusal = async (scenario: string, given: Given = {}): Promise<string> => {
  try {
    await traced(scenario, given);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`${JSON.stringify(given)} was not refused`);
};

const eventLine = /^(\d+d )?\d\d:\d\d:\d\d\.\d{6} {2}/;
const linesOf = (text: string): string[] => text.split("\n").filter((line) => eventLine.test(line));

test("a line says when, who, what and how much, each in its column", async () => {
  const { out } = await traced("storm.yaml", { to: "62s", only: ["cluster"] });
  assert.equal(linesOf(out), [
    "00:00:59.950000  cluster       snapshot 1 planned",
    "00:01:00.000000  cluster vm 0  up → pause                    on host 0",
    "00:01:00.000000  cluster vm 0  cut of snapshot 1             3.142 GB, on host 0",
    "00:01:00.000000  cluster vm 1  up → pause                    on host 1",
    "00:01:00.000000  cluster vm 1  cut of snapshot 1             3.142 GB, on host 1",
    "00:01:00.000000  cluster vm 2  up → pause                    on host 2",
    "00:01:00.000000  cluster vm 2  cut of snapshot 1             3.142 GB, on host 2",
    "00:01:00.000000  cluster       snapshot 1 cut                whole, 9.427 GB",
    "00:01:00.025072  cluster vm 0  pause → up                    on host 0",
    "00:01:00.025072  cluster vm 1  pause → up                    on host 1",
    "00:01:00.025072  cluster vm 2  pause → up                    on host 2",
  ]);
});

test("the summary of a whole run is what run prints for the same seed and replication", async () => {
  for (const replication of [0, 2]) {
    const { out } = await traced("storm.yaml", { to: "2h", seed: "11", replication });
    const { line, out: printed } = capturedLine(folder);
    await run(line, { scenario: "storm.yaml", set: [], seed: "11", replication, json: true, workers: 1 });
    const { metrics } = JSON.parse(printed())[0];
    const rows = out.slice(out.lastIndexOf("0 to 2h of 2h")).matchAll(/^(\w+)(?: \[\w+\])? {2,}(\S.*)$/gm);
    const columns = [...rows].map(([, column = "", figure]) => {
      const { mean } = metrics[column];
      const exact = mean === null ? "not observed" : String(Number((mean / printedUnit(column).factor).toPrecision(8)));
      assert.is(figure, exact, column);
      return column;
    });
    for (const column of ["availability", "downtimePause", "downtimeDetect", "snapshotsDurable", "rpoMean", "ttrMean"])
      assert.ok(columns.includes(column), column);
    assert.ok(metrics.rollbacks.mean > 0);
  }
});

test("a window shows the lines of the whole run that lie in it", async () => {
  const whole = linesOf((await traced("storm.yaml", { to: "2h" })).out);
  const part = linesOf((await traced("storm.yaml", { from: "8m", to: "10m" })).out);
  const within = whole.filter((line) => line >= "00:08:00.000000" && line < "00:10:00.000000");
  assert.ok(within.length > 50);
  assert.equal(
    part.filter((line) => line < "00:10:00.000000"),
    within,
  );
});

test("without --to a window is an hour, or what is left of the run", async () => {
  assert.match((await traced("storm.yaml", { only: ["end"] })).out, /, 0 to 1h of 2h\n/);
  assert.match((await traced("storm.yaml", { only: ["end"], from: "90m" })).out, /, 90m to 2h of 2h\n/);
});

test("--only takes kinds, and names of clusters, VMs and hosts", async () => {
  const events = async (only: string[]): Promise<LifeCycleEvent[]> =>
    (await traced("storm.yaml", { format: "jsonl", only })).out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
      .slice(1);
  const kinds = async (only: string[]): Promise<string[]> => [...new Set((await events(only)).map(({ kind }) => kind))];
  assert.equal(await kinds(["snapshot,rollback"]), ["snapshot", "rollback"]);
  const vms = await events(["vm", "cluster vm 1"]);
  assert.ok(vms.length > 10 && vms.every((event) => event.kind === "vm" && event.vm === "cluster vm 1"));
  assert.equal((await kinds(["host 7"])).includes("stored"), false);
  assert.equal(await events(["cut", "cluster vm *"]), await events(["cut"]));
});

test("lines of JSON begin with who takes part, whatever the window", async () => {
  const { out } = await traced("storm.yaml", { format: "jsonl", from: "1h", to: "61m", only: ["snapshot"] });
  const [cast, ...events] = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal([cast.kind, cast.at, cast.clusters[0].vms.length, cast.hosts.length > 3], ["begin", 0, 3, true]);
  assert.ok(events.length > 0);
  for (const { at, kind } of events) assert.ok(kind === "snapshot" && at >= 3600 && at <= 3660);
});

const perfetto = async (given: Given): Promise<{ readonly events: ChromeEvent[]; readonly about: object }> => {
  const { traceEvents, otherData } = JSON.parse((await traced("storm.yaml", { format: "perfetto", ...given })).out);
  return { events: traceEvents, about: otherData };
};

test("a Perfetto trace keeps the rules of its format, in the whole run and in every window", async () => {
  for (const window of [{ to: "2h" }, { from: "61s", to: "62s" }, { from: "500s", to: "510s" }, { from: "501s" }]) {
    const { events } = await perfetto({ ...window, seed: "11" });
    assert.equal(brokenRules(events), []);
    assert.ok(events.length > 50);
  }
});

test("a Perfetto trace draws snapshots, states, transfers and counters where they belong", async () => {
  const { events, about } = await perfetto({ to: "503s" });
  const process = (name: string): unknown =>
    events.find((one) => one.name === "process_name" && one.args?.["name"] === name)?.pid;
  const of = (name: string, ph: string): ChromeEvent[] => events.filter((one) => one.name === name && one.ph === ph);
  const [cut] = of("snapshot 1", "b");
  const [durable] = of("snapshot 1", "e");
  assert.equal([cut!.pid, cut!.ts, cut!.cat], [process("cluster"), 60e6, "snapshot"]);
  assert.ok((durable!.ts as number) > 61e6 && (durable!.ts as number) < 75e6);
  const [detect] = of("detect", "X");
  assert.equal([detect!.pid, detect!.tid, detect!.ts], [process("cluster"), 3, 500e6]);
  assert.ok(of("capture cluster vm 0", "b").some(({ pid }) => pid === process("host 0")));
  const ages = of("restore point age [s]", "C").map(({ args }) => args!["value"] as number);
  assert.ok(Math.max(...ages) > 60 && ages.some((age) => age < 10));
  assert.ok(of("copies [bytes]", "C").every(({ pid }) => pid === process("data centre")));
  assert.is((about as { readonly rollbacks: number }).rollbacks, 0, "the rollback goes on when the window ends");
});

test("a window of a Perfetto trace cuts off what goes on at its ends", async () => {
  const { events } = await perfetto({ from: "500s", to: "503s" });
  const times = events.flatMap(({ ts, dur = 0 }) => (ts === undefined ? [] : [ts, (ts as number) + (dur as number)]));
  assert.is(Math.min(...(times as number[])), 500e6);
  assert.is(Math.max(...(times as number[])), 503e6);
});

test("every cycle is shown unless jumps are asked for, and these are told", async () => {
  const full = await traced("calm.yaml", { to: "2h", only: ["snapshot", "jump"] });
  assert.is(linesOf(full.out).filter((line) => line.includes(" cut ")).length, 119);
  const jumped = await traced("calm.yaml", {
    to: "2h",
    set: ["fidelity=fast-forward"],
    format: "jsonl",
    only: ["jump"],
  });
  const jumps = jumped.out.trimEnd().split("\n").slice(1);
  assert.ok(JSON.parse(jumps[0]!).cycles > 50);
  assert.match(jumped.err, /^fidelity: fast-forward, \d+(\.\d+)? s of this window were jumped over/);
});

test("a trace is of one domain", async () => {
  const [first, second] = await Promise.all([0, 1].map((domain) => traced("domains.yaml", { domain })));
  assert.match(first!.out, /^domains: seed 1, replication 0, domain 0 of 2, 0 to 10m of 10m\n/);
  assert.match(first!.out, /- domain 0 alone; the others share nothing with it\n/);
  assert.is.not(linesOf(first!.out).join("\n"), linesOf(second!.out).join("\n"));
  assert.is(await refusal("domains.yaml", { domain: 2 }), "--domain: the last of domains is 1");
});

test("what cannot be traced is refused by name", async () => {
  const cases: [string, Given, RegExp][] = [
    ["sweep.yaml", {}, /^sweep\.yaml is a sweep of 2 points, .*: choose it, such as --set 'snapshot\.interval=30s'$/],
    ["textbook", {}, /^textbook: model: textbook has no life cycle of snapshots/],
    ["storm.yaml", { from: "5m", to: "4m" }, /^--from: 5m is not before --to 4m$/],
    ["storm.yaml", { from: "5m", to: "5m" }, /^--from: 5m is not before --to 5m$/],
    ["storm.yaml", { to: "3h" }, /^--to: 3h is after the end of the run at 2h$/],
    ["storm.yaml", { from: "2h" }, /^--from: nothing follows 2h: the run ends at 2h$/],
    ["storm.yaml", { from: "-1s" }, /^--from: expected a time from 0 on, got -1s$/],
    ["storm.yaml", { to: "60" }, /^--to: 60 has no unit; write a duration such as 60s/],
    ["storm.yaml", { to: "soon" }, /^--to: expected a duration such as 60s .*, got "soon"$/],
    ["storm.yaml", { replication: -1 }, /^--replication: expected a whole number from 0 on$/],
    ["storm.yaml", { replication: 0.5 }, /^--replication: expected a whole number from 0 on$/],
    ["storm.yaml", { domain: -1 }, /^--domain: expected a whole number from 0 on$/],
    ["storm.yaml", { only: ["snapshots"] }, /^--only: there is no kind .* called snapshots; did you mean snapshot\?$/],
    ["storm.yaml", { only: ["cluster vm 3"] }, /called cluster vm 3; did you mean cluster vm 0\?$/],
    ["storm.yaml", { only: ["xyzzy"] }, /called xyzzy; kinds are begin, snapshot, .*; names are such as cluster, /],
    ["storm.yaml", { seed: "x" }, /^--seed: seed: expected a number, got "x"/],
    [
      "storm.yaml",
      { out: "none/x.json" },
      /^--out: cannot write none\/x\.json: there is no such folder: make it, or name another place$/,
    ],
    ["storm.yaml", { out: "." }, /^--out: cannot write \.: it is a folder: name a file in it$/],
  ];
  for (const [scenario, given, message] of cases) assert.match(await refusal(scenario, given), message);
});

test("a trace that nobody could read is refused with its size, and a part of it is not", async () => {
  const large = { set: ["horizon=365d", "snapshot.interval=1s"], to: "365d" };
  assert.match(
    await refusal("calm.yaml", large),
    /^from 0 to 1y there are about \d{10} events, and a trace has 1000000 at/,
  );
  assert.match((await traced("calm.yaml", { ...large, to: "3s" })).out, /snapshot 1 cut/);
});

test("the size that is told is about that of the trace", async () => {
  const { out } = await traced("calm.yaml", { to: "2h", only: ["end"] });
  const events = Number(/: (\d+) events, /.exec(out)![1]);
  // 4 + 1 + 3 for each of 119 cuts, and 9 for each VM.
  assert.ok(Math.abs(events - 120 * (8 + 9 * 3)) < 0.05 * events, `${events}`);
});

test("a file is written only if there is something to write", async () => {
  const { out } = await traced("storm.yaml", { out: "trace.txt", to: "2m" });
  const text = readFileSync(join(folder, "trace.txt"), "utf8");
  assert.is(out, `trace.txt: ${linesOf(text).length} events\n`);
  assert.is(text, (await traced("storm.yaml", { to: "2m" })).out);
  await refusal("storm.yaml", { out: "trace.txt", only: ["nobody"] });
  assert.is(readFileSync(join(folder, "trace.txt"), "utf8"), text);
  await refusal("storm.yaml", { out: "other.txt", only: ["nobody"] });
  assert.is(existsSync(join(folder, "other.txt")), false);
});

test("a reader that has seen enough is no error", async () => {
  const child = spawn(process.execPath, snapbackArgs("trace", "storm.yaml", "--to", "2h"), { cwd: folder });
  let err = "";
  child.stderr.on("data", (chunk) => (err += chunk));
  child.stdout.once("data", () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.once("close", resolve));
  assert.equal([code, err], [0, ""]);
});

test.run();
