import { readFileSync } from "node:fs";
import type { Columns } from "../../models/books/columns.ts";
import { LifeCycleAccount } from "../../models/books/life-cycle-account.ts";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import type { ReplayPoint } from "../../real/commands/recorded-run.ts";
import type { Replayed } from "../../real/replay/replay.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { loadScenario } from "../../scenarios/load.ts";
import { setTo } from "../../scenarios/text/override.ts";

/** Of a scenario `replayed` that was run on four-namespaces, of two guests one of which dies, on a machine that was busy with other work. */
export const recordedSettings = [
  "horizon=150s",
  "cluster.vm.memory=96MiB",
  "snapshot.interval=45s",
  "dataCentre.host.nic=1Gbit/s",
  "detection={heartbeat: 1s, timeout: 6s}",
  "failures.vm={times: [{component: 0, start: 100s}]}",
  "failures.host=none",
];

/** Its point, with more settings. */
export const recordedPoint = (...more: string[]): ReplayPoint => {
  const overrides = [...recordedSettings, ...more].map((text) => setTo("--set", text));
  const { scenario, seed } = loadScenario("replayed", { files: diskFiles, folder: "/", overrides }).points[0]!;
  if (scenario.model !== "cluster") throw new Error("a replay is of a cluster");
  return { scenario, seed, setting: "", notes: [] };
};

/** What happened in it. */
export const recordedEvents = (): LifeCycleEvent[] =>
  readFileSync(new URL("./fixtures/recorded-replay.jsonl", import.meta.url), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

/** What events come to. */
export const columnsOf = (events: readonly LifeCycleEvent[]): Columns => {
  const account = new LifeCycleAccount();
  for (const event of events) account.enter(event);
  return account.columns;
};

/** What it came to. */
export const recordedReplay = (): Pick<Replayed, "events" | "columns" | "verifiedPoints" | "traffic" | "notes"> => {
  const events = recordedEvents();
  return { events, columns: columnsOf(events), verifiedPoints: 1, traffic: [], notes: [] };
};
