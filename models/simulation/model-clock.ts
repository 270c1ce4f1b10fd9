import type { Simulation, Timer } from "../../sim/index.ts";

interface Disturbance {
  readonly time: number;
  readonly order: number;
  readonly happen: () => void;
}

/**
 * The time of the model: the simulation's clock and the stretches that were jumped over. Whatever breaks the snapshot
 * cycle – failures, repairs, the horizon – is an appointment here, in model time, so that a jump knows how far it may go;
 * all else in the model measures only differences on the simulation's clock, which a jump leaves alone.
 */
export class ModelClock {
  readonly #sim: Simulation;
  readonly #timer: Timer;
  readonly #appointments: Disturbance[] = [];
  #skipped = 0;
  #orders = 0;

  constructor(sim: Simulation) {
    this.#sim = sim;
    this.#timer = sim.timer(() => this.#happen());
  }

  /** Model time, seconds. */
  get now(): number {
    return this.#sim.now + this.#skipped;
  }

  get skipped(): number {
    return this.#skipped;
  }

  /** Model time of the next disturbance. */
  get next(): number {
    return this.#appointments[0]?.time ?? Number.POSITIVE_INFINITY;
  }

  /** Calls `happen` at model time `time`; appointments at one time happen in the order in which they were made. */
  at(time: number, happen: () => void): void {
    const disturbance = { time, order: this.#orders++, happen };
    this.#appointments.push(disturbance);
    this.#rise(this.#appointments.length - 1);
    if (this.#appointments[0] === disturbance) this.#arm();
  }

  /** Jumps over `seconds` in which nothing happens that has not been counted. */
  skip(seconds: number): void {
    this.#skipped += seconds;
    this.#arm();
  }

  #arm(): void {
    this.#timer.arm(Math.max(0, this.next - this.now));
  }

  #happen(): void {
    const { time } = this.#appointments[0]!;
    while (this.next === time) this.#pop().happen();
    if (this.#appointments.length > 0) this.#arm();
  }

  #pop(): Disturbance {
    const first = this.#appointments[0]!;
    const last = this.#appointments.pop()!;
    if (this.#appointments.length > 0) {
      this.#appointments[0] = last;
      this.#sink(0);
    }
    return first;
  }

  #rise(at: number): void {
    const heap = this.#appointments;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!before(heap[at]!, heap[above]!)) return;
      [heap[at], heap[above]] = [heap[above]!, heap[at]!];
      at = above;
    }
  }

  #sink(at: number): void {
    const heap = this.#appointments;
    for (;;) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2]) {
        if (below < heap.length && before(heap[below]!, heap[least]!)) least = below;
      }
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}

const before = (a: Disturbance, b: Disturbance): boolean => a.time < b.time || (a.time === b.time && a.order < b.order);
