import type { SnapshotPlan, StoragePlan } from "../scenario.ts";

/** More cycles than these are not waited for: a sample of them is repeated instead. */
const most = 4096;

/** How many snapshot cycles pass before everything can repeat, as far as the plans tell. */
export interface Hypercycle {
  /** The common period of full snapshots and of all grains of retention. */
  readonly cycles: number;
  /** Until the restore points that are kept are as many as they will be. */
  readonly fill: number;
}

/** Overruns make it another; then it is found, or a sample is taken. */
export const hypercycleOf = (
  { interval, fullEvery }: Pick<SnapshotPlan, "interval" | "fullEvery">,
  { retention }: Pick<StoragePlan, "retention">,
): Hypercycle => {
  const grains = retention === "none" ? [] : retention.older;
  const periods = [
    ...(fullEvery < Number.POSITIVE_INFINITY ? [fullEvery] : []),
    ...grains.map(({ every }) => every / interval),
  ];
  const cycles = periods.reduce((common, period) => {
    const whole = Math.round(period);
    // A grain that is no multiple of the interval comes round when both do; that may be never.
    return Math.abs(period - whole) < 1e-9 * period ? leastCommon(common, whole) : most;
  }, 1);
  const seconds = retention === "none" ? 0 : grains.reduce((sum, grain) => sum + grain.for, retention.keepAll);
  return { cycles: Math.min(most, cycles), fill: Math.min(most, Math.ceil(seconds / interval)) };
};

const leastCommon = (a: number, b: number): number => (a / divisor(a, b)) * b;

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
