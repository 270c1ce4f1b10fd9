import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { type LifeCycleEvent, lifeCycleKinds } from "../../models/life-cycle-events.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { writeAtomically } from "../../results/store/atomic-file.ts";
import { CommandError } from "../../scenarios/commands/command-line.ts";
import { whyUnwritable } from "../../scenarios/files.ts";
import type { TimelineTitle } from "../../scenarios/timeline/format.ts";
import { timelinePage } from "../../scenarios/timeline/html.ts";
import { lanesOf } from "../../scenarios/timeline/lanes.ts";
import { machineSide } from "../replay/machine-side.ts";
import type { Replayed } from "../replay/replay.ts";
import { thisMachine } from "./this-machine.ts";

/** One point of a scenario's sweep. */
export interface ReplayPoint {
  /** What the sweep has set: `snapshot.interval=12s`. */
  readonly setting: string;
  /** With its failures as lists of times. */
  readonly scenario: ClusterScenario;
  readonly seed: number;
  readonly notes: readonly string[];
}

/** What a run on real machines came to, and where and when it was. */
export interface RecordedRun extends Pick<Replayed, "events" | "columns" | "verifiedPoints" | "traffic" | "notes"> {
  readonly machine: string;
  /** A day, as 2026-11-27. */
  readonly date: string;
}

/** What all events have; the rest is as we wrote it. */
const event = z.looseObject({ at: z.number(), kind: z.enum(lifeCycleKinds) });
const pair = z.object({ from: z.number(), to: z.number(), packetsPerSecond: z.number(), bytesPerSecond: z.number() });
const measured = z.object({ since: z.number(), until: z.number(), pairs: z.array(pair) });
const file = z.object({
  machine: z.string(),
  date: z.string(),
  asked: z.string(),
  columns: z.record(z.string(), z.number()),
  verifiedPoints: z.number(),
  /** Of a run of which it was not asked there is none. */
  traffic: z._default(z.array(measured), []),
  notes: z.array(z.string()),
});

/** Writes a file of `--out`. @throws CommandError that says why it cannot */
export const writeOut = (path: string, text: string): void => {
  try {
    writeAtomically(path, text);
  } catch (error) {
    throw new CommandError(`--out: cannot write ${path}: ${whyUnwritable(error)}`);
  }
};

/** Makes a folder for a run, so that one whose outcome cannot be kept is not begun. @throws CommandError that says why it cannot */
export const makeFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new CommandError(`--out: cannot write ${folder}: ${whyUnwritable(error)}`);
  }
};

/** A run that has just come to its end on this machine. */
export const recordedNow = ({
  events,
  columns,
  verifiedPoints,
  traffic,
  notes,
}: Pick<Replayed, "events" | "columns" | "verifiedPoints" | "traffic" | "notes">): RecordedRun => ({
  ...{ machine: thisMachine(), date: new Date().toISOString().slice(0, 10) },
  ...{ events, columns: known(columns), verifiedPoints, traffic, notes },
});

/** Keeps a run of real machines: its events, its timeline, and last what it came to, without which it is not over. */
export const writeRun = (
  folder: string,
  { scenario, seed, setting }: Pick<ReplayPoint, "scenario" | "seed" | "setting">,
  replayed: Parameters<typeof recordedNow>[0],
): RecordedRun => {
  const run = recordedNow(replayed);
  const { events, ...kept } = run;
  writeOut(join(folder, "events.jsonl"), events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  const title = titleOf(`${scenario.name} ${setting}, on real machines`, scenario, seed);
  writeOut(join(folder, "timeline.html"), timelinePage(title.scenario, lanesOf(title, events)));
  const asked = machineSide(scenario, seed);
  writeOut(join(folder, "run.json"), `${JSON.stringify({ asked, ...kept }, null, 2)}\n`);
  return run;
};

/**
 * The run that is kept in a folder, if one is.
 *
 * @throws CommandError if it is of something else than this point asks machines for, or cannot be read
 */
export const readRun = (
  folder: string,
  { scenario, seed }: Pick<ReplayPoint, "scenario" | "seed">,
): RecordedRun | undefined => {
  const path = join(folder, "run.json");
  if (!existsSync(path)) return undefined;
  const { asked, ...run } = parsed(path);
  if (asked !== machineSide(scenario, seed))
    throw new CommandError(`${folder}: keeps a run of something else; name another folder with --out, or remove it`);
  return { ...run, events: eventsOf(join(folder, "events.jsonl")) };
};

/** A run that is kept, whatever it was of. */
export interface KeptRun extends RecordedRun {
  /** Its folder below that of all. */
  readonly name: string;
  /** What of its scenario machines went by: {@link machineSide}. */
  readonly asked: string;
}

/** All runs that are over in a folder of `snapback replay --out`. @throws CommandError if there is none, or one cannot be read */
export const keptRuns = (folder: string): KeptRun[] => {
  let names: string[];
  try {
    names = readdirSync(folder).toSorted((one, other) => one.localeCompare(other, "en", { numeric: true }));
  } catch (error) {
    throw new CommandError(`${folder}: ${(error as Error).message}; expected a folder of snapback replay --out`);
  }
  const runs = names.flatMap((name): KeptRun[] => {
    const path = join(folder, name, "run.json");
    if (!existsSync(path)) return [];
    return [{ ...parsed(path), name, events: eventsOf(join(folder, name, "events.jsonl")) }];
  });
  if (runs.length === 0) throw new CommandError(`${folder}: keeps no run of snapback replay --out that is over`);
  return runs;
};

const parsed = (path: string): z.infer<typeof file> => {
  try {
    return file.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw new CommandError(`${path}: ${(error as Error).message}; expected what snapback replay has written`);
  }
};

const eventsOf = (path: string): LifeCycleEvent[] => {
  try {
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    return lines.map((line) => {
      const one: unknown = JSON.parse(line);
      event.parse(one);
      return one as LifeCycleEvent;
    });
  } catch (error) {
    throw new CommandError(`${path}: ${(error as Error).message}; expected events that snapback replay has written`);
  }
};

/** Of a whole run of the cluster. */
export const titleOf = (name: string, { horizon }: Pick<ClusterScenario, "horizon">, seed: number): TimelineTitle => ({
  scenario: name,
  seed,
  replication: 0,
  domain: 0,
  domains: 1,
  horizon,
  from: 0,
  to: horizon,
});

/** JSON has no words for what was not seen. */
const known = (columns: Replayed["columns"]): Replayed["columns"] =>
  Object.fromEntries(Object.entries(columns).filter(([, value]) => !Number.isNaN(value)));
