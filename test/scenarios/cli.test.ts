// limit: 300s
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { snapbackArgs } from "../runner/command.ts";

const test = suite("the command snapback");

let folder = "";

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), "snapback-"));
  writeFileSync(join(folder, "small.yaml"), "extends: textbook\nhorizon: 30d\nreplications: 5\nseed: 4\n");
  writeFileSync(join(folder, "sweep.yaml"), "extends: small.yaml\nsweep: { workInterval: [1h, 2h] }\n");
  writeFileSync(join(folder, "bad.yaml"), "snapshot:\n  intervall: 60\nhorizon: 3\n");
});
test.after(() => rmSync(folder, { recursive: true }));

const snapback = (
  ...words: string[]
): { readonly status: number | null; readonly out: string; readonly err: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, snapbackArgs(...words), {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, out: stdout, err: stderr };
};

test("run --json prints an array with one object for each point, and nothing else", () => {
  const { status, out, err } = snapback(
    "run",
    "sweep.yaml",
    "--json",
    "--set",
    "pause=10s",
    "--seed",
    "9",
    "--replications",
    "3",
  );
  assert.equal([status, err], [0, ""]);
  const results = JSON.parse(out);
  assert.is(results.length, 2);
  assert.equal(
    results.map((one: { point: unknown }) => one.point),
    [{ workInterval: 3600 }, { workInterval: 7200 }],
  );
  for (const result of results) {
    assert.equal(Object.keys(result), ["scenario", "point", "seed", "replications", "metrics"]);
    assert.equal([result.scenario, result.seed, result.replications], ["sweep", 9, 3]);
    const { mean, halfWidth, n } = result.metrics.availability;
    assert.ok(mean > 0.9 && mean < 1 && halfWidth > 0 && n === 3);
    assert.equal(result.metrics.finish, { mean: null, halfWidth: null, n: 0 });
  }
});

test("run --json with one replication has means and no half widths", () => {
  const [result] = JSON.parse(snapback("run", "small.yaml", "--json", "--replication", "2", "--only", "workRatio").out);
  assert.equal(Object.keys(result.metrics), ["workRatio"]);
  assert.equal([result.metrics.workRatio.halfWidth, result.metrics.workRatio.n], [null, 1]);
});

test("run prints an aligned table with half widths and closed forms", () => {
  const { status, out } = snapback("run", "small.yaml");
  assert.is(status, 0);
  assert.match(out, /^small\n5 replications each, seed 4\n\n +mean ± half width \(95 %\) +n +closed form\n/);
  assert.match(out, /^workRatio +0\.\d+ ± 0\.\d+ +5 +0\.\d+$/m);
});

test("run with one replication prints no figure and says why", () => {
  const { out } = snapback("run", "small.yaml", "--replications", "1");
  assert.match(out, /^availability +n = 1, no interval +1/m);
  assert.match(out, /one replication has no confidence interval/);
});

test("a deterministic list of failures gives the exact finish of the example by hand", () => {
  // 100 s of work in pieces of 20 s with snapshots of 2 s; a failure at 30 s costs 8 s of work, 1 s and 3 s.
  const settings = [
    "work=100s",
    "horizon=none",
    "workInterval=20s",
    "pause=2s",
    "detect=1s",
    "restore=3s",
    "failures=[30]",
  ];
  const { out } = snapback(
    "run",
    "textbook",
    "--json",
    "--replications",
    "2",
    ...settings.flatMap((one) => ["--set", one]),
  );
  const { metrics } = JSON.parse(out)[0];
  assert.equal(metrics.finish, { mean: 120, halfWidth: 0, n: 2 });
  assert.equal([metrics.lostWork.mean, metrics.snapshotsCommitted.mean], [8, 4]);
});

test("a faulty scenario ends with 1, all faults, and no help", () => {
  const { status, out, err } = snapback("run", "bad.yaml");
  assert.equal([status, out], [1, ""]);
  assert.is(
    err,
    [
      "bad.yaml:2:3: snapshot.intervall: unknown key; did you mean interval?",
      "  2 |   intervall: 60",
      "    |   ^^^^^^^^^",
      "bad.yaml:3:10: horizon: 3 has no unit; write a duration such as 60s (ns, us, ms, s, m, min, h, d, w, y)",
      "  3 | horizon: 3",
      "    |          ^",
      "",
    ].join("\n"),
  );
});

test("check judges every file before it fails", () => {
  const { status, out, err } = snapback("check", "bad.yaml", "small.yaml", "none.yaml");
  assert.is(status, 1);
  assert.match(out, /^small\.yaml: ok \(textbook, 5 replications\)\n$/);
  assert.match(err, /^bad\.yaml:2:3: [\s\S]*cannot read scenario none\.yaml: there is no such file/);
});

test("wrong usage ends with 2 and says what was meant", () => {
  for (const [words, message] of [
    [[], /Name a command/],
    [["rum", "small.yaml"], /there is no command rum; did you mean run\?\nsnapback --help lists the commands/],
    [["run"], /run needs more words: it is used as snapback run <scenario>\nsnapback run --help shows/],
    [["run", "small.yaml", "--sett", "a=1"], /run has no option --sett; did you mean --set\?\n/],
    [["run", "small.yaml", "other.yaml"], /run takes no other\.yaml: it is used as snapback run <scenario>/],
    [["catalogue", "workload"], /kind: there is no workload; there are workloads, .*; did you mean workloads\?/],
    [["trace", "small.yaml", "--format", "txt"], /--format: there is no txt; there are text, /],
    [["solve", "small.yaml"], /solve needs --of/],
    [["completion", "bash"], /completion takes (no bash|fewer words): it is used as snapback completion\n/],
    [["run", "small.yaml", "--set"], /^snapback: --set needs a value\nsnapback run --help[^\n]*\n$/],
  ] as const) {
    const { status, out, err } = snapback(...words);
    assert.equal([status, out], [2, ""], words.join(" "));
    assert.match(err, message);
  }
});

test("what cannot be written says where, why and what to do", () => {
  writeFileSync(join(folder, "taken"), "");
  const study = snapback("run", "small.yaml", "--results", "taken");
  assert.is(study.status, 1);
  assert.match(
    study.err,
    /no study can be kept in .*taken: a file stands where a folder is needed: name another place\n$/,
  );
  const near = snapback("check", "smal.yaml");
  assert.match(near.err, /cannot read scenario smal\.yaml: there is no such file; did you mean small\.yaml\?/);
});

test("threads are counted from 1", () => {
  for (const workers of ["0", "-3", "1.5", "many"]) {
    const { status, out, err } = snapback("run", "small.yaml", `--workers=${workers}`);
    assert.equal([status, out, err], [1, "", "--workers: expected a whole number from 1 on\n"], workers);
  }
});

test("a fault in an option is shown where it was given", () => {
  assert.match(snapback("run", "small.yaml", "--seed", "x").err, /^--seed: seed: expected a number, got "x"\n/);
  assert.match(
    snapback("run", "small.yaml", "--only", "workratio").err,
    /^--only: there is no column workratio; did you mean workRatio\?/,
  );
});

test("show, schema and completion print what can be used as it is", () => {
  writeFileSync(join(folder, "shown.yaml"), snapback("show", "small.yaml").out);
  assert.is(snapback("check", "shown.yaml").status, 0);
  assert.is(JSON.parse(snapback("schema").out).title, "Snapback scenario");
  assert.match(snapback("completion").out, /snapback/);
  assert.match(snapback("--help").out, /check <scenario\.\.\.>[\s\S]*run <scenario>/);
});

test("run says what it does not know of storage when VMs are placed at random, and prints the rest", () => {
  writeFileSync(
    join(folder, "random.yaml"),
    "horizon: 10m\nreplications: 2\nsnapshot: { interval: 60s }\nstorage: { deduplication: host }\nrollback: { placement: random }\n",
  );
  const { status, out, err } = snapback("run", "random.yaml");
  assert.is(status, 0, err);
  assert.match(out, /^availability +[\d.]+/m);
  assert.match(out, /what a whole snapshot takes is not told: it is up to chance which VMs share a host/);
});

test.run();
