import type { CaptureCosts } from "../scenario.ts";

/**
 * Seconds until what was captured may be copied: each host makes records – it hashes, compares, writes and seals – of all that was
 * captured on it, one after the other, and the host with most to do tells. What is written takes longer on a disk that is slow when
 * they are begun.
 *
 *     t = max over hosts h of Σ captured bytes on h · (1 / recordRate + slowness of h)
 *
 * @param slownessOf seconds by which a byte is written later than by the disk that `recordRate` was measured on
 */
export const recordTime = <H>(
  parts: readonly { readonly source: H; readonly captured: number }[],
  { recordRate }: Pick<CaptureCosts, "recordRate">,
  slownessOf: (source: H) => number = () => 0,
): number => {
  if (recordRate === Number.POSITIVE_INFINITY) return 0;
  const byHost = new Map<H, number>();
  for (const { source, captured } of parts) byHost.set(source, (byHost.get(source) ?? 0) + captured);
  return Math.max(0, ...Array.from(byHost, ([host, captured]) => captured / recordRate + captured * slownessOf(host)));
};
