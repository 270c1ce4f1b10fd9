import { setTimeout as sleep } from "node:timers/promises";
import type { Exercised, Verdict } from "../guest/guest-port.ts";
import type { HostedGuest } from "../guest/hosted-guest.ts";
import type { WorkloadSettings } from "../guest/workload-settings.ts";
import { TestbedError } from "../testbed-error.ts";
import type { Loss } from "./losses.ts";

export const survivals = ["intact", "killed", "degraded", "failed"] as const;

/** How a restored guest is without some of its pages, by what it says itself. */
export interface Survival {
  readonly outcome: (typeof survivals)[number];
  /** What is wrong with it; empty for one that is intact. */
  readonly found: string;
}

/** What was left out, and what became of the guest. */
export interface Survived extends Survival {
  /** Frames of these classes with a content, of them left out, and with zeros. */
  readonly held: number;
  readonly left: number;
  readonly zero: number;
  /** Why others could not be left out. */
  readonly spared: string;
}

/**
 * Judges a guest that runs on: intact if all its stamps are right, its programs did what they had done, and its memory and
 * disk are of one moment; killed if that is so, but for processes that it found killed for memory that was lost; degraded if
 * something was lost that it does not know of.
 */
export const survivalOf = (told: Exercised, verdict: Verdict): Survival => {
  const { badPages, pages, first, cachedBad, cached, keysBehind, keysAhead, killed, wrong, processes } = verdict;
  const blocks = verdict.blocksBehind + verdict.blocksAhead + verdict.blocksTorn;
  const unnoticed = [
    ...(badPages === 0 ? [] : [`${badPages} of ${pages} pages of its memory (${first})`]),
    ...(cachedBad === 0 ? [] : [`${cachedBad} of ${cached} cached pages`]),
    ...(blocks === 0 ? [] : [`${blocks} of ${verdict.blocks} blocks of its disk`]),
    ...(keysBehind + keysAhead === 0 ? [] : [`${keysBehind + keysAhead} keys`]),
    ...(wrong === 0 ? [] : [`${wrong} of ${processes} processes ended`]),
    ...(told.exercised ? [] : [`its programs: ${told.what}`]),
  ];
  const found = [...(killed === 0 ? [] : [`${killed} of ${processes} processes killed`]), ...unnoticed];
  const isAsTold = unnoticed.length === 0 && (verdict.verified || killed > 0);
  const outcome = !isAsTold ? "degraded" : killed > 0 ? "killed" : "intact";
  return { outcome, found: found.join(", ") };
};

/** A guest that stands at its cut, captured, with the programs of its exercise run once before. */
export interface CutGuest {
  readonly guest: HostedGuest;
  /** Files of its host: the stream of the memory, and the disk of the same cut. */
  readonly stream: string;
  readonly disk: string;
}

/** A guest with a third of its memory in pages of its own, or cached of its disk; it locks its own, but for that of other processes. @param memory MiB */
export const losingWorkload = (memory: number, seed: number): WorkloadSettings => ({
  ...{ id: 1, image: 1, seed, beat: 0.1 },
  classes: [
    { content: "shared", pages: memory * 8, writesPerSecond: 0, compressRatio: 1 },
    { content: "unique", pages: memory * 40, writesPerSecond: 1000, compressRatio: 1 },
  ],
  disk: { blocks: 64, writesPerSecond: 10 },
  cache: { pages: memory * 24, writesPerSecond: 20 },
  processes: { count: 4, pages: memory },
  peers: [],
});

/**
 * Captures a guest that works; it stands still then.
 *
 * @param files gets the names of those that are made on its host
 * @throws TestbedError also if its programs do not run as it is
 */
export const captureForLosses = async (guest: HostedGuest, files: string[]): Promise<CutGuest> => {
  const { exercised, what } = await guest.exercise();
  if (!exercised) throw new TestbedError(`${guest.name}: its programs do not run before anything is left out: ${what}`);
  await guest.beat(quick);
  const stream = `${guest.name}.cut`;
  files.push(stream, `${stream}.layer`);
  const { disk } = await guest.capture("stop-and-copy", stream);
  if (disk === null) throw new TestbedError(`${guest.name}: it has no disk`);
  await guest.pause();
  return { guest, stream, disk };
};

const quick = 10_000;
const slow = 60_000;

/**
 * Restores a guest without some of its pages, beside the one that was captured, lets it work for a while, then has programs
 * run in it, and asks it how it is.
 *
 * @param seconds for which it works
 * @throws TestbedError if the host fails, not if the guest does
 */
export const survive = async (cut: CutGuest, loss: Loss, seconds: number): Promise<Survived> => {
  const { agent, name } = cut.guest;
  const made: string[] = [];
  let stream = cut.stream;
  const counts = { held: 0, left: 0, zero: 0, spared: "" };
  try {
    for (const [i, { classes, onLoss }] of loss.steps.entries()) {
      const next = `${cut.stream}.without${i}`;
      const instead = onLoss === "re-read" ? { disk: cut.disk } : onLoss;
      made.push(next);
      const told = await agent.ask("leaveOut", { stream, name: next, classes: [...classes], instead }, slow);
      stream = next;
      for (const of of ["held", "left", "zero"] as const) counts[of] += told[of];
      counts.spared = [counts.spared, told.spared].filter((text) => text !== "").join(", ");
    }
    return { ...counts, ...(await restoredWithout(cut, `${name}-without`, stream, seconds)) };
  } finally {
    // One that could not be made is not there.
    for (const file of made) await agent.ask("removeFile", { name: file }, quick).catch(() => {});
  }
};

const restoredWithout = async (
  { guest, disk }: CutGuest,
  name: string,
  stream: string,
  seconds: number,
): Promise<Survival> => {
  let restored: HostedGuest | undefined;
  try {
    restored = await guest.restored(name, stream, disk);
    const until = Date.now() + 1000 * seconds;
    await restored.beat(quick);
    await sleep(Math.max(0, until - Date.now()));
    await restored.beat(quick);
    const told = await restored.exercise();
    const verdict = await restored.verify();
    await restored.beat(quick);
    return survivalOf(told, verdict);
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    return { outcome: "failed", found: error.message };
  } finally {
    await restored?.stop();
  }
};
