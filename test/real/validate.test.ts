// needs: qemu-system-x86, qemu-utils, build-essential, iproute2
// limit: 300s
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ClusterScenario } from "../../models/scenario.ts";
import { isFittedTo, type KnownCalibration } from "../../real/study/calibration-file.ts";
import { captureObstacles } from "../../real/study/scenario-cuts.ts";
import type { Figures } from "../../real/study/validation.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { loadScenario } from "../../scenarios/load.ts";
import { setTo } from "../../scenarios/text/override.ts";
import { snapbackArgs } from "../runner/command.ts";
import { skipUnless } from "../runner/skip.ts";
import { guestsPossible, NamespaceHosts, neededForGuests } from "./namespace-hosts.ts";

const folder = mkdtempSync(join(tmpdir(), "validate-"));
const hosts = new NamespaceHosts("v", "10.78.17.0/24", 2);
const snapback = (...args: string[]) =>
  spawnSync(process.execPath, snapbackArgs(...args), {
    cwd: folder,
    encoding: "utf8",
  });
const test = suite("a scenario that is cut on real guests");
test.after(async () => {
  await hosts.end();
  rmSync(folder, { recursive: true, force: true });
});

const scenario = `extends: capture-study
cluster:
  vms: 2
  vm: { memory: 128MiB, cores: 1 }
  workload: { classes: { hot: { share: 0.2, writesPerGiB: 4000/s }, system: { share: 0.6 }, free: { share: 0.2 } } }
  traffic: { pattern: uniform, messagesPerSecond: 40/s }
snapshot: { cut: independent }
sweep: { snapshot.capture: [stop-and-copy, post-copy] }
`;
writeFileSync(join(folder, "own.yaml"), scenario);
const calibration: KnownCalibration = {
  ...{ inUse: { value: 5e7 }, inUsePart: { value: 0.45 }, scatter: { bytes: 0.01 } },
  fittedTo: ["stop-and-copy of 256 MiB, 26214 pages written 2000 times a second"],
};
writeFileSync(join(folder, "here.json"), JSON.stringify(calibration));

const loaded = (...settings: string[]): ClusterScenario =>
  loadScenario("capture-study", {
    ...{ files: diskFiles, folder: "/" },
    overrides: ["snapshot.capture=stop-and-copy", ...settings].map((text) => setTo("--set", text)),
  }).points[0]!.scenario as ClusterScenario;

test(
  "its guests are captured, verified with their network cards, and set beside the simulator",
  skipUnless(guestsPossible, neededForGuests, () => {
    const given = ["--testbed", hosts.file, "--calibration", "here.json", "--repetitions", "1", "--out", "report"];
    const run = snapback("validate", "own.yaml", ...given);
    assert.is(run.status, 0, run.stderr);
    assert.match(run.stdout, /^captureBytes +all +2 +2 /m);
    assert.not.match(run.stdout, /not of one moment/);
    const { points } = JSON.parse(readFileSync(join(folder, "report", "validation.json"), "utf8")) as {
      points: { mode: string; panel: string; measured: Figures[]; simulated: Figures }[];
    };
    assert.equal(
      points.map(({ mode, panel }) => [mode, panel]),
      [
        ["stop-and-copy", "2 guests, independent"],
        ["post-copy", "2 guests, independent"],
      ],
    );
    const [whole, behind] = points.map(({ measured }) => measured[0]!);
    for (const one of [whole!, behind!]) {
      assert.ok(
        one.captureBytes > 2 * 0.2 * 2 ** 27 && one.captureBytes < 2 ** 28,
        `${one.captureBytes} bytes of both`,
      );
      assert.ok(one.pause > 0 && one.captureDuration > 0 && one.captureDuration < 100);
    }
    assert.ok(behind!.pause < whole!.pause, `${behind!.pause} s and ${whole!.pause} s`);
    // What the classes of the scenario hold, two guests of them.
    for (const { simulated } of points) assert.ok(Math.abs(simulated.captureBytes / (2 * 0.8 * 2 ** 27) - 1) < 0.01);
  }),
);

test("what real guests cannot be is refused by its key; copies, failures and rollbacks do not matter", () => {
  assert.equal(captureObstacles(loaded()), []);
  assert.equal(
    captureObstacles(loaded("failures.host={ law: exponential, mean: 100d }", "rollback.transfer=chain")),
    [],
  );
  const refused = (...settings: string[]): string => captureObstacles(loaded(...settings)).join("\n");
  assert.match(refused("cluster.vm.memory=64MiB"), /^cluster\.vm\.memory: 64 MiB/);
  assert.match(refused("snapshot.record=incremental"), /^snapshot\.record: incremental/);
  assert.match(refused("cluster.vms=17"), /^cluster\.vms: 17/);
  assert.match(refused("cluster.vms=2", "snapshot.capture=pre-copy", "snapshot.cut=paced"), /^snapshot\.cut: paced/);
  assert.match(
    refused("cluster.workload.classes={ hot: { share: 0.9 }, system: { share: 0.1 }, free: { share: 0 } }"),
    /more than 65 %/,
  );
});

test("points that the calibration was fitted to are left out", () => {
  const rate = "cluster.workload.classes.hot.writesPerGiB=8000/s";
  assert.ok(isFittedTo(loaded(rate), calibration), "26214 pages, 2000 writes a second");
  assert.not(isFittedTo(loaded("cluster.workload.classes.hot.writesPerGiB=16000/s"), calibration));
  assert.not(isFittedTo(loaded(rate, "cluster.vm.memory=192MiB"), calibration));
  assert.not(isFittedTo(loaded(rate, "snapshot.capture=post-copy"), calibration));
  writeFileSync(
    join(folder, "fitted.yaml"),
    "extends: capture-study\ncluster: { workload: { classes: { hot: { writesPerGiB: 8000/s } } } }\nsweep: { snapshot.capture: [stop-and-copy, post-copy] }\n",
  );
  const run = snapback("validate", "fitted.yaml", "--testbed", "two-namespaces", "--calibration", "here.json");
  assert.is(run.status, 1);
  assert.match(run.stdout, /^left out, the calibration was fitted to it: snapshot\.capture=stop-and-copy$/m);
  assert.match(run.stderr, /^fitted\.yaml: 1 points that nothing was fitted to; it takes two/);
});

test("it takes either captures that were measured or hosts", () => {
  assert.match(
    snapback("validate", "own.yaml", "--calibration", "here.json").stderr,
    /^one of --measured, .* --testbed, .* and --replays/,
  );
  const both = snapback("validate", "own.yaml", "--measured", "a.csv", "--testbed", "two-namespaces");
  assert.match(both.stderr, /^one of --measured/);
  const none = snapback(
    "validate",
    "own.yaml",
    "--testbed",
    "two-namespaces",
    "--calibration",
    "here.json",
    "--repetitions",
    "0",
  );
  assert.match(none.stderr, /^--repetitions: expected 1 to 1000, got 0/);
  const textbook = snapback("validate", "textbook", "--testbed", "two-namespaces", "--calibration", "here.json");
  assert.match(textbook.stderr, /^textbook is of model: textbook/);
});

test.run();
