import { requireCount } from "./in-range.ts";
import { logChoose } from "./log-choose.ts";

/** A fixed number of hosts that are lost at once. */
export interface SimultaneousLoss {
  readonly hosts: number;
  readonly lost: number;
}

/** Probability that given `size` hosts are all among the lost: C(F, size) / C(N, size). */
export const allLost = ({ hosts, lost }: SimultaneousLoss, size: number): number => {
  requireCount("simultaneous loss", { hosts });
  requireCount("simultaneous loss", { lost }, 0, hosts);
  requireCount("simultaneous loss", { size }, 0, hosts);
  return size > lost ? 0 : Math.exp(logChoose(lost, size) - logChoose(hosts, size));
};

/** Probability that some of `chunks` loses all copies, when each has `copies` on hosts of its own choice. */
export const randomPlacementLoss = (loss: SimultaneousLoss, copies: number, chunks: number): number => {
  requireCount("simultaneous loss", { chunks }, 0);
  return 0 - Math.expm1(chunks * Math.log1p(-allLost(loss, copies)));
};

/** Copysets of copyset replication: S N / (R (R − 1)), S / (R − 1) permutations with N / R sets each. */
export const copysetCount = (hosts: number, copies: number, scatterWidth: number): number =>
  (scatterWidth * hosts) / (copies * (copies - 1));

/**
 * Probability that some copyset is lost whole, and the expected number of them, if all are used. The sets are taken as
 * drawn anew for each of the C(F, R) sets of hosts that are lost: 1 − (1 − #/C(N, R))^C(F, R).
 *
 * Source: A. Cidon et al., Copysets, USENIX ATC 2013.
 */
export const copysetLoss = (
  loss: SimultaneousLoss,
  copies: number,
  copysets: number,
): { readonly any: number; readonly expected: number } => {
  const sets = Math.exp(logChoose(loss.lost, copies));
  const part = copysets / Math.exp(logChoose(loss.hosts, copies));
  return {
    any: loss.lost < copies ? 0 : 0 - Math.expm1(sets * Math.log1p(-part)),
    expected: copysets * allLost(loss, copies),
  };
};

/**
 * Probability that some of the disjoint groups of `size` hosts loses more than it tolerates: 1 − [x^F] g(x)^(N/size) /
 * C(N, F) with g(x) = Σ C(size, i) x^i over i ≤ tolerates.
 *
 * @throws RangeError unless the groups are all of the hosts
 */
export const groupLoss = (loss: SimultaneousLoss, size: number, tolerates: number): number => {
  const { hosts, lost } = loss;
  requireCount("group loss", { size });
  requireCount("group loss", { tolerates }, 0, size);
  if (hosts % size !== 0) throw new RangeError(`group loss: ${hosts} hosts are not whole groups of ${size}`);
  // Ways in which the first groups lose so many hosts and none too many, over all ways: scaled by C(N, F) as they grow.
  let ways = Float64Array.of(1, ...Array<number>(lost).fill(0));
  const scale = Math.exp(logChoose(hosts, lost) / (hosts / size));
  for (let group = 0; group < hosts / size; group++) {
    const next = new Float64Array(lost + 1);
    for (let i = 0; i <= Math.min(tolerates, lost); i++) {
      const choose = Math.exp(logChoose(size, i)) / scale;
      for (let f = i; f <= lost; f++) next[f]! += ways[f - i]! * choose;
    }
    ways = next;
  }
  return 1 - ways[lost]!;
};
