import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ClusterScenario } from "../../models/scenario.ts";
import { replayCommand } from "../../real/commands/replay.ts";
import { replayReport } from "../../real/commands/replay-report.ts";
import { type ComparedColumn, columnErrors, comparedColumns } from "../../real/replay/comparison.ts";
import { copyGroups } from "../../real/replay/copy-groups.ts";
import { droppedTypes, dropsHarm, losableTypes } from "../../real/replay/dropped-types.ts";
import { replayObstacles } from "../../real/replay/replayable.ts";
import { guestsOf, pagesInUse, soonHeard } from "../../real/replay/scenario-guests.ts";
import { capturedLine } from "../scenarios/captured-line.ts";
import { replayedScenario } from "./replayed-scenario.ts";

const test = suite("a scenario for real machines");

const byTypes =
  "{free: {copies: 1, onLoss: fail}, cacheClean: {copies: 1, onLoss: fail}, cacheDirty: {copies: 2, onLoss: fail}, " +
  "anonymous: {copies: 3, onLoss: fail}, kernel: {copies: 3, onLoss: fail}, dropZero: true}";

const slowDisk = "failures.slowDisk={times: [{component: 0, start: 9s, end: 20s}]}";

/** The same without a type of pages. */
const withDropped = (type: string, onLoss: string): string =>
  byTypes.replace(new RegExp(`${type}: {copies: \\d, onLoss: fail}`), `${type}: {copies: drop, onLoss: ${onLoss}}`);

/** The same, with something else when all copies of a type are lost. */
const withLost = (type: string, onLoss: string, policy = byTypes): string =>
  policy.replace(new RegExp(`(${type}: {copies: \\d, onLoss:) fail}`), `$1 ${onLoss}}`);

/** Guests in which the workload has room for its memory twice. */
const roomy = "cluster.vm.memory=192MiB";

test("comes with the product and has no obstacles on four hosts", () => {
  assert.equal(replayObstacles(replayedScenario(), 4), []);
  for (const resume of ["on-demand", "working-set"])
    assert.equal(replayObstacles(replayedScenario(`rollback.resume=${resume}`), 4), []);
});

test("may have disks that are slow for a while", () => {
  for (const more of [[], ["failures.slowDiskRate=2%"], ["snapshot={capture: pre-copy, cut: independent}"]])
    assert.equal(replayObstacles(replayedScenario(slowDisk, ...more), 4), []);
});

test("may store what its guests have in common once, and send it to several hosts at once then", () => {
  for (const deduplication of ["none", "vm", "host", "hosts"])
    assert.equal(replayObstacles(replayedScenario(`storage.deduplication=${deduplication}`), 4), []);
  const shared = ["cluster.similarity=10%", "rollback.transfer=multicast"];
  assert.equal(replayObstacles(replayedScenario("storage.deduplication=hosts", ...shared), 4), []);
  assert.is(replayObstacles(replayedScenario("storage.deduplication=host", ...shared), 4).length, 1);
});

test("may store its types of pages each in as many copies as it says", () => {
  const byType = replayedScenario(`storage.policy=${byTypes}`);
  assert.equal(replayObstacles(byType, 4), []);
  assert.equal(
    copyGroups(byType.storage).map(({ types, redundancy: { fragments, own } }) => [fragments, own, types]),
    [
      [3, false, ["anonymous", "kernel"]],
      [2, false, ["cacheDirty"]],
      [1, false, ["free", "cacheClean"]],
    ],
  );
  const own = copyGroups(replayedScenario(`storage.policy=${byTypes}`, "storage.placement=local-first").storage);
  assert.equal(
    own.map(({ redundancy }) => [redundancy.fragments, redundancy.own]),
    [
      [2, true],
      [1, true],
      [0, true],
    ],
  );
  assert.equal(
    copyGroups(replayedScenario().storage).map(({ types }) => types.length),
    [5],
  );
  const dropped = replayedScenario("storage.policy=page-aware");
  assert.equal(
    copyGroups(dropped.storage).map(({ types }) => types),
    [["cacheDirty", "anonymous", "kernel", "free"], ["cacheClean"]],
    "what cannot be dropped of a type that is dropped is stored as the best",
  );
  const cache = replayedScenario("storage.policy=page-aware-drop");
  assert.equal(replayObstacles(cache, 4), []);
  assert.equal(droppedTypes(cache.storage), { zeroFilled: ["free"], reRead: ["cacheClean"], killing: [] });
  assert.not(dropsHarm(cache.storage));
  const unsafe = replayedScenario(`storage.policy=${withDropped("cacheClean", "zero-fill")}`);
  assert.equal(replayObstacles(unsafe, 4), []);
  assert.equal(droppedTypes(unsafe.storage), { zeroFilled: ["cacheClean"], reRead: [], killing: [] });
  assert.ok(dropsHarm(unsafe.storage));
  const killing = replayedScenario(`storage.policy=${withDropped("anonymous", "kill-process")}`, roomy);
  assert.equal(replayObstacles(killing, 4), []);
  assert.equal(droppedTypes(killing.storage), { zeroFilled: [], reRead: [], killing: ["anonymous"] });
  assert.ok(dropsHarm(killing.storage));
});

test("may lose the last copies of free pages, clean cache and processes' memory, which are in packs of their own then", () => {
  const single = replayedScenario("storage.policy=page-aware", "storage.copies=1");
  assert.equal(replayObstacles(single, 4), []);
  assert.equal(losableTypes(single.storage), { zeroFilled: [], reRead: ["cacheClean"], killing: [] });
  assert.equal(
    copyGroups(single.storage).map(({ types, harm, redundancy }) => [types, harm, redundancy.fragments]),
    [
      [["cacheDirty", "anonymous", "kernel", "free"], "fatal", 1],
      [["cacheClean"], "none", 1],
    ],
  );
  const both = replayedScenario(`storage.policy=${withLost("free", "zero-fill", withLost("cacheClean", "zero-fill"))}`);
  assert.equal(replayObstacles(both, 4), []);
  assert.equal(losableTypes(both.storage), { zeroFilled: ["free", "cacheClean"], reRead: [], killing: [] });
  assert.equal(
    copyGroups(both.storage).map(({ types, harm }) => [types, harm]),
    [
      [["anonymous", "kernel"], "fatal"],
      [["cacheDirty"], "fatal"],
      [["free", "cacheClean"], "degraded"],
    ],
  );
  const processes = withLost("anonymous", "kill-process").replace("anonymous: {copies: 3", "anonymous: {copies: 1");
  const killing = replayedScenario(`storage.policy=${processes}`, roomy);
  assert.equal(replayObstacles(killing, 4), []);
  assert.equal(losableTypes(killing.storage), { zeroFilled: [], reRead: [], killing: ["anonymous"] });
  assert.equal(
    copyGroups(killing.storage).map(({ types, harm }) => [types, harm]),
    [
      [["kernel"], "fatal"],
      [["cacheDirty"], "fatal"],
      [["free", "cacheClean"], "fatal"],
      [["anonymous"], "degraded"],
    ],
  );
});

for (const [settings, obstacle] of [
  [["cluster.vms=1"], /^cluster\.vms: 1; a cut of real guests takes 2 to 16/],
  [["cluster.count=2"], /^cluster\.count, domains/],
  [["cluster.vm.memory=64MiB"], /^cluster\.vm\.memory: 64 MiB; .* 96 to 2816/],
  [["cluster.traffic={pattern: uniform, messagesPerSecond: 3000000/s}"], /^cluster\.traffic: 3000000 messages\/s/],
  [["cluster.similarity=10%", "rollback.transfer=multicast"], /^rollback\.transfer: multicast of pages that VMs share/],
  [["rollback.transfer=swarm"], /^rollback\.transfer: swarm; .* unicast, multicast and chain/],
  [["snapshot.cut=colour"], /^snapshot\.cut: colour; real guests are cut independent, barrier, scheduled/],
  [["snapshot.capture=pre-copy"], /^snapshot\.cut: barrier with capture: pre-copy/],
  [
    [
      "snapshot.onOverrun=throttle",
      "snapshot.record=incremental",
      "snapshot.fullEvery=3",
      "storage.expired=keep-chain",
    ],
    /^snapshot\.onOverrun/,
  ],
  [["snapshot.record=incremental"], /^storage\.expired: merge/],
  [
    [`storage.policy=${withLost("cacheDirty", "re-read")}`],
    /^storage\.policy: cacheDirty pages that are lost are made up for \(re-read\); real/,
  ],
  [
    [`storage.policy=${withLost("cacheClean", "re-read").replace("cacheClean: {copies: 1", "cacheClean: {copies: 3")}`],
    /^storage\.policy: cacheClean pages may be lost, and have more copies than some that must not be; /,
  ],
  [
    ["storage.policy=page-aware", "rollback.resume=on-demand"],
    /^rollback\.resume: on-demand with pages that are dropped or may be lost; .* \(eager\)/,
  ],
  [[`storage.policy=${withDropped("anonymous", "zero-fill")}`], /^storage\.policy: anonymous pages are dropped \(zero/],
  [
    [`storage.policy=${withDropped("cacheClean", "kill-process")}`],
    /^storage\.policy: cacheClean pages are dropped \(kill/,
  ],
  [[`storage.policy=${withDropped("free", "kill-process")}`], /^storage\.policy: free pages are dropped \(kill-pro/],
  [
    [`storage.policy=${byTypes.replace("kernel: {copies: 3", "kernel: {erasure: {data: 2, parity: 1}")}`],
    /^storage\.policy: kernel pages are stored as a code; real/,
  ],
  [["storage.policy=replicate-all"], /^storage\.policy: pages of zeros/],
  [["rollback.resume=on-demand", "rollback.transfer=chain"], /^rollback\.transfer: chain with resume: on-demand; /],
  [
    ["rollback.resume=working-set", "rollback.background=500kB/s"],
    /^rollback\.background: the pages .* more than 240 s/,
  ],
  [["storage.deduplicateVersions=true"], /^storage\.deduplicateVersions: true/],
  [["failures.store={times: [{component: 0, start: 9s, end: 20s}]}"], /^failures\.store: the testbed has no shared/],
  [[slowDisk, "failures.slowDiskRate=0.1%"], /^failures\.slowDiskRate: the memories of all guests .* more than 80 s/],
  [
    [
      slowDisk,
      "failures.slowDiskRate=2%",
      "snapshot={capture: pre-copy, cut: independent}",
      "cluster.workload.classes.hot.writesPerGiB=90000/s",
    ],
    /^failures\.slowDiskRate: a slow disk passes 20000000 B\/s, and guests write \d+ B\/s: QEMU ends no pre-copy/,
  ],
  [["failures.disk={times: [{component: 0, start: 9s}]}"], /^failures\.disk: the disk of a real guest is a file/],
  [
    ["failures.latentErrors={law: exponential, mean: 1h}", "storage.checksums=false"],
    /^storage\.checksums: false; whoever reads/,
  ],
] as const)
  test(`is refused for ${settings[0]}`, () => {
    const found = replayObstacles(replayedScenario(...settings), 4);
    assert.is(found.length, 1, found.join("\n"));
    assert.match(found[0]!, obstacle);
  });

test("needs as many hosts as it says, and leaves a guest's kernel its room", () => {
  assert.match(replayObstacles(replayedScenario(), 3).join(), /^dataCentre: it has 4 hosts, and the testbed 3$/);
  const full = replayedScenario();
  const { workload } = full.cluster;
  const classes = workload.classes.map((one) => ({ ...one, type: "anonymous" as const }));
  const crowded = { ...full, cluster: { ...full.cluster, workload: { ...workload, classes } } };
  assert.match(replayObstacles(crowded, 4).join(), /^cluster\.workload: .* fill more than 65 % of a guest/);
  // Whoever is killed for its pages is started anew, beside frames that are lost.
  const killing = replayedScenario(`storage.policy=${withDropped("anonymous", "kill-process")}`);
  assert.match(
    replayObstacles(killing, 4).join(),
    /^cluster\.workload: anonymous pages twice, cached ones and 70 MiB /,
  );
});

test("gives its guests pages and writes by content, and leaves the rest to their kernels", () => {
  const scenario = replayedScenario();
  const [anonymous] = scenario.cluster.workload.classes.filter(({ type }) => type === "anonymous");
  const mixed: ClusterScenario = {
    ...scenario,
    cluster: {
      ...scenario.cluster,
      workload: {
        ...scenario.cluster.workload,
        classes: [
          {
            ...anonymous!,
            pages: 1000,
            writesPerSecond: 100,
            content: { zero: 0.1, selfDuplicate: 0.2, interVm: { all: 0.3, pair: 0 }, unique: 0.4 },
          },
          { ...anonymous!, type: "cacheDirty", pages: 500, writesPerSecond: 50 },
          { ...anonymous!, type: "kernel", pages: 700, writesPerSecond: 0 },
        ],
      },
    },
  };
  const [one, other] = guestsOf(mixed, { addresses: ["10.0.0.1", "10.0.0.2"], bits: 24 }, "tcg");
  assert.equal(
    one!.workload.classes.map(({ content, pages, writesPerSecond }) => [content, pages, Math.round(writesPerSecond)]),
    [
      ["zero", 100, 10],
      ["duplicate", 200, 20],
      ["shared", 300, 30],
      ["unique", 400, 40],
    ],
  );
  assert.equal(one!.workload.cache, { pages: 500, writesPerSecond: 50 });
  assert.is(pagesInUse(mixed), 1500);
  assert.equal(other!.workload.address, "10.0.0.2/24");
  // 100 messages a second from each VM to the other, half of them by each protocol.
  assert.equal(one!.workload.peers, [{ id: 1, address: "10.0.0.2", messages: { udp: 50, tcp: 50 } }]);
});

test("gives its guests the peers and the rates of its matrix", () => {
  const scenario = replayedScenario(
    "cluster.vms=4",
    "cluster.traffic={matrix: [[0, 4/s, 0, 0], [0, 0, 0, 0], [0, 0.2/s, 0, 0], [0, 0, 0, 0]]}",
  );
  const addresses = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"];
  const guests = guestsOf(scenario, { addresses, bits: 24 }, "tcg");
  const to = (id: number, rate: number) => ({ id, address: addresses[id]!, messages: { udp: rate, tcp: rate } });
  assert.equal(
    guests.map(({ workload }) => workload.peers),
    // Who is only sent to has a peer of whom it hears, and who talks to nobody has none.
    [[to(1, 2)], [to(0, 0), to(2, 0)], [to(1, 0.1)], []],
  );
  assert.equal(
    guests.map((_, vm) => soonHeard(scenario, vm)),
    // Nobody waits for one that sends every few seconds.
    [0, 10, 0, 0],
  );
});

const refusal = async (given: object): Promise<string> => {
  const { line } = capturedLine(process.cwd());
  try {
    await replayCommand(line, { testbed: "four-namespaces", set: [], ...given } as never);
  } catch (error) {
    return (error as Error).message;
  }
  return "no refusal";
};

test("is refused before anything is started, with all that is in its way", async () => {
  assert.match(await refusal({ scenario: "textbook" }), /^textbook is of model: textbook; real machines play model: c/);
  const storm = await refusal({
    scenario: "rolling-back",
    set: ["rollback.transfer=tree", "storage.policy=erasure-coded"],
  });
  assert.match(storm, /^rolling-back with .* cannot be replayed on four:\n/);
  for (const key of ["dataCentre", "cluster.vm.memory", "storage.policy", "rollback.transfer"])
    assert.match(storm, new RegExp(`^  ${key}: `, "m"));
  assert.match(await refusal({ scenario: "replayed", testbed: "no-such" }), /no-such/);
});

test("is compared column by column, and over several runs with the goals", () => {
  const runs = [
    {
      setting: "a=1",
      real: { rtoMean: 10, captureBytes: 200, cutSkew: 0 },
      simulated: [{ rtoMean: 8 }, { rtoMean: 10 }],
    },
    { setting: "a=2", real: { rtoMean: 20, captureBytes: 100 }, simulated: [{ rtoMean: 30, captureBytes: 110 }] },
  ];
  assert.equal(comparedColumns(runs[0]!), [{ column: "rtoMean", real: 10, simulated: 9 }]);
  const errors = columnErrors(runs);
  // 10 % and 50 %; bytes were seen by both in one run only.
  assert.equal(
    errors.map(({ column, runs: n, isMet, error }) => [
      column,
      n,
      isMet,
      Number(error.meanAbsoluteRelative.toFixed(9)),
    ]),
    [["rtoMean", 2, false, 0.3]],
  );
  assert.match(replayReport(runs), /2 runs\. NOT met: rtoMean \(30\.0 %\)\.$/);
  assert.match(replayReport(runs.slice(1)), /captureBytes +100 +110 +10\.0 %/);
});

test("is judged in the published record as it is here", () => {
  const published = (name: string): string =>
    readFileSync(new URL(`../../results/published/${name}`, import.meta.url), "utf8");
  const { runs, judged } = JSON.parse(published("replay.json")) as {
    readonly runs: readonly { readonly setting: string; readonly columns: readonly ComparedColumn[] }[];
    readonly judged: unknown;
  };
  const compared = runs.map(({ setting, columns }) => ({
    setting,
    real: Object.fromEntries(columns.map(({ column, real }) => [column, real])),
    simulated: [Object.fromEntries(columns.map(({ column, simulated }) => [column, simulated]))],
  }));
  assert.ok(published("replay.md").includes(replayReport(compared)));
  assert.equal(judged, JSON.parse(JSON.stringify(columnErrors(compared))));
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8").replaceAll("\n", " ");
  for (const column of ["availability", "rtoMean", "captureBytes", "durabilityLatencyMean"]) {
    const { error } = columnErrors(compared).find((one) => one.column === column)!;
    assert.ok(readme.includes(`${(100 * error.meanAbsoluteRelative).toFixed(1)} %`), column);
  }
});

test.run();
