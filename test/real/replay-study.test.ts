import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import { calibrateCommand } from "../../real/commands/calibrate.ts";
import { writeRun } from "../../real/commands/recorded-run.ts";
import { validate } from "../../real/commands/validate.ts";
import { judgedRuns } from "../../real/commands/validate-replays.ts";
import { calibrateReplays } from "../../real/study/replay-calibration.ts";
import { type RunFigures, runFigures } from "../../real/study/run-figures.ts";
import { seenCaptures } from "../../real/study/seen-captures.ts";
import { simulatedRun } from "../../scenarios/timeline/simulated-run.ts";
import { capturedLine } from "../scenarios/captured-line.ts";
import { columnsOf, recordedEvents, recordedPoint } from "./recorded-replay.ts";

const test = suite("a study of replays");

const near = (one: number | undefined, other: number, part = 1e-9): void =>
  assert.ok(one !== undefined && Math.abs(one - other) <= part * Math.abs(other), `${one} and ${other}`);

test("reads the figures of a run of real machines from its events", () => {
  const events = recordedEvents();
  const seen = runFigures(events);
  const columns = columnsOf(events);
  const once = (of: readonly number[]): number => {
    assert.is(of.length, 1);
    return of[0]!;
  };
  const parts = (["detect", "plan", "transfer", "resume"] as const).map((metric) => once(seen[metric]));
  near(
    parts.reduce((sum, one) => sum + one, 0),
    once(seen.rto),
    1e-3,
  );
  near(once(seen.transfer) / 150, columns["downtimeTransfer"]!, 1e-3);
  near(once(seen.announce) / 150, columns["downtimeAnnounce"]!, 1e-3);
  near(once(seen.durability), columns["durabilityLatencyMean"]!);
  near(once(seen.age), columns["restorePointAgeMean"]!);
  near(once(seen.copied), columns["sourceBytes"]!);
  assert.equal([once(seen.restored), seen.coldStart.length], [0, 0], "it was rolled back in place");
});

/** Costs that machines might have, other than those that `replayed` says. */
const costs = (factor: number): string[] => [
  `snapshot.costs.copyRate=${210 / factor}MB/s`,
  `snapshot.costs.device=${61 * factor}ms`,
  `snapshot.costs.unprotectPerPage=${90 * factor}us/page`,
  `snapshot.costs.recordRate=${21 / factor}MB/s`,
  `rollback.rebuildRate=${150 / factor}MB/s`,
  `rollback.planTime=${110 * factor}ms`,
  `rollback.resumeTime=${8 * factor}s`,
  `rollback.announceTime=${70 * factor}ms`,
];
const intervals = [41, 43, 45, 47, 49, 51, 53, 55];
/** A guest dies once the second snapshot is durable. */
const pointAt = (interval: number, ...more: string[]) =>
  recordedPoint(
    "horizon=170s",
    `snapshot.interval=${interval}s`,
    "failures.vm={times: [{component: 0, start: 130s}]}",
    ...more,
  );
/** What simulated machines with such costs do, each by its own a little more or less. */
const machines = (interval: number, ...more: string[]) => {
  const factor = [0.98, 1, 1.02][intervals.indexOf(interval) % 3]!;
  return simulatedRun(pointAt(interval, ...costs(factor), ...more).scenario, { seed: 1, replication: 0 });
};
/** Says what they cost for which nothing is fitted. */
const base = pointAt(41).scenario;

test("tells the parts of a rollback that is begun anew, waits for a host or starts cold apart", () => {
  const rollback = (at: number, phase: "plan" | "noSpare" | "transfer" | "resume" | "coldStart" | "announce") =>
    ({ at, kind: "rollback", cluster: "c", phase }) as const;
  const chosen = (at: number) =>
    ({ at, kind: "rollback", cluster: "c", phase: "chosen", degraded: false, lost: 1, places: [] }) as const;
  const [begin] = recordedEvents();
  const seen = runFigures([
    begin!,
    rollback(1, "plan"),
    chosen(1.5),
    rollback(1.5, "transfer"),
    rollback(3, "plan"),
    rollback(3.25, "noSpare"),
    chosen(9),
    rollback(9, "coldStart"),
    rollback(17, "announce"),
  ]);
  assert.equal(
    [seen.plan, seen.transfer, seen.coldStart, seen.announce, seen.rto],
    [[0.5], [], [8], [], []],
    "neither what was broken off, nor the time without a host, nor what has not ended",
  );
});

test("finds the costs of machines again", () => {
  const runs = intervals.slice(0, 6).map((interval, i) => {
    const capture = i < 3 ? "post-copy" : "stop-and-copy";
    return { asked: `${interval}`, events: machines(interval, `snapshot.capture=${capture}`) };
  });
  const { parameters, untold, fittedTo } = calibrateReplays(runs, base);
  const value = (name: string): number => parameters.find((one) => one.name === name)!.value;
  near(value("rollback.planTime"), 0.11);
  near(value("rollback.resumeTime"), 8);
  near(value("rollback.announceTime"), 0.07);
  near(value("snapshot.costs.device"), 0.061);
  // Delays of disk and network are in these, too.
  near(value("snapshot.costs.copyRate"), 210e6, 0.01);
  near(value("snapshot.costs.unprotectPerPage"), 90e-6, 0.01);
  near(value("snapshot.costs.recordRate"), 21e6, 0.01);
  near(value("rollback.rebuildRate"), 150e6, 0.01);
  assert.equal(seenCaptures(machines(41, "snapshot.capture=pre-copy", "snapshot.cut=independent")), []);
  for (const { value: one, lower, upper } of parameters) assert.ok(lower <= one && one <= upper);
  assert.equal(untold, ["rollback.coldStart: 0 cold starts"]);
  assert.equal(fittedTo, ["41", "43", "45", "47", "49", "51"]);
  const brief = runs.slice(0, 2).map(({ asked, events }) => ({ asked, events: events.filter(({ at }) => at < 60) }));
  assert.throws(
    () => calibrateReplays(brief, base),
    /nothing to be told from 2 runs: .*unprotectPerPage from 4 captures .*planTime from 0 rollbacks.*each takes 6/,
  );
});

test("leaves out what a disk had part in that was slow", () => {
  const slow = { component: "slowDisk", name: "host 1 disk" } as const;
  const fails = { at: 1, kind: "failure", ...slow, permanent: false, ignored: false, vms: [] } as const;
  const fitted = (...happened: readonly LifeCycleEvent[]) =>
    calibrateReplays(
      intervals.slice(0, 6).map((interval) => {
        const [begin, ...events] = machines(interval);
        return { asked: `${interval}`, events: [begin!, ...happened, ...events] };
      }),
      base,
    );
  const back = { at: 2, kind: "return", ...slow } as const;
  const calm = fitted();
  for (const happened of [[fails, back], [{ ...fails, ignored: true }], [{ ...fails, component: "disk" } as const]])
    assert.equal(fitted(...happened).parameters, calm.parameters, "it was over before, or is something else");
  assert.equal(
    fitted(fails).untold.map((one) => one.replace(/: 0 .*/, "")),
    [
      ...["copyRate", "device", "unprotectPerPage", "recordRate"].map((cost) => `snapshot.costs.${cost}`),
      ...["rollback.rebuildRate", "rollback.coldStart"],
    ],
  );
});

test("fits some replays, and judges the model by the others", async () => {
  const folder = mkdtempSync(join(tmpdir(), "snapback-replays-"));
  try {
    for (const [i, interval] of intervals.entries()) {
      const events = machines(interval);
      writeRun(join(folder, "kept", `${i + 1}`), pointAt(interval), {
        events,
        columns: columnsOf(events),
        verifiedPoints: 1,
        traffic: [],
        notes: [],
      });
    }
    const { line, out } = capturedLine(folder);
    const run = ["1", "2", "3", "4", "5", "6"];
    writeFileSync(join(folder, "base.yaml"), "extends: replayed\nreplications: 1\n");
    calibrateCommand(line, { captures: "kept", run, extends: "./base.yaml", out: "here" });
    assert.match(
      readFileSync(join(folder, "here.yaml"), "utf8"),
      /^ {2}planTime: 110ms # measured: 6 rollbacks, .*; 95 %: 107\.8ms to 112\.2ms$/m,
    );
    const set = [
      "horizon=170s",
      "cluster.vm.memory=96MiB",
      "dataCentre.host.nic=1Gbit/s",
      "detection={heartbeat: 1s, timeout: 6s}",
      "failures={vm: {times: [{component: 0, start: 130s}]}, host: none}",
      `sweep.snapshot.interval=[${intervals.map((one) => `${one}s`).join(", ")}]`,
    ];
    const given = { repetitions: 1, seed: 1, replays: "kept", set };
    await validate(line, { ...given, scenario: "here.yaml", out: "report" });
    assert.match(out(), /left out, the calibration was fitted to it: snapshot\.interval=41s/);
    assert.match(out(), /\nplan +replays +2 +2 .* met /);
    assert.match(out(), /2 held-out settings\. All goals are met on settings that nothing was fitted to/);
    const { judged } = JSON.parse(readFileSync(join(folder, "report", "validation.json"), "utf8"));
    for (const one of judged)
      assert.ok(one.error.meanAbsoluteRelative < 0.05, `${one.metric}: ${one.error.meanAbsoluteRelative}`);
    // The scenario before the fit is as wrong as it is.
    const before = capturedLine(folder);
    await validate(before.line, { ...given, scenario: "base.yaml", calibration: "here.json" });
    assert.match(before.out(), /NOT met: .*plan of replays.*durability of replays/);

    const refused = async (more: object, what: RegExp): Promise<void> =>
      validate(line, { ...given, scenario: "here.yaml", ...more }).then(
        () => assert.unreachable("it is judged"),
        (error) => assert.match(error.message, what),
      );
    await refused(
      { set: [...set, "snapshot.interval=53s"] },
      /1 runs of here\.yaml that nothing was fitted to; it takes two/,
    );
    await refused({ replays: "none" }, /none: .*; expected a folder of snapback replay --out/);
    await refused({ testbed: "four-namespaces" }, /^one of --measured/);
    await refused({ scenario: "base.yaml" }, /base\.json: .*name with --calibration/);
    const fit = (more: object) => () =>
      calibrateCommand(line, { captures: "kept", extends: "replayed", out: "there", ...more });
    assert.throws(fit({ run: ["9"] }), /--run: kept has no run 9; there are 1, 2, .*8/);
    assert.throws(
      fit({ extends: "textbook" }),
      /--extends: textbook is of model: textbook; replays are of model: cluster/,
    );
    assert.throws(fit({ extends: "nothing" }), /nothing/);
    assert.throws(fit({ memory: [128] }), /--memory: of captures; kept is a folder of replays/);
    assert.throws(fit({ captures: "here.json" }), /--extends: of replays; here\.json is no folder of them/);
    assert.throws(fit({ captures: "report" }), /report: keeps no run of snapback replay --out that is over/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("tells what only one side has seen, instead of leaving it out", () => {
  const none = Object.fromEntries(
    Object.keys(runFigures(recordedEvents())).map((metric) => [metric, []]),
  ) as never as RunFigures;
  const held = (setting: string, real: Partial<RunFigures>, said: Partial<RunFigures>) => ({
    setting,
    real: { ...none, ...real },
    simulated: [{ ...none, ...said }],
  });
  const { judged, told } = judgedRuns(
    [
      held("a", { plan: [0.1, 0.2, 0.3], restored: [5e6], coldStart: [8] }, { plan: [0.2], restored: [0] }),
      held("b", { plan: [0.2], restored: [0] }, { plan: [0.1, 0.3], restored: [0] }),
    ],
    { plan: 0.1 },
  );
  assert.equal(
    judged.map(({ metric, points, error }) => [metric, points, error.meanAbsoluteRelative]),
    [["plan", 2, 0]],
  );
  assert.equal(told, [
    "coldStart with a: 8 on real machines and 0 in the simulator, which no error is a part of",
    "restored with a: 5000000 on real machines and 0 in the simulator, which no error is a part of",
  ]);
});

test.run();
