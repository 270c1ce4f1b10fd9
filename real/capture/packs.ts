import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { TestbedError } from "../testbed-error.ts";
import { frameBytes, hashBytes, noPack, type PageRecord } from "./page-record.ts";
import { readAt } from "./read-at.ts";
import { turn } from "./whole-file.ts";

/** The last of records of which each builds on the one before. @throws TestbedError naming one that does not */
export const requireChain = (chain: readonly PageRecord[]): PageRecord => {
  const version = chain.at(-1);
  if (version === undefined) throw new TestbedError("no records to rebuild a memory from");
  for (const [i, { head, path }] of chain.entries()) {
    const below = chain[i - 1];
    if (i === 0 && head.kind !== "full")
      throw new TestbedError(`${path}: it builds on record ${head.base}, which is missing`);
    if (i > 0 && head.base !== below!.digest)
      throw new TestbedError(`${path}: it builds on record ${head.base}, and ${below!.path} is ${below!.digest}`);
  }
  return version;
};

/** The packs of a chain of records, open. */
export class Packs {
  readonly #chain: readonly PageRecord[];
  readonly #lost: ReadonlySet<string>;
  /** By path. */
  readonly #files = new Map<string, number>();

  /** @param lost names of packs that are not there, and not asked for */
  constructor(chain: readonly PageRecord[], lost: ReadonlySet<string> = new Set()) {
    this.#chain = chain;
    this.#lost = lost;
    try {
      for (const { path, head } of chain)
        for (const { name, pages } of head.packs)
          if (!lost.has(name)) this.#open(join(dirname(path), name), pages, path);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #open(path: string, pages: number, record: string): void {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = opened(path, record);
      this.#files.set(path, file);
    }
    const { size } = fstatSync(file);
    if (size !== pages * frameBytes)
      throw new TestbedError(`${path}: it has ${size} bytes, and ${record} has ${pages} pages in it; it was cut off`);
  }

  /** The content of a frame in the last version, and the pack that it is from. @throws TestbedError if that is lost */
  content(frame: number): { readonly bytes: Buffer; readonly pack: string } {
    const { name, page, record } = this.#placeOf(frame);
    const path = join(dirname(record), name);
    const file = this.#files.get(path);
    if (file === undefined) throw new TestbedError(`${path}: it has the content of frame ${frame}, and is lost`);
    return { bytes: readAt(file, page * frameBytes, frameBytes), pack: path };
  }

  /** Whether the pack with the content of a frame is lost. */
  isLost(frame: number): boolean {
    return this.#lost.has(this.#placeOf(frame).name);
  }

  /** The pack with the content of a frame, and the path of the record that has added it. */
  #placeOf(frame: number): { readonly name: string; readonly page: number; readonly record: string } {
    const version = this.#chain.at(-1)!;
    const record =
      version.groups[frame] === noPack ? undefined : this.#chain.findLast(({ places }) => places.has(frame));
    if (record === undefined) throw new TestbedError(`${version.path}: no pack has the content of frame ${frame}`);
    const { pack, page } = record.places.get(frame)!;
    return { name: record.head.packs[pack]!.name, page, record: record.path };
  }

  /** The same, which is known to be what was captured. @throws TestbedError naming a pack that was altered */
  verified(frame: number): Buffer {
    const { bytes, pack } = this.content(frame);
    if (!this.#isRight(frame, bytes)) throw altered(pack, frame);
    return bytes;
  }

  #isRight(frame: number, bytes: Buffer): boolean {
    const { hashes } = this.#chain.at(-1)!;
    const hash = createHash("sha256").update(bytes).digest();
    return hash.compare(hashes, frame * hashBytes, (frame + 1) * hashBytes, 0, hashBytes) === 0;
  }

  /** What is wrong when all that is rebuilt is not what was captured. */
  async wrong(): Promise<TestbedError> {
    const { path, frames } = this.#chain.at(-1)!;
    for (const [i, frame] of frames.entries()) {
      if (i % turn === 0) await setImmediate();
      const { bytes, pack } = this.content(frame);
      if (!this.#isRight(frame, bytes)) return altered(pack, frame);
    }
    return new TestbedError(`${path}: what is rebuilt of it is not what was captured`);
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
  }
}

const altered = (pack: string, frame: number): TestbedError =>
  new TestbedError(`${pack}: its content of frame ${frame} is not what was captured; it was altered`);

const opened = (path: string, record: string): number => {
  try {
    return openSync(path, "r");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TestbedError(`${path}: ${record} has pages in it, and it cannot be read (${code})`);
  }
};
