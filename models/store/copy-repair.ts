import type { Host } from "../data-centre/data-centre.ts";
import { bytesOf, type Copy, isComplete, sources, spareCopies } from "./chunk.ts";
import type { Copies } from "./copies.ts";

/** What the copies of one VM on one host lack. */
interface Missing {
  readonly copies: readonly Copy[];
  /** Bytes that are written there. */
  readonly bytes: number;
  readonly from: ReadonlyMap<Host, Supply>;
}

/** Bytes that a source reads for a repair, and those that it sends. */
interface Supply {
  read: number;
  sent: number;
}

/**
 * What the copies on `target` lack whose repair is due and whose chunk can be read somewhere.
 *
 * @param spare a host that can be read where no copy is complete
 * @param atMost only of chunks that can bear no more further losses
 */
export const missingOn = (
  { chunks, table }: Copies,
  target: Host,
  spare: Host | undefined,
  atMost = Number.POSITIVE_INFINITY,
): Missing => {
  const found: Copy[] = [];
  const from = new Map<Host, Supply>();
  let total = 0;
  for (const chunk of chunks) {
    const copy = chunk.copies.find(({ host }) => host === target);
    const live = sources(chunk, spare);
    if (copy === undefined || isComplete(copy) || !copy.due || live.length === 0) continue;
    if (spareCopies(chunk) > atMost) continue;
    found.push(copy);
    const { needed } = chunk.redundancy;
    const bytes = copy.lacking * bytesOf(table, chunk, copy);
    total += bytes;
    // A fragment is computed from as many others as the chunk needs, or where all of the chunk lies.
    const alone = live.length < needed;
    for (const host of live) {
      const supply = from.get(host) ?? { read: 0, sent: 0 };
      supply.read += (needed * bytes) / live.length;
      supply.sent += alone ? bytes / live.length : (needed * bytes) / live.length;
      from.set(host, supply);
    }
  }
  return { copies: found, bytes: total, from };
};

/** Some of the copies lack only this part of what they lacked: nothing, when it is 0. */
export const repaired = (of: Copies, some: readonly Copy[], left: number): void => {
  for (const copy of some) copy.lacking *= left;
  if (left === 0) of.changed();
};

/** The fewest further losses that a chunk can bear of which a copy is due to be repaired; Infinity without one. */
export const riskOf = ({ chunks }: Copies, spare: Host | undefined): number => {
  let fewest = Number.POSITIVE_INFINITY;
  for (const chunk of chunks) {
    if (!chunk.copies.some((copy) => !isComplete(copy) && copy.due) || sources(chunk, spare).length === 0) continue;
    fewest = Math.min(fewest, spareCopies(chunk));
  }
  return fewest;
};
