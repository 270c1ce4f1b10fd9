/** What becomes of the segments that are sent while the other end of a connection cannot be reached. */
export const deliveries = ["buffered", "fast-retransmit", "timeout"] as const;
export type Delivery = (typeof deliveries)[number];

/** First timeout of a retransmission, and the longest, in seconds: Linux' TCP_RTO_MIN and TCP_RTO_MAX. */
const firstTimeout = 0.2;
const longestTimeout = 120;

/**
 * How long a TCP connection stands still when its other end cannot be reached for `discrepancy` seconds (model.md,
 * section 5); 0 without a discrepancy.
 * - `buffered`: what was sent is held and delivered late, nothing is lost.
 * - `fast-retransmit`: what was sent is lost; segments sent once the other end is back show the gap, and one round trip
 *   later it is filled.
 * - `timeout`: the last segment is lost and nothing follows: the sender tries again 0.2 s, 0.6 s, 1.4 s, … (2^k - 1) × 0.2 s
 *   after the loss, each step at most 120 s, until one try falls on or after the end of the discrepancy.
 *
 * @param roundTrip seconds
 */
export const tcpInterruption = (discrepancy: number, delivery: Delivery, roundTrip: number): number => {
  if (!(discrepancy > 0)) return 0;
  switch (delivery) {
    case "buffered":
      return discrepancy;
    case "fast-retransmit":
      return discrepancy + roundTrip;
    case "timeout":
      return firstTryAfter(discrepancy);
  }
};

const firstTryAfter = (discrepancy: number): number => {
  let tries = 1;
  while (firstTimeout * 2 ** tries <= longestTimeout && elapsed(tries) < discrepancy) tries += 1;
  const doubled = elapsed(tries);
  if (doubled >= discrepancy) return doubled;
  // Beyond 204.6 s every step is as long as the longest.
  return doubled + longestTimeout * Math.ceil((discrepancy - doubled) / longestTimeout);
};

/** Time from the loss to a try, while the timeouts still double. */
const elapsed = (tries: number): number => (2 ** tries - 1) * firstTimeout;
