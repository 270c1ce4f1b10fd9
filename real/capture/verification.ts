import type { HostedGuest } from "../guest/hosted-guest.ts";
import { TestbedError } from "../testbed-error.ts";

/** What a restore of a capture has shown: only what is verified is a restore point. */
export type Verification =
  | { readonly state: "verified"; readonly sequence: number; readonly pages: number; readonly blocks: number }
  | { readonly state: "corrupt"; readonly reason: string };

/**
 * Restores a capture beside its guest, and lets the restored one look whether its memory and its disk are those of one
 * moment. It has no network, so that nobody hears of it.
 *
 * @param stream of the memory, and `frozen`, the disk of the same cut, on the guest's host
 * @throws TestbedError if the host fails, not if the capture does
 */
export const verifyCapture = async (guest: HostedGuest, stream: string, frozen: string): Promise<Verification> => {
  let restored: HostedGuest;
  try {
    restored = await guest.restored(`${guest.name}-check`, stream, frozen);
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    return { state: "corrupt", reason: `it is not restored: ${error.message}` };
  }
  try {
    const found = await restored.verify();
    if (found.verified)
      return { state: "verified", sequence: found.sequence, pages: found.pages, blocks: found.blocks };
    const { badPages, first, blocksBehind, blocksAhead, blocksTorn, cachedBad, keysBehind, keysAhead } = found;
    const { processes, killed, wrong } = found;
    const memory = badPages === 0 ? [] : [`${badPages} pages of its memory are of other moments (${first})`];
    const disk = [
      [blocksBehind, "older"],
      [blocksAhead, "newer"],
      [blocksTorn, "torn or another's"],
    ] as const;
    const blocks = disk.flatMap(([count, how]) => (count === 0 ? [] : [`${count} blocks of its disk are ${how}`]));
    const cached = cachedBad === 0 ? [] : [`${cachedBad} pages that it has cached of its disk are others`];
    const redis = keysBehind + keysAhead;
    const keys = redis === 0 ? [] : [`${redis} keys of its Redis are of other moments`];
    const ended = [
      [killed, "were killed for memory that was lost"],
      [wrong, "have ended"],
    ] as const;
    const programs = ended.flatMap(([count, how]) =>
      count === 0 ? [] : [`${count} of ${processes} processes ${how}`],
    );
    return { state: "corrupt", reason: [...memory, ...blocks, ...cached, ...keys, ...programs].join(", ") };
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    return { state: "corrupt", reason: `its guest does not run: ${error.message}` };
  } finally {
    await restored.stop();
  }
};
