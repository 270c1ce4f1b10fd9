import type { TextbookSpec } from "./textbook-spec.ts";

/** How a job is cut into intervals of work; without a job there are infinitely many. */
export interface JobShape {
  readonly intervals: number;
  /** Seconds of work of each interval but the last. */
  readonly interval: number;
  /** Seconds of work of the last interval. */
  readonly lastInterval: number;
}

export const jobShape = ({ workInterval, work = Number.POSITIVE_INFINITY }: TextbookSpec): JobShape => {
  const interval = Math.min(workInterval, work);
  if (work === Number.POSITIVE_INFINITY) return { intervals: work, interval, lastInterval: interval };
  // A job of 1.1 s in steps of 0.1 s has 11 intervals, though the quotient of the two doubles is a little more.
  const intervals = Math.max(1, Math.ceil(work / interval - 1e-9));
  return { intervals, interval, lastInterval: work - (intervals - 1) * interval };
};

/** Seconds from the start of a pause until its snapshot may be restored; `pause` is its length unless told. */
export const usableAfter = (spec: TextbookSpec, pause = spec.pause): number => {
  switch (spec.validFrom) {
    case "start":
      return 0;
    case "end":
      return pause;
    case "durable":
      return Math.max(pause, spec.latency ?? pause);
  }
};
