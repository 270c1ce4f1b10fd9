import { CompensatedSum } from "./compensated-sum.ts";
import type { Clock, Observer } from "./observer.ts";
import { InvalidObservation, UnknownStatistic } from "./observer-errors.ts";

export interface LevelOptions {
  /** Shown in errors. */
  readonly name?: string;
  /** Keeps how long each value lasted, for `timeAtOrAbove`; about 40 bytes for each different value. */
  readonly durations?: boolean;
}

/** A quantity that holds a value until it changes: customers in a queue, machines up. Values count by how long they last. */
export class Level implements Observer {
  readonly name: string;
  private readonly clock: Clock;
  private readonly past = new CompensatedSum();
  private readonly durations: Map<number, number> | undefined;
  private start = 0;
  private since = 0;
  private current = 0;
  private least = 0;
  private greatest = 0;

  /** @throws InvalidObservation unless `initial` is a finite number */
  constructor(clock: Clock, initial = 0, { name = "level", durations = false }: LevelOptions = {}) {
    this.name = name;
    this.clock = clock;
    this.durations = durations ? new Map() : undefined;
    this.start = clock.now;
    this.since = clock.now;
    this.current = this.require(initial);
    this.least = initial;
    this.greatest = initial;
  }

  /** The value from now on. @throws InvalidObservation unless it is a finite number */
  set(value: number): void {
    this.require(value);
    const now = this.clock.now;
    if (now !== this.since) this.settle(now);
    this.current = value;
    if (value < this.least) this.least = value;
    if (value > this.greatest) this.greatest = value;
  }

  /** Changes the value by `change`. */
  add(change: number): void {
    this.set(this.current + change);
  }

  get value(): number {
    return this.current;
  }

  /** Integral of the value over time, from the start or the last reset until now. */
  get area(): number {
    return this.past.value + this.current * (this.clock.now - this.since);
  }

  /** Average over time; where no time has passed yet, the value. */
  get mean(): number {
    const elapsed = this.clock.now - this.start;
    return elapsed > 0 ? this.area / elapsed : this.current;
  }

  /** Lowest value since the start or the last reset, however short it lasted. */
  get min(): number {
    return this.least;
  }

  /** Highest value since the start or the last reset, however short it lasted. */
  get max(): number {
    return this.greatest;
  }

  /**
   * Time since the start or the last reset during which the value was at least `threshold`.
   * @throws UnknownStatistic unless the level was made with `durations: true`
   */
  timeAtOrAbove(threshold: number): number {
    if (this.durations === undefined) {
      throw new UnknownStatistic(`level "${this.name}" keeps no durations: make it with durations: true`);
    }
    const time = new CompensatedSum();
    for (const [value, duration] of this.durations) if (value >= threshold) time.add(duration);
    if (this.current >= threshold) time.add(this.clock.now - this.since);
    return time.value;
  }

  reset(): void {
    this.past.reset();
    this.durations?.clear();
    this.start = this.clock.now;
    this.since = this.start;
    this.least = this.current;
    this.greatest = this.current;
  }

  private settle(now: number): void {
    const lasted = now - this.since;
    if (!(lasted > 0)) {
      throw new InvalidObservation(`level "${this.name}": it is ${now} after ${this.since}: time never goes back`);
    }
    this.past.add(this.current * lasted);
    this.durations?.set(this.current, (this.durations.get(this.current) ?? 0) + lasted);
    this.since = now;
  }

  private require(value: number): number {
    if (Number.isFinite(value)) return value;
    throw new InvalidObservation(`level "${this.name}": a value is a finite number, not ${String(value)}`);
  }
}
