import { rm } from "node:fs/promises";
import type { QmpClient } from "../qmp/client.ts";
import type { QmpEvent } from "../qmp/events.ts";
import { TestbedError } from "../testbed-error.ts";
import type { CaptureMode } from "./capture-modes.ts";
import { freezeDisk } from "./disk-layer.ts";
import { awaitEvent, awaitMigration, awaitSwitchover, letRun, prepareMigration, untilCancelled } from "./migration.ts";
import { intoFile } from "./stream-file.ts";

/** A capture of a guest's memory and devices. Times in seconds. */
export type Captured = {
  readonly mode: CaptureMode;
  /** From the command to the cut, which is where the guest stops. */
  readonly untilCut: number;
  /** The cut, seconds since 1970 on the clock of the host. */
  readonly cutAt: number;
  /** How long the guest stood still. */
  readonly pause: number;
  /** From the command until the stream was whole. */
  readonly duration: number;
  readonly bytes: number;
  /** Name of the file that is the guest's disk at the cut; null when it was not cut. */
  readonly disk: string | null;
};

interface CaptureOptions {
  /** Bytes per second. */
  readonly bandwidth?: number;
  /** Path of a new layer for the guest's disk, which is frozen in the same pause. */
  readonly layer?: string;
  /** The guest has been stopped already, at this time: that is its cut. */
  readonly stoppedAt?: number;
}

const quick = 10_000;
/** More than any memory gives: QEMU's own limit of 128 MiB/s would be what is measured. */
const unlimited = 2 ** 40;

/**
 * Captures a running guest into a new migration stream: `post-copy` is QEMU's background snapshot, which saves pages
 * before they are written after the cut. A pre-copy of an emulated guest (TCG) may lack writes that QEMU missed, so it
 * counts only once a restore of it has been seen to be of one moment. The guest runs on afterwards, also if the capture fails; then no file is left.
 * With a disk to be frozen a post-copy stops the guest before QEMU prepares its background snapshot, which adds to the pause:
 * in QEMU's own pause nothing can be asked of it.
 *
 * @param deadline milliseconds
 * @throws TestbedError with QEMU's reason
 */
export const capture = async (
  qmp: QmpClient,
  mode: CaptureMode,
  file: string,
  deadline: number,
  { bandwidth = unlimited, layer, stoppedAt }: CaptureOptions = {},
): Promise<Captured> => {
  const { running } = (await qmp.execute("query-status", {}, quick)) as { running: boolean };
  if (running !== (stoppedAt === undefined))
    throw new TestbedError(
      running
        ? "a guest that was to stand still for its cluster's cut runs"
        : "a guest that does not run cannot be captured: no pause of it would be its own",
    );
  if (mode === "pre-copy" && stoppedAt !== undefined)
    throw new TestbedError("a guest that was stopped for its cluster's cut has no rounds of a pre-copy");
  const events = qmp.subscribe();
  const stream = await intoFile(file, mode === "post-copy");
  const times = new Map<string, number>();
  const note = ({ event, timestamp }: QmpEvent): void => void times.set(event, timestamp);
  try {
    const waits = mode === "pre-copy" && layer !== undefined;
    await prepareMigration(qmp, { background: mode === "post-copy", waits, bandwidth });
    const asked = Date.now() / 1000;
    const stopsFirst = mode === "stop-and-copy" || (mode === "post-copy" && layer !== undefined);
    if (stopsFirst && stoppedAt === undefined) await qmp.execute("stop", {}, quick);
    let disk = stopsFirst && layer !== undefined ? await freezeDisk(qmp, layer) : null;
    await qmp.execute("migrate", { uri: stream.uri }, quick);
    if (waits) {
      await awaitSwitchover(qmp, events, deadline, note);
      disk = await freezeDisk(qmp, layer);
      await qmp.execute("migrate-continue", { state: "pre-switchover" }, quick);
    }
    const { timestamp: completed } = await awaitMigration(qmp, events, deadline, note);
    if (mode !== "post-copy") {
      await letRun(qmp);
      note(await awaitEvent(events, "the guest's going on", quick, ({ event }) => event === "RESUME"));
    }
    const bytes = await stream.whole;
    const [cut, resumed] = [stoppedAt ?? times.get("STOP"), times.get("RESUME")];
    if (cut === undefined || resumed === undefined)
      throw new TestbedError("QEMU told of no pause, without which a capture is no point in time");
    return {
      mode,
      untilCut: Math.max(0, cut - asked),
      cutAt: cut,
      pause: resumed - cut,
      duration: completed - asked,
      bytes,
      disk,
    };
  } catch (error) {
    await goOn(qmp);
    await stream.close();
    await rm(file, { force: true });
    throw error;
  } finally {
    await stream.close();
    await events.return();
  }
};

/** Whatever became of a capture, its guest must not stand still for it; one whose QEMU is gone cannot go on. */
const goOn = async (qmp: QmpClient): Promise<void> => {
  try {
    await qmp.execute("migrate_cancel", {}, quick);
    await untilCancelled(qmp);
    await letRun(qmp);
  } catch (error) {
    if (!(error instanceof Error) || !error.name.startsWith("Qmp")) throw error;
  }
};
