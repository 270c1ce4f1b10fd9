import { requireCount, requireFraction } from "./in-range.ts";
import { logChoose } from "./log-choose.ts";
import { allLost } from "./simultaneous-loss.ts";

/** Chunks of one page type: each has its copies on hosts of its own choice, all different. */
export interface TypeChunks {
  readonly copies: number;
  readonly chunks: number;
}

/**
 * Probability that a snapshot cannot be restored whole, when each host is lost with probability `hostLost` on its own:
 * given which hosts are lost, chunks are lost independently.
 */
export const pageTypeLoss = (hosts: number, hostLost: number, types: readonly TypeChunks[]): number => {
  requireCount("page type loss", { hosts });
  requireFraction("page type loss", { hostLost });
  let lost = 0;
  for (let count = 0; count <= hosts; count++) {
    const weight = Math.exp(logChoose(hosts, count)) * hostLost ** count * (1 - hostLost) ** (hosts - count);
    let lnKept = 0;
    for (const { copies, chunks } of types) lnKept += chunks * Math.log1p(-allLost({ hosts, lost: count }, copies));
    lost += weight * (0 - Math.expm1(lnKept));
  }
  return lost;
};
