import type { Host } from "../data-centre/data-centre.ts";
import { bytesOf, type Copy, isComplete, silentPart } from "./chunk.ts";
import type { Copies } from "./copies.ts";

/** Whole copies on a host, with their bytes. */
const wholeOn = ({ chunks, table }: Copies, host: Host): { readonly copy: Copy; readonly bytes: number }[] =>
  chunks.flatMap((chunk) => {
    const copy = chunk.copies.find((one) => one.host === host);
    return copy !== undefined && isComplete(copy) ? [{ copy, bytes: bytesOf(table, chunk, copy) }] : [];
  });

/**
 * One byte of all that lies on a host is wrong from now on, each with the same probability.
 *
 * @param checksums whoever reads it will find that
 * @returns the copies that it belongs to
 */
export const spoilOne = (
  all: readonly Copies[],
  host: Host,
  checksums: boolean,
  draw: () => number,
): Copies | undefined => {
  const held = all.flatMap((of) => wholeOn(of, host).map((one) => ({ of, ...one })));
  let at = draw() * held.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { of, copy, bytes } of held) {
    at -= bytes;
    if (at >= 0 || bytes === 0) continue;
    copy.spoilt = checksums ? "latent" : "silent";
    of.changed();
    return of;
  }
  return undefined;
};

/** What is wrong on a host, or everywhere, is found: it is to be written anew. */
export const verify = (of: Copies, host?: Host): Copy[] => {
  const found: Copy[] = [];
  for (const { copies } of of.chunks) {
    for (const copy of copies) {
      if (copy.spoilt !== "latent" || (host !== undefined && copy.host !== host)) continue;
      delete copy.spoilt;
      copy.lacking = 1;
      found.push(copy);
    }
  }
  if (found.length > 0) of.changed();
  return found;
};

/** Probability that a restore takes something wrong for right. */
export const silentlyWrong = ({ chunks }: Copies): number =>
  1 - chunks.reduce((right, chunk) => right * (1 - silentPart(chunk)), 1);
