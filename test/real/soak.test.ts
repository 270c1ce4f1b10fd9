import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import { replayCommand } from "../../real/commands/replay.ts";
import { drawnScenario } from "../../real/replay/drawn-scenario.ts";
import { brokenBooks } from "../../real/replay/invariants.ts";
import { replayObstacles } from "../../real/replay/replayable.ts";
import { soakScenario } from "../../real/replay/soak-scenario.ts";
import { capturedLine } from "../scenarios/captured-line.ts";
import { replayedScenario } from "./replayed-scenario.ts";

const test = suite("everything failing at random on real machines");

const settings = [
  "dataCentre.racks=2",
  "dataCentre.hostsPerRack=2",
  "cluster.vm.disk={on: local, bytes: 64MiB, writeRate: 100kB/s}",
];
test("brings every kind of failure that the scenario has parts for, the same under one seed", () => {
  const long = soakScenario(replayedScenario(...settings), 7200);
  assert.equal(replayObstacles(long, 4), []);
  const { failures } = drawnScenario(long, 5).scenario;
  const counts = (["vm", "host", "disk", "slowDisk", "rack", "uplink"] as const).map((component) => {
    const source = failures[component];
    return source.kind === "times" ? source.outages.length : 0;
  });
  // 60, 48, 18, 24, 18 and 36 of them are to be expected.
  assert.ok(Math.min(...counts) >= 8 && Math.max(...counts) <= 100, `${counts}`);
  assert.is(failures.latentErrors.kind, "law");
  assert.is(failures.host.kind, "times");
  const { outages } = failures.host as { readonly outages: readonly { end: number; permanent: boolean }[] };
  assert.ok(
    outages.every(({ end }) => Number.isFinite(end)),
    "every host comes back",
  );
  assert.ok(outages.some(({ permanent }) => permanent) && outages.some(({ permanent }) => !permanent));
  assert.equal(drawnScenario(long, 5).scenario.failures, failures);
  const { failures: fewer } = soakScenario(replayedScenario(), 7200);
  for (const component of ["disk", "rack", "uplink"] as const) assert.is(fewer[component].kind, "none");
});

test("has books that lose no time, and says so when they do", () => {
  const events: LifeCycleEvent[] = [
    {
      at: 0,
      kind: "begin",
      scenario: "s",
      horizon: 100,
      quorum: 1,
      pauseTolerance: 0,
      hosts: [{ name: "host 0", rack: 0 }],
      clusters: [{ name: "c", vms: [{ vm: "v", host: "host 0" }] }],
    },
    { at: 10, kind: "vm", cluster: "c", vm: "v", from: "up", to: "detect" },
    { at: 30, kind: "vm", cluster: "c", vm: "v", from: "detect", to: "plan" },
    { at: 70, kind: "vm", cluster: "c", vm: "v", from: "plan", to: "up" },
  ];
  assert.equal(brokenBooks(events, 50), []);
  assert.equal(brokenBooks(events, 100), []);
  // A VM that is said to leave a state it was not in is in two at once.
  const torn = events.with(2, { at: 30, kind: "vm", cluster: "c", vm: "v", from: "up", to: "plan" });
  assert.match(brokenBooks(torn, 100).join(), /^v goes from up to plan at 30 s, and was detect/);
});

test("is refused where it makes no sense", async () => {
  const refusal = async (given: object): Promise<string> => {
    const { line } = capturedLine(process.cwd());
    try {
      await replayCommand(line, { scenario: "replayed", testbed: "four-namespaces", set: [], ...given } as never);
    } catch (error) {
      return (error as Error).message;
    }
    return "no refusal";
  };
  assert.match(await refusal({ soak: "2h", accelerate: 3 }), /^--soak: its failures have rates of their own/);
  assert.match(await refusal({ soak: "2h", scenario: "textbook" }), /must be one point of model: cluster/);
  assert.match(await refusal({ soak: "soon" }), /horizon/);
  assert.match(
    await refusal({ soak: "2h", set: ["cluster.vms=1"] }),
    /^replayed cannot be replayed on four:\n {2}cluster.vms/,
  );
});

test.run();
