import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { TestbedError } from "../testbed-error.ts";
import { Packs, requireChain } from "./packs.ts";
import { frameBytes, hashBytes, type PageRecord } from "./page-record.ts";
import { killing, unused, zeroed } from "./stand-ins.ts";
import { copyRange, turn, writeWhole } from "./whole-file.ts";

/** What is gone of a version, and where to look for what stands in for it. */
export interface LostPacks {
  /** Of packs. */
  readonly names: ReadonlySet<string>;
  /** Reads a content from a byte of the guest's disk of the same cut on, known by the 16 bytes of its hash. @throws TestbedError */
  readonly readFromDisk: (start: number, hash: Buffer) => Buffer;
}

/** What a restore of a stream that was made again has instead of pages. */
export interface Rebuilt {
  /** Frames: read from the disk, and zeros for what the guest may miss. */
  readonly reRead: number;
  readonly zeroFilled: number;
  /** Frames with zeros that nobody must get to: the stream is no memory before that is made sure. */
  readonly killing: readonly number[];
}

/**
 * Makes the stream of a version again, byte by byte as it was captured; or, without packs that may be lost, with what stands in
 * for their pages, and every other page compared with its hash.
 *
 * @param chain records from a full one to the version, each building on the one before, with their packs beside them
 * @throws TestbedError naming the record or pack that is missing, is another's, or has other contents than it says; or a frame
 *   whose pack is lost, and which nothing stands in for
 */
export const rebuildStream = async (
  chain: readonly PageRecord[],
  stream: string,
  lost?: LostPacks,
): Promise<Rebuilt> => {
  const version = requireChain(chain);
  const packs = new Packs(chain, lost?.names);
  const madeUp = { reRead: 0, zeroFilled: 0, killing: [] as number[] };
  const standInFor = (frame: number, { readFromDisk }: LostPacks): Uint8Array => {
    const standIn = version.standIns.get(frame);
    if (standIn === undefined)
      throw new TestbedError(`${version.path}: the pack with the content of frame ${frame} is lost, and is needed`);
    if (standIn === zeroed) madeUp.zeroFilled += 1;
    if (standIn === killing) madeUp.killing.push(frame);
    if (standIn === zeroed || standIn === unused || standIn === killing) return zeros;
    madeUp.reRead += 1;
    return readFromDisk(standIn * frameBytes, version.hashes.subarray(frame * hashBytes, (frame + 1) * hashBytes));
  };
  const contentOf = (frame: number): Uint8Array => {
    if (lost === undefined) return packs.content(frame).bytes;
    return packs.isLost(frame) ? standInFor(frame, lost) : packs.verified(frame);
  };
  const skeletonFile = openSync(version.path, "r");
  try {
    await writeWhole(stream, async (write) => {
      const hash = createHash("sha256");
      const put = (bytes: Uint8Array): void => {
        hash.update(bytes);
        write(bytes);
      };
      let [at, skeleton] = [0, version.skeletonAt];
      const literal = (length: number): void => {
        copyRange(skeletonFile, skeleton, length, put);
        skeleton += length;
        at += length;
      };
      for (const [i, offset] of version.offsets.entries()) {
        if (i % turn === 0) await setImmediate();
        literal(offset - at);
        put(contentOf(version.frames[i]!));
        at += frameBytes;
      }
      literal(version.head.streamBytes - at);
      // With zeros among them it is another; what was read was compared page by page then, and the rest is the record's own.
      if (lost === undefined && hash.digest("hex") !== version.head.stream) throw await packs.wrong();
    });
    return madeUp;
  } finally {
    closeSync(skeletonFile);
    packs.close();
  }
};

const zeros = new Uint8Array(frameBytes);
