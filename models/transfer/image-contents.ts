import { requireDuration, requireFraction, requirePositive } from "../analytic/in-range.ts";
import type { SharedContent } from "../placement/bytes-moved.ts";
import type { InterVm } from "../scenario.ts";

/** Part of what was shared at the start that a VM has kept after `uptime` seconds: 2^(−uptime / halfLife). */
export const similarityLeft = (uptime: number, halfLife: number): number => {
  requireDuration("similarityLeft", { uptime });
  if (halfLife === Number.POSITIVE_INFINITY) return 1;
  requirePositive("similarityLeft", { halfLife });
  return 2 ** (-uptime / halfLife);
};

/**
 * The contents of `vms` VMs of `bytes` bytes each that have lost nothing in common yet: one of all, one of each pair, and
 * one of each VM. The last VM of an odd number has no partner: what it would share with one is its own.
 *
 * @param heldBy hosts that hold what all share, such as those that cache the image
 * @throws RangeError if a part is not from 0 to 1, or they are more than 1 together
 */
export const imageContents = (
  vms: number,
  bytes: number,
  { all, pair }: InterVm,
  heldBy: readonly number[] = [],
): SharedContent[] => {
  requireFraction("imageContents", { all, pair, "all + pair": all + pair });
  const each = Array.from({ length: vms }, (_, vm) => vm);
  const contents: SharedContent[] = [
    { bytes: all * bytes, wantedBy: each, heldBy },
    ...each
      .filter((vm) => vm % 2 === 0)
      .map((vm) => ({ bytes: pair * bytes, wantedBy: [vm, vm + 1].filter((one) => one < vms), heldBy: [] })),
    ...each.map((vm) => ({ bytes: (1 - all - pair) * bytes, wantedBy: [vm], heldBy: [] })),
  ];
  return contents.filter((content) => content.bytes > 0);
};

/**
 * Expected copies of a page that n VMs shared at first, when each has kept it with probability `kept` and what it has
 * lost is its own: 1 − (1 − k)^n of the page itself, and n (1 − k) of others.
 */
export const distinctAmong = (vms: number, kept: number): number => {
  requireFraction("distinctAmong", { kept });
  if (vms === 0) return 0;
  const shared = kept === 1 ? 1 : -Math.expm1(vms * Math.log1p(-kept));
  return shared + vms * (1 - kept);
};
