import { join } from "node:path";
import { DiskBlocks, diskExtents } from "../drop/disk-blocks.ts";
import { dropPages, lostOf, onDisk } from "../drop/drop-pages.ts";
import { makeChanges } from "../drop/kill-by-loss.ts";
import { leaveOut, pagesOf } from "../drop/left-out.ts";
import { fillStream, type MadeUp, reduceStream } from "../drop/reduced-stream.ts";
import { TestbedError } from "../testbed-error.ts";
import { environmentOf } from "./programs.ts";
import type { Arguments, Result } from "./protocol.ts";

/** What opens a guest's disk among the agent's files, by its uppermost layer. */
export const opening = (owner: string, files: string, disk: string) => async (): Promise<DiskBlocks> =>
  new DiskBlocks(await diskExtents(files, disk, environmentOf(owner)));

/** Leaves pages out of a captured stream: zeros are there, what is read again from the disk, or what kills who touches it. */
export const leaveOutOf = async (
  owner: string,
  files: string,
  { stream, name, classes, instead }: Arguments<"leaveOut">,
): Promise<Result<"leaveOut">> => {
  const [from, to] = [join(files, stream), join(files, name)];
  const chosen = pagesOf(from, classes);
  const counts = { held: chosen.pages.length, zero: chosen.zero, spared: "" };
  if (instead === "zero-fill") {
    await leaveOut(from, to, chosen.pages);
    return { ...counts, left: chosen.pages.length };
  }
  if (instead === "kill-process") {
    const { lost, spared, changes } = lostOf(from, chosen.pages);
    await leaveOut(from, to, lost);
    makeChanges(to, changes);
    return { ...counts, left: lost.length, spared };
  }
  const open = opening(owner, files, instead.disk);
  const left = await onDisk(from, chosen.pages, open);
  await reduceStream(from, to, left, { zeroFilled: 0, killing: 0 });
  await fillStream(to, open);
  return { ...counts, left: left.length };
};

/** Drops pages from a captured stream before it is recorded. */
export const dropFrom = (
  owner: string,
  files: string,
  { stream, disk, ...types }: Arguments<"drop">,
): Promise<Result<"drop">> => dropPages(join(files, stream), types, opening(owner, files, disk));

/** Makes up for what was dropped from a stream that was recorded. @throws TestbedError if it takes a disk and there is none */
export const fillFrom = (owner: string, files: string, stream: string, disk: string | undefined): Promise<MadeUp> =>
  fillStream(
    join(files, stream),
    disk === undefined
      ? () => Promise.reject(new TestbedError(`${stream}: pages of it are to be read from a disk, and none is named`))
      : opening(owner, files, disk),
  );
