import type { Clock, Observer } from "./observer.ts";
import { BrokenCycle } from "./observer-errors.ts";
import { RatioTally } from "./ratio-tally.ts";

export interface CyclesOptions {
  /** Shown in errors. */
  readonly name?: string;
  /** Whether the first cycle begins at once, up; otherwise it begins with the first `up()`. Default true. */
  readonly up?: boolean;
}

/**
 * Availability from regeneration cycles: each begins when something goes up as good as new, and ends when it next does.
 * Only whole cycles count, so that the run's length does not bias the estimate; `uptime` in the cycle is its reward.
 */
export class Cycles implements Observer {
  readonly name: string;
  private readonly clock: Clock;
  private readonly ratio: RatioTally;
  private isUp: boolean;
  /** When the open cycle began; NaN while there is none. */
  private began: number;
  private wentDown = Number.NaN;

  constructor(clock: Clock, { name = "cycles", up = true }: CyclesOptions = {}) {
    this.name = name;
    this.clock = clock;
    this.ratio = new RatioTally({ name });
    this.isUp = up;
    this.began = up ? clock.now : Number.NaN;
  }

  /** It works again: ends the cycle and begins the next. @throws BrokenCycle if it is up already */
  up(): void {
    if (this.isUp) throw this.broken("up");
    const now = this.clock.now;
    if (!Number.isNaN(this.began)) this.ratio.add(this.wentDown - this.began, now - this.began);
    this.isUp = true;
    this.began = now;
  }

  /** It fails. @throws BrokenCycle if it is down already */
  down(): void {
    if (!this.isUp) throw this.broken("down");
    this.isUp = false;
    this.wentDown = this.clock.now;
  }

  /** Complete cycles. */
  get count(): number {
    return this.ratio.count;
  }

  /** Mean time up of a cycle: NaN without one. */
  get meanUp(): number {
    return this.ratio.meanReward;
  }

  /** Mean time from up to up: NaN without a cycle. */
  get meanCycle(): number {
    return this.ratio.meanLength;
  }

  /** Availability: mean time up over mean cycle. NaN without a cycle. */
  get r(): number {
    return this.ratio.r;
  }

  /** Variance of uptime − r × cycle: NaN below two cycles. */
  get s2(): number {
    return this.ratio.s2;
  }

  /** Half width of the interval around `r`, for the quantile of the confidence wanted: 1.96 (normal) for 95 %. */
  halfWidth(quantile: number): number {
    return this.ratio.halfWidth(quantile);
  }

  /** Takes in the complete cycles of another observer, such as that of a machine of the same kind. */
  merge(other: Cycles): this {
    this.ratio.merge(other.ratio);
    return this;
  }

  /** Forgets all cycles, and the open one too, which began in the warm-up: the next begins with the next `up()`. */
  reset(): void {
    this.ratio.reset();
    this.began = Number.NaN;
  }

  private broken(mark: "up" | "down"): BrokenCycle {
    return new BrokenCycle(
      `cycles "${this.name}": ${mark} at ${this.clock.now}, but it is ${mark} already: up and down alternate`,
    );
  }
}
