import type { CaptureCosts } from "../scenario.ts";

/**
 * Seconds until what was captured may be copied: each host makes records – it hashes, compares, writes and seals – of all that was
 * captured on it, one after the other, and the host with most tells.
 *
 *     t = max over hosts h of Σ captured bytes on h / recordRate
 */
export const recordTime = (
  parts: readonly { readonly source: object; readonly captured: number }[],
  { recordRate }: Pick<CaptureCosts, "recordRate">,
): number => {
  if (recordRate === Number.POSITIVE_INFINITY) return 0;
  const byHost = new Map<object, number>();
  for (const { source, captured } of parts) byHost.set(source, (byHost.get(source) ?? 0) + captured);
  return Math.max(0, ...byHost.values()) / recordRate;
};
