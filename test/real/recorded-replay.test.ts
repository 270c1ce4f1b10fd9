import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { comparedPage } from "../../real/commands/compared-page.ts";
import { readRun, writeRun } from "../../real/commands/recorded-run.ts";
import { replayCommand } from "../../real/commands/replay.ts";
import { machineSide } from "../../real/replay/machine-side.ts";
import { type PackedTimeline, unpacked } from "../../results/timeline/data.ts";
import { placed } from "../../results/timeline/lanes.ts";
import { stateAt } from "../../results/timeline/readout.ts";
import { capturedLine } from "../scenarios/captured-line.ts";
import { recordedEvents, recordedPoint, recordedReplay, recordedSettings } from "./recorded-replay.ts";

const test = suite("a recorded replay");

const inFolder = async (use: (folder: string) => Promise<void> | void): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "snapback-recorded-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const timelineOf = (html: string) => {
  const [, data] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)!;
  return unpacked(JSON.parse(data!) as PackedTimeline);
};

test("is compared again without machines: both timelines on one axis, and the columns of both", () =>
  inFolder(async (folder) => {
    writeRun(join(folder, "kept", "1"), recordedPoint(), recordedReplay());
    const { line, err } = capturedLine(folder);
    const given = { scenario: "replayed", testbed: "four-namespaces", out: "kept", replications: "2" };
    await replayCommand(line, { ...given, set: recordedSettings });
    assert.match(err(), /1 of 1: .* was run on \d{4}-\d\d-\d\d\n/);
    const html = readFileSync(join(folder, "kept", "1", "timeline.html"), "utf8");
    const { lanes, from, to, notes } = timelineOf(html);
    assert.equal([from, to], [0, recordedEvents().at(-1)!.at]);
    const names = lanes.map(({ kind, name }) => (kind === "heading" ? `# ${name}` : name));
    const half = names.length / 2;
    assert.equal([names[0], names[half]], ["# simulated", "# real machines"]);
    assert.equal(names.slice(1, half), names.slice(half + 1));
    // The failure is at one place on both, its discovery where each has found it.
    const marks = (of: typeof lanes, kind: string): number[] =>
      of.flatMap((lane) => lane.marks.filter((mark) => mark.kind === kind).map(({ at }) => Math.round(at)));
    const [above, below] = [lanes.slice(0, half), lanes.slice(half)];
    assert.equal([...new Set(marks(above, "failure"))], [...new Set(marks(below, "failure"))]);
    const bars = (of: typeof lanes): Set<string> => new Set(of.flatMap((lane) => lane.bars.map(({ kind }) => kind)));
    for (const kind of [
      "planned",
      "capturing",
      "copying",
      "durable",
      "up",
      "pause",
      "detect",
      "plan",
      "transfer",
      "resume",
      "announce",
    ])
      assert.ok(bars(above).has(kind as never) && bars(below).has(kind as never), kind);
    for (const lane of below)
      for (const { note } of lane.bars)
        assert.match(notes[note]!, /^real machines: /, "notes are those of its own run");
    assert.match(stateAt(placed(lanes), 1), /^simulated: 2 VMs: up \| real machines: 2 VMs: up$/);
    const { columns } = recordedReplay();
    assert.match(html, /<td>restorePointAgeMean<\/td>/);
    assert.ok(html.includes(`<td>${Number(columns["availability"]!.toPrecision(4))}</td>`));
    const record = JSON.parse(readFileSync(join(folder, "kept", "replay.json"), "utf8"));
    assert.is(record.verified, recordedReplay().verifiedPoints);
  }));

test("says as much of a model that has been mended since, and nothing of another scenario", () =>
  inFolder((folder) => {
    const point = recordedPoint();
    assert.is(readRun(folder, point), undefined);
    writeRun(folder, point, { ...recordedReplay(), columns: { availability: 0.5, rtoMean: Number.NaN } });
    // Costs, and what a guest's own kernel holds, are told to the simulator alone.
    const ownKernel = "cluster.workload.classes.system.content={zero: 0, selfDuplicate: 0, interVm: 0.5, unique: 0.5}";
    const mended = recordedPoint("snapshot.costs.copyRate=1MB/s", "rollback.resumeTime=3s", ownKernel);
    const kept = readRun(folder, mended)!;
    assert.equal(kept.events, recordedEvents());
    assert.equal(kept.columns, { availability: 0.5 }, "what was not seen is left out");
    for (const other of ["snapshot.interval=44s", "seed=2", "cluster.vm.memory=112MiB", "storage.copies=1"])
      assert.throws(() => readRun(folder, recordedPoint(other)), /keeps a run of something else/);
    assert.is.not(machineSide(point.scenario, 1), machineSide(point.scenario, 2));
    // Machines go by the rates of disks where those are slow for a while.
    const side = (...more: string[]): string => machineSide(recordedPoint(...more).scenario, 1);
    const [disk, slow] = ["dataCentre.host.disk.read=99MB/s", "failures.slowDisk={times: [{component: 0, start: 9s}]}"];
    assert.is(side(disk), side());
    assert.is.not(side(slow, disk), side(slow));
    for (const wrong of ["", "{}", '{"at":1,"kind":"nothing"}\n']) {
      writeFileSync(join(folder, "events.jsonl"), wrong);
      assert.throws(
        () => readRun(folder, point),
        /events\.jsonl: .*; expected events that snapback replay has written/s,
      );
    }
    writeFileSync(join(folder, "run.json"), "{");
    assert.throws(() => readRun(folder, point), /run\.json: .*; expected what snapback replay has written/s);
  }));

test("that is of something else is told before a machine is started", () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, "kept"));
    // The second point keeps three restore points.
    writeRun(join(folder, "kept", "2"), recordedPoint(), recordedReplay());
    const { line, err } = capturedLine(folder);
    const given = { scenario: "replayed", testbed: "four-namespaces", out: "kept" };
    const set = [...recordedSettings, "sweep.storage.keep=[2, 3]"];
    await replayCommand(line, { ...given, set }).then(
      () => assert.unreachable("it is run"),
      (error) => assert.match(error.message, /kept\/2: keeps a run of something else; name another folder with --out/),
    );
    assert.is(err(), "");
  }));

test("that cannot be kept is told before a machine is started", () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, "kept"), "a file");
    const { line, err } = capturedLine(folder);
    await replayCommand(line, {
      scenario: "replayed",
      testbed: "four-namespaces",
      out: "kept",
      set: recordedSettings,
    }).then(
      () => assert.unreachable("it is run"),
      (error) => assert.match(error.message, /^--out: cannot write .*kept\/1: a file stands where a folder is needed/),
    );
    assert.is(err(), "");
  }));

test("is a page in which nothing of a scenario or a machine is markup", () => {
  const evil = `</script><img src=x onerror="alert('1')">&amp;`;
  const point = recordedPoint();
  const html = comparedPage(
    { ...point, scenario: { ...point.scenario, name: evil }, setting: evil, notes: [evil] },
    {
      compared: {
        setting: evil,
        real: { availability: 0.5, [evil]: 1 },
        simulated: [{ availability: 0.4, [evil]: 2 }],
      },
      recorded: { ...recordedReplay(), machine: evil, date: evil, notes: [evil] },
      simulated: recordedEvents(),
    },
  );
  assert.is(html.includes("<img"), false);
  assert.is(html.split("</script>").length, 3, "two scripts, and both end where they should");
  assert.is(timelineOf(html).title, `${evil} ${evil}`, "and it is told as it is");
});

test.run();
