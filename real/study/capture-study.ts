import { setTimeout as sleep } from "node:timers/promises";
import type { AgentClient } from "../agent/client.ts";
import type { Result } from "../agent/protocol.ts";
import type { CaptureMode } from "../capture/capture-modes.ts";
import { verifyCapture } from "../capture/verification.ts";
import type { GuestImage } from "../guest/guest-image.ts";
import type { Heartbeat } from "../guest/guest-port.ts";
import { type GuestSpec, HostedGuest } from "../guest/hosted-guest.ts";
import type { WorkloadSettings } from "../guest/workload-settings.ts";
import type { MeasuredCapture } from "./measured-capture.ts";
import { drawn, shuffled } from "./shuffled.ts";

/** What is measured: every mode with every memory and every rate of writes, again and again. */
export interface CaptureStudy {
  readonly modes: readonly CaptureMode[];
  /** MiB. */
  readonly memories: readonly number[];
  /** Pages written each second. */
  readonly writes: readonly number[];
  /** Part of a guest's memory that its workload fills with pages of its own and writes to. */
  readonly hot: number;
  readonly repetitions: number;
  readonly seed: number;
}

/** A guest whose captures are taken one after the other, in this order. */
export interface GuestTurn {
  readonly repetition: number;
  readonly memory: number;
  readonly writes: number;
  readonly modes: readonly CaptureMode[];
}

/** Seconds for which a guest works before each capture: from one to the other, even on a logarithmic scale. */
const settles = { least: 0.3, most: 5 };

const settle = (seed: string): number => settles.least * (settles.most / settles.least) ** drawn(seed);

export const hotPages = (study: CaptureStudy, memory: number): number => Math.floor(memory * 256 * study.hot);

/** Guests in an order drawn from the seed, within each repetition, and so the modes of each guest. */
export const turnsOf = (study: CaptureStudy): GuestTurn[] => {
  const turns: GuestTurn[] = [];
  for (let repetition = 0; repetition < study.repetitions; repetition++) {
    const guests = study.memories.flatMap((memory) => study.writes.map((writes) => ({ memory, writes })));
    const seed = study.seed * 1000 + repetition;
    for (const [i, guest] of shuffled(guests, seed).entries())
      turns.push({ ...guest, repetition, modes: shuffled(study.modes, seed * 1000 + i) });
  }
  return turns;
};

const workload = (pages: number, writes: number, seed: number): WorkloadSettings => ({
  id: 0,
  image: 1,
  seed,
  beat: 0.05,
  classes: [{ content: "unique", pages, writesPerSecond: writes, compressRatio: 1 }],
  disk: { blocks: 64, writesPerSecond: 5 },
  peers: [],
});

const written = (from: Heartbeat, to: Heartbeat): number => {
  const seconds = (to.at - from.at) / 1e9;
  return seconds > 0 ? (to.written[0]! - from.written[0]!) / seconds : 0;
};

/** Seconds between two looks at a guest that is captured. */
const look = 0.1;

/** A heartbeat of now: the first that is heard may have waited on its way since somebody listened last. */
const freshBeat = async (guest: HostedGuest): Promise<Heartbeat> => {
  await guest.beat(60_000);
  return guest.beat(60_000);
};

/** A task, and all heartbeats that its guest was asked for meanwhile; the last was asked for afterwards. */
const watched = async (
  guest: HostedGuest,
  task: () => Promise<Result<"capture">>,
): Promise<{ readonly captured: Result<"capture">; readonly beats: readonly Heartbeat[] }> => {
  const beats: Heartbeat[] = [];
  const stop = new AbortController();
  const watching = (async () => {
    while (!stop.signal.aborted) {
      beats.push(await guest.beat(60_000));
      await sleep(1000 * look, undefined, { signal: stop.signal }).catch(() => {});
    }
  })();
  try {
    const captured = await task();
    stop.abort();
    await watching;
    beats.push(await freshBeat(guest));
    return { captured, beats };
  } finally {
    stop.abort();
    await watching.catch(() => {});
  }
};

/** A capture that was taken, and is to be looked at. */
interface Taken {
  readonly file: string;
  readonly disk: string;
  readonly cutAt: number;
  readonly row: Omit<MeasuredCapture, "distinctPages" | "state" | "reason">;
}

/**
 * Takes the captures of one guest on its host one after the other; then verifies each and compares it with the one before,
 * and yields it: what runs beside a capture on the same machine would be measured, too.
 */
export async function* captureGuest(
  agent: AgentClient,
  image: GuestImage,
  accelerator: GuestSpec["accelerator"],
  study: CaptureStudy,
  turn: GuestTurn,
  firstOrder: number,
): AsyncGenerator<MeasuredCapture> {
  const pages = hotPages(study, turn.memory);
  const seed = study.seed + turn.repetition;
  const spec = { accelerator, memory: turn.memory, cores: 1, workload: workload(pages, turn.writes, seed) };
  const guest = await HostedGuest.start(agent, image, "measured", spec);
  const left: string[] = [];
  const taken: Taken[] = [];
  try {
    for (const [i, mode] of turn.modes.entries()) {
      const before = await freshBeat(guest);
      await sleep(1000 * settle(`${seed} ${turn.memory} ${turn.writes} ${mode}`));
      const begun = await freshBeat(guest);
      const file = `${mode}-${i}`;
      left.push(file, `${file}.layer`);
      const { captured, beats } = await watched(guest, () => guest.capture(mode, file));
      // What a guest does while its capture is brought to the disk is no part of it; a clock that stood still longer tells at the end.
      const over = begun.at + 1e9 * (captured.duration - captured.pause);
      const ended = beats.find(({ at }) => at >= over) ?? beats.at(-1)!;
      const last = taken.at(-1);
      const row = {
        mode,
        memory: turn.memory * 2 ** 20,
        hotPages: pages,
        writes: turn.writes,
        repetition: turn.repetition,
        order: firstOrder + i,
        host: agent.host,
        accelerator,
        pause: captured.pause,
        captureDuration: captured.duration,
        untilCut: captured.untilCut,
        captureBytes: captured.bytes,
        writesBefore: written(before, begun),
        writesDuring: written(begun, ended),
        workDuring: (ended.at - begun.at) / 1e9,
        // It stands still from its cut on.
        sinceCut: last && captured.cutAt - last.cutAt - last.row.pause,
      };
      taken.push({ file, disk: captured.disk!, cutAt: captured.cutAt, row });
    }
    await guest.hold(true);
    let base: string | null = null;
    for (const { file, disk, row } of taken) {
      const found = await verifyCapture(guest, file, disk);
      const name = `${file}.pages`;
      left.push(name);
      // Only which pages are others is asked for: their contents are stored nowhere.
      const { changed } = await agent.ask("record", { stream: file, name, packs: [], base }, 60_000);
      const distinctPages = base === null ? undefined : changed;
      for (const done of [file, ...(base === null ? [] : [base])])
        await agent.ask("removeFile", { name: done }, 10_000);
      base = name;
      yield { ...row, distinctPages, state: found.state, reason: found.state === "verified" ? "" : found.reason };
    }
  } finally {
    await guest.stop();
    for (const name of left) await agent.ask("removeFile", { name }, 10_000).catch(() => {});
  }
}
