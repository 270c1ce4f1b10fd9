import { createHash } from "node:crypto";
import { constants, readSync, rmSync, writeSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { ownDisk } from "../../disk/own-disk.ts";
import { fsyncFolder } from "../files.ts";
import { BlockSet, type Blocks, blockBytes, mostBlocks, type Run, segmentBlocks } from "./blocks.ts";
import { mostRuns } from "./control.ts";
import type { Datagram } from "./datagram.ts";
import { OpenFiles } from "./open-files.ts";

/** Segments that are read and hashed before others get their turn. */
const segmentsATurn = 4;

/** Files on their way: what has come lies in drafts, which get their names when all of it is there and verified. */
export class Drafts {
  readonly #folder: string;
  readonly #names: readonly string[];
  readonly #blocks: Blocks;
  readonly #files: OpenFiles;
  readonly #have: BlockSet;
  readonly #verified: BlockSet;
  readonly #digests: string[] = [];
  readonly #buffer = Buffer.allocUnsafe(blockBytes * segmentBlocks);
  #isFinished = false;

  /** @throws Error if a draft cannot be made */
  constructor(folder: string, names: readonly string[], blocks: Blocks) {
    this.#folder = folder;
    this.#names = names;
    this.#blocks = blocks;
    this.#have = new BlockSet(blocks.count);
    this.#verified = new BlockSet(blocks.segments);
    this.discard();
    const drafts = names.map((name) => `${name}.draft`);
    this.#files = new OpenFiles(folder, drafts, constants.O_RDWR | constants.O_CREAT);
    for (const index of names.keys()) this.#files.descriptor(index);
  }

  /** Writes blocks down that were not there yet. @returns whether they are of these files */
  take({ block, content }: Datagram): boolean {
    if (block >= this.#blocks.count) return false;
    const asked = Math.ceil(content.length / blockBytes);
    const { item, offset, bytes, blocks } = this.#blocks.extentAt(block, asked);
    if (asked > mostBlocks || bytes !== content.length) return false;
    let isNew = false;
    for (let i = block; i < block + blocks; i++) isNew ||= !this.#have.has(i);
    if (!isNew) return true;
    const descriptor = this.#files.descriptor(item);
    for (let done = 0; done < bytes; ) done += writeSync(descriptor, content, done, bytes - done, offset + done);
    for (let i = block; i < block + blocks; i++) this.#have.add(i);
    return true;
  }

  /** Digests of segments, in their order. @throws Error for others than those that come next */
  learn(first: number, digests: readonly string[]): void {
    if (first !== this.#digests.length || first + digests.length > this.#blocks.segments)
      throw new Error("digests of other segments");
    this.#digests.push(...digests);
  }

  get isWhole(): boolean {
    return this.#verified.size === this.#blocks.segments;
  }

  /** Compares segments that are there with their digests, as often as they change; a wrong one is missing again. */
  async missing(): Promise<{ runs: Run[]; blocks: number }> {
    for (let segment = 0, hashed = 0; segment < this.#digests.length; segment++) {
      if (this.#verified.has(segment) || !this.#isThere(segment)) continue;
      if (this.#digestOf(segment) === this.#digests[segment]) this.#verified.add(segment);
      else {
        const { first, end } = this.#blocks.ofSegment(segment);
        for (let block = first; block < end; block++) this.#have.delete(block);
      }
      if (++hashed % segmentsATurn === 0) await turn();
    }
    return { runs: this.#have.gaps(mostRuns), blocks: this.#blocks.count - this.#have.size };
  }

  #isThere(segment: number): boolean {
    const { first, end } = this.#blocks.ofSegment(segment);
    for (let block = first; block < end; block++) if (!this.#have.has(block)) return false;
    return true;
  }

  #digestOf(segment: number): string {
    const hash = createHash("sha256");
    const { first, end } = this.#blocks.ofSegment(segment);
    for (let block = first; block < end; ) {
      const { item, offset, bytes, blocks } = this.#blocks.extentAt(block, segmentBlocks);
      const read = readSync(this.#files.descriptor(item), this.#buffer, 0, bytes, offset);
      hash.update(this.#buffer.subarray(0, read));
      block += blocks;
    }
    return hash.digest("hex");
  }

  /** Brings all to the disk and gives them their names. @throws Error unless they are whole */
  async finish(): Promise<void> {
    if (!this.isWhole) throw new Error("the end came before all blocks");
    await ownDisk.write.pass(this.#blocks.items.reduce((sum, { bytes }) => sum + bytes, 0));
    for (const index of this.#names.keys()) {
      const file = await open(this.#files.pathOf(index), constants.O_RDONLY | constants.O_NOFOLLOW);
      await file.sync().finally(() => file.close());
      await rename(this.#files.pathOf(index), join(this.#folder, this.#names[index]!));
    }
    this.#files.close();
    this.#isFinished = true;
    await fsyncFolder(this.#folder);
  }

  /** Removes what has no name yet. */
  discard(): void {
    if (this.#isFinished) return;
    this.#files?.close();
    for (const name of this.#names) rmSync(join(this.#folder, `${name}.draft`), { force: true });
  }
}
