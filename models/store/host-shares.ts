import type { Host } from "../data-centre/data-centre.ts";
import type { Chunk } from "./chunk.ts";

/** Parts of the bytes of every class by host: `get(host)[class]`. */
export type HostShares = ReadonlyMap<Host, Float64Array>;

/** Adds up by host what `of` says that each host has of a chunk, as a part of it. */
export const hostShares = (
  chunks: readonly Chunk[],
  classes: number,
  of: (chunk: Chunk) => readonly { readonly host: Host; readonly part: number }[],
): HostShares => {
  const shares = new Map<Host, Float64Array>();
  for (const chunk of chunks) {
    for (const { host, part } of of(chunk)) {
      let own = shares.get(host);
      if (own === undefined) {
        own = new Float64Array(classes);
        shares.set(host, own);
      }
      own[chunk.pageClass]! += chunk.share * part;
    }
  }
  return shares;
};

/** Bytes of all classes together that these shares of them hold. */
export const weigh = (shares: Float64Array, bytes: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < shares.length; i++) sum += shares[i]! * bytes[i]!;
  return sum;
};
