import { LawBroken, ReferenceEvent, type ReferenceSimulation } from "./reference-simulation.ts";

/** `line` with `item` before the first that it precedes. */
export const inserted = <T>(line: readonly T[], item: T, precedes: (a: T, b: T) => boolean): T[] => {
  const at = line.findIndex((other) => precedes(item, other));
  return at < 0 ? [...line, item] : [...line.slice(0, at), item, ...line.slice(at)];
};

/** An event that stands in a queue until it is granted, and leaves it when nobody waits for it any more. */
export abstract class ReferenceClaim extends ReferenceEvent {
  readonly order: number;

  constructor(sim: ReferenceSimulation, order: number) {
    super(sim);
    this.order = order;
  }

  cancel(): void {
    if (this.cancelled) return;
    if (this.triggered) throw new LawBroken("CancelledTooLate");
    if (!this.left) this.quit();
    this.giveUp();
  }

  [Symbol.dispose](): void {
    if (!this.triggered) this.cancel();
  }

  override abandoned(): void {
    this.left = true;
    this.quit();
  }

  override rejoin(): void {
    if (this.cancelled) throw new LawBroken("WaitedForCancelled");
    this.left = false;
    this.enqueue();
  }

  abstract enqueue(): void;
  abstract quit(): void;
}

export const byOrder = (a: ReferenceClaim, b: ReferenceClaim): boolean => a.order < b.order;
