import type { Simulation, Timer } from "../../sim/index.ts";
import { firstOf, type Law, type Lifetime, lifetime, type RandomStream } from "../laws.ts";
import type { TextbookSpec } from "./textbook-spec.ts";

/** Whose snapshots a failure leaves: those of the first level too, or those of the second alone. */
export type FailureLevel = "first" | "second";

/** When the unit of the textbook model fails: one clock for each level, drawn from a law or set by a list. */
export class TextbookFailures {
  private readonly sim: Simulation;
  private readonly strike: (level: FailureLevel) => void;
  private readonly clocks: { readonly draw: () => number; readonly timer: Timer }[] = [];
  private readonly lists: (readonly [FailureLevel, readonly number[]])[] = [];

  constructor(
    sim: Simulation,
    spec: TextbookSpec,
    streams: { readonly [level in FailureLevel]: RandomStream },
    strike: (level: FailureLevel) => void,
  ) {
    const { failures, secondLevel, vms = 1 } = spec;
    this.sim = sim;
    this.strike = strike;
    const named = "law" in failures && (failures.law === "exponential" || failures.law === "weibull");
    if (named) this.add("first", firstOf(failures, vms), (life) => life.sample(streams.first));
    else this.add("first", failures, (life) => shortest(life, vms, streams.first));
    if (secondLevel !== undefined) this.add("second", secondLevel.failures, (life) => life.sample(streams.second));
  }

  private add(level: FailureLevel, failures: Law | readonly number[], draw: (life: Lifetime) => number): void {
    if (!("law" in failures)) this.lists.push([level, failures]);
    else {
      const life = lifetime(failures);
      this.clocks.push({ draw: () => draw(life), timer: this.sim.timer(() => this.strike(level)) });
    }
  }

  /** Sets the failures of the lists. Call once, at time 0. */
  start(): void {
    for (const [level, times] of this.lists) {
      for (const at of times) this.sim.timer(() => this.strike(level)).arm(at);
    }
  }

  /** No failure by a law strikes until the clocks are renewed; those of the lists do. */
  stop(): void {
    for (const { timer } of this.clocks) timer.cancel();
  }

  /** Draws the times to the next failures by a law, from now. */
  renew(): void {
    for (const { draw, timer } of this.clocks) timer.arm(draw());
  }
}

/** A draw of the shortest of `count` lives, of a law that knows no shorter way. */
const shortest = (life: Lifetime, count: number, stream: RandomStream): number => {
  let first = life.sample(stream);
  for (let i = 1; i < count; i++) first = Math.min(first, life.sample(stream));
  return first;
};
