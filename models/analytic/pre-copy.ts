/** A capture that sends a set while the guest runs, then in rounds what was dirtied meanwhile (model.md, section 4). */
export interface PreCopy {
  /** V₀, in pages or bytes; the other amounts are in the same unit. */
  readonly set: number;
  /** Sent per second. */
  readonly rate: number;
  /** Distinct pages or bytes that are dirtied in so many seconds. */
  readonly dirtied: (seconds: number) => number;
  /** The guest is paused for the last round once that round is expected to take no longer. Seconds. */
  readonly downtimeLimit: number;
  /** Rounds while the guest runs, at most. */
  readonly maxRounds: number;
}

export interface PreCopyRounds {
  /** What each round sends while the guest runs; there is at least one, because only then is the rate known. */
  readonly live: readonly number[];
  /** What is sent while the guest is paused. */
  readonly last: number;
  /** The sum of all rounds. */
  readonly sent: number;
  /** Seconds of all rounds, the last included. */
  readonly duration: number;
  /** The last round fits the downtime limit. */
  readonly converged: boolean;
}

/** The rounds V(i+1) = U(V(i) / B), until one fits the downtime limit or `maxRounds` have been sent. */
export const preCopyRounds = ({ set, rate, dirtied, downtimeLimit, maxRounds }: PreCopy): PreCopyRounds => {
  const live: number[] = [];
  let sent = 0;
  let next = set;
  do {
    live.push(next);
    sent += next;
    next = dirtied(next / rate);
  } while (next > rate * downtimeLimit && live.length < maxRounds);
  sent += next;
  return { live, last: next, sent, duration: sent / rate, converged: next <= rate * downtimeLimit };
};

/**
 * What the rounds tend to, whatever they begin with: the positive fixed point V = U(V / B) of a concave U with U(0) = 0,
 * or 0 where pages are dirtied no faster than they are sent. For n pages written at random at λ it is
 * n (1 + W₀(-κ e^{-κ}) / κ) with κ = λ / B.
 *
 * @param curve distinct pages in so many seconds, their rate, and the most there can be (Infinity for a line without end)
 * @param rate pages sent per second
 */
export const preCopyFixedPoint = (
  curve: {
    readonly at: (seconds: number) => number;
    readonly slope: (seconds: number) => number;
    readonly limit: number;
  },
  rate: number,
): number => {
  if (curve.slope(0) <= rate) return 0;
  if (curve.limit === Number.POSITIVE_INFINITY) return curve.limit;
  let [low, high] = [0, curve.limit];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (curve.at(middle / rate) > middle) low = middle;
    else high = middle;
  }
};

/** Whether rounds can end by themselves: their fixed point fits what is sent within the downtime limit. */
export const preCopyConverges = (
  curve: Parameters<typeof preCopyFixedPoint>[0],
  rate: number,
  downtimeLimit: number,
): boolean => preCopyFixedPoint(curve, rate) <= rate * downtimeLimit;
