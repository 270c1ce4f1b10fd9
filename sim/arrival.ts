import type { Waiter } from "./sim-event.ts";

/** Whoever runs the simulation until an event, waiting for it. */
export class Arrival implements Waiter {
  happened = false;

  wake(): boolean {
    this.happened = true;
    return true;
  }
}
