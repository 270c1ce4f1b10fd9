import type { FluidEngine } from "./fluid-engine.ts";
import { InvalidFluid } from "./fluid-errors.ts";

/** Anything with a bandwidth that flows share: one direction of a cable, a disk that reads, a bus. Made by `net.link()`. */
export class Link {
  readonly name: string;
  /** @internal */
  readonly engine: FluidEngine;
  /** @internal */
  readonly id: number;
  /** @internal The last transfer that named it. */
  lastNamedBy = 0;

  /** @internal */
  constructor(engine: FluidEngine, capacity: number, name: string) {
    checkCapacity(name, capacity);
    this.engine = engine;
    this.name = name;
    this.id = engine.maxMin.addLink(capacity);
  }

  /** Bytes per second. */
  get capacity(): number {
    return this.engine.maxMin.filling.capacity[this.id]!;
  }

  /**
   * Changes the capacity, from this instant on. At 0 the link has failed: its flows stand still until it comes back.
   * @param capacity in bytes per second.
   * @throws InvalidFluid if it is negative or not finite.
   */
  setCapacity(capacity: number): void {
    checkCapacity(this.name, capacity);
    this.engine.maxMin.setCapacity(this.id, capacity);
    this.engine.change();
  }

  /** Bytes per second that flows take of it now, never above the capacity but for rounding. */
  get load(): number {
    this.engine.commit();
    return this.engine.maxMin.load(this.id);
  }

  /** Bytes it has carried so far: what its flows have sent, cancelled flows included. */
  get carried(): number {
    return this.engine.maxMin.carried(this.id, this.engine.sim.now);
  }

  /** Number of flows in progress over it. */
  get flows(): number {
    return this.engine.maxMin.crossings.flowsOn[this.id]!.length;
  }

  toString(): string {
    return this.name;
  }
}

function checkCapacity(who: string, capacity: number): void {
  if (!(Number.isFinite(capacity) && capacity >= 0)) {
    throw new InvalidFluid(who, "a capacity", "a finite number of bytes per second from 0 on", capacity);
  }
}
