import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import type { CastEvent, TimelineFormat, TimelineTitle } from "./format.ts";

/** The events as they are, a line of JSON for each; the first tells who takes part, whatever the window. */
export class JsonLines implements TimelineFormat {
  readonly #from: number;

  constructor({ from }: TimelineTitle) {
    this.#from = from;
  }

  begin(cast: CastEvent): string {
    return `${JSON.stringify(cast)}\n`;
  }

  event(event: LifeCycleEvent): string {
    return event.at >= this.#from && event.kind !== "begin" ? `${JSON.stringify(event)}\n` : "";
  }

  end(): string {
    return "";
  }
}
