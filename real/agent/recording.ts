import { closeSync, openSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ChangedPages, changedPages, hashOf } from "../capture/changed-pages.ts";
import { hashBytes, PageRecord } from "../capture/page-record.ts";
import type { SharedPack } from "../capture/planned-packs.ts";
import { type Rebuilt, rebuildStream } from "../capture/rebuild-stream.ts";
import { recordStream } from "../capture/record-stream.ts";
import { killing, type LosableTypes } from "../capture/stand-ins.ts";
import { writeWhole } from "../capture/whole-file.ts";
import { ownDisk } from "../disk/own-disk.ts";
import type { DiskBlocks } from "../drop/disk-blocks.ts";
import { lostOf } from "../drop/drop-pages.ts";
import { placesOnDisk, readAgain } from "../drop/found-on-disk.ts";
import { makeChanges } from "../drop/kill-by-loss.ts";
import { TestbedError } from "../testbed-error.ts";
import { fillFrom, opening } from "./dropping.ts";
import type { Arguments, Result } from "./protocol.ts";

/** Guests whose streams are recorded at once. */
const mostFound = 16;

const baseIn = (files: string, base: string | null): { readonly base?: PageRecord } =>
  base === null ? {} : { base: PageRecord.open(join(files, base)) };

/** Recording of captured streams among an agent's files. */
export class Recordings {
  readonly #owner: string;
  readonly #files: string;
  /** What was found out about streams that are to be recorded next, by name. */
  readonly #found = new Map<string, ChangedPages>();

  /** @param owner folder of the record of what the agent makes */
  constructor(owner: string, files: string) {
    this.#owner = owner;
    this.#files = files;
  }

  /**
   * Writes down which contents a version adds, each once: its hash (16 bytes) and the pack that it deserves (a byte), by rising
   * hashes. Whoever compares the lists of several guests finds what they have in common.
   */
  async list({ stream, name, packs, base, losable }: Arguments<"contents">): Promise<Result<"contents">> {
    const path = join(this.#files, stream);
    const descriptor = openSync(path, "r");
    try {
      const given = { packs, once: true, ...baseIn(this.#files, base), ...this.#losable(stream, losable) };
      const found = await changedPages(path, descriptor, given);
      const { added, groups, read } = found;
      const list = new Map(added.map(({ frame }) => [hashOf(read.hashes, frame), groups[frame]!]));
      const entries = [...list].sort(([one], [other]) => (one < other ? -1 : 1));
      await writeWhole(join(this.#files, name), async (put) =>
        put(Buffer.from(entries.map(([hash, group]) => hash + String.fromCharCode(group)).join(""), "latin1")),
      );
      this.#keep(stream, found);
      return { contents: entries.length };
    } finally {
      closeSync(descriptor);
    }
  }

  /** Records a captured stream beside it, as a whole or upon an earlier record. One that was listed is recorded as it was listed. */
  async record({ stream, name, packs, base, losable, once }: Arguments<"record">): Promise<Result<"record">> {
    const found = once === undefined ? undefined : this.#found.get(stream);
    this.#found.delete(stream);
    return recordStream(join(this.#files, stream), join(this.#files, name), {
      packs,
      ...baseIn(this.#files, base),
      ...this.#losable(stream, losable),
      ...(once === undefined ? {} : { shared: await sharedPacks(this.#files, once) }),
      ...(found === undefined ? {} : { found }),
    });
  }

  #losable(stream: string, given: Arguments<"record">["losable"]): { readonly losable?: LosableTypes } {
    if (given === undefined) return {};
    const { disk, ...types } = given;
    const findOnDisk = finding(opening(this.#owner, this.#files, disk));
    const findKilling = (frames: readonly number[]) => {
      const { lost, spared } = lostOf(join(this.#files, stream), pagesAt(frames));
      return { killing: new Set(lost.map(({ index }) => index)), spared };
    };
    return { losable: { ...types, findOnDisk, findKilling } };
  }

  /** Streams that are never recorded are forgotten in their turn. */
  #keep(stream: string, found: ChangedPages): void {
    this.#found.set(stream, found);
    for (const [old] of this.#found) {
      if (this.#found.size <= mostFound) return;
      this.#found.delete(old);
    }
  }
}

/** What finds contents on a guest's disk, by their hashes. */
const finding =
  (open: () => Promise<DiskBlocks>) =>
  async (hashes: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> => {
    const disk = await open();
    try {
      return await placesOnDisk(hashes, disk);
    } finally {
      disk.close();
    }
  };

/** Their hashes stand one after the other in one file. */
const sharedPacks = async (
  files: string,
  { list, shared }: NonNullable<Arguments<"record">["once"]>,
): Promise<SharedPack[]> => {
  const hashes = list === null ? Buffer.alloc(0) : await readFile(join(files, list));
  const all = shared.reduce((sum, { pages }) => sum + pages * hashBytes, 0);
  if (hashes.length !== all) throw new Error(`${list} has ${hashes.length} bytes; shared packs have ${all} of hashes`);
  let end = 0;
  return shared.map(({ name, pages, group, isWriter }) => {
    const begin = end;
    end += pages * hashBytes;
    return { name, group, isWriter, hashes: hashes.subarray(begin, end) };
  });
};

/** Makes the stream of the last record again, and makes up for what was dropped of it, and for packs that are lost. */
export const rebuildCapture = async (
  owner: string,
  files: string,
  { records, stream, disk, lost }: Arguments<"rebuild">,
): Promise<Result<"rebuild">> => {
  const chain = records.map((name) => PageRecord.open(join(files, name)));
  const { streamBytes } = chain.at(-1)!.head;
  const openDisk = disk === undefined ? undefined : opening(owner, files, disk);
  const [rebuilt] = await Promise.all([
    rebuiltWithout(chain, join(files, stream), lost ?? [], openDisk),
    ownDisk.read.pass(streamBytes),
  ]);
  try {
    const filled = await fillFrom(owner, files, stream, disk);
    killFor(join(files, stream), rebuilt.killing);
    return {
      reRead: rebuilt.reRead + filled.reRead,
      zeroFilled: rebuilt.zeroFilled + filled.zeroFilled,
      killing: rebuilt.killing.length + filled.killing,
    };
  } catch (error) {
    // What lacks pages is not to be taken for a memory.
    rmSync(join(files, stream), { force: true });
    throw error;
  }
};

/** Makes sure that whoever touches these frames is killed. @throws TestbedError if that cannot be made sure of one of them */
const killFor = (stream: string, frames: readonly number[]): void => {
  const { spared, changes } = lostOf(stream, pagesAt(frames));
  if (spared !== "") throw new TestbedError(`${stream}: pages are lost that nobody would be killed for: ${spared}`);
  if (changes.length > 0) makeChanges(stream, changes);
};

const pagesAt = (frames: readonly number[]): { readonly index: number }[] => frames.map((index) => ({ index }));

const rebuiltWithout = async (
  chain: readonly PageRecord[],
  stream: string,
  lost: readonly string[],
  open: (() => Promise<DiskBlocks>) | undefined,
): Promise<Rebuilt> => {
  if (lost.length === 0) return rebuildStream(chain, stream);
  const needsDisk = [...chain.at(-1)!.standIns.values()].some((standIn) => standIn < killing);
  const disk = needsDisk ? await open?.() : undefined;
  try {
    const readFromDisk = (start: number, hash: Buffer): Buffer => {
      if (disk === undefined)
        throw new TestbedError(`${stream}: pages of it are to be read from a disk, and none is named`);
      return readAgain(disk, { start, hash });
    };
    return await rebuildStream(chain, stream, { names: new Set(lost), readFromDisk });
  } finally {
    disk?.close();
  }
};
