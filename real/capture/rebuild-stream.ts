import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { Packs, requireChain } from "./packs.ts";
import { frameBytes, type PageRecord } from "./page-record.ts";
import { copyRange, turn, writeWhole } from "./whole-file.ts";

/**
 * Makes the stream of a version again, byte by byte as it was captured.
 *
 * @param chain records from a full one to the version, each building on the one before, with their packs beside them
 * @throws TestbedError naming the record or pack that is missing, is another's, or has other contents than it says
 */
export const rebuildStream = async (chain: readonly PageRecord[], stream: string): Promise<void> => {
  const version = requireChain(chain);
  const packs = new Packs(chain);
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
        put(packs.content(version.frames[i]!).bytes);
        at += frameBytes;
      }
      literal(version.head.streamBytes - at);
      if (hash.digest("hex") !== version.head.stream) throw await packs.wrong();
    });
  } finally {
    closeSync(skeletonFile);
    packs.close();
  }
};
