import type { Columns } from "../../models/books/columns.ts";
import type { LifeCycleEvent, RunBegins } from "../../models/life-cycle-events.ts";

/** A way to write down what happened: each call returns the text that comes next, or none. */
export interface TimelineFormat {
  /** What stands before all events, whichever are asked for. */
  begin(cast: CastEvent): string;
  /** Takes every event that is asked for, in order, those before the window too. */
  event(event: LifeCycleEvent): string;
  /** What stands after all events. */
  end(summary: Summary): string;
}

/** The first event of all. */
export type CastEvent = { readonly at: number } & RunBegins;

/** What a timeline is of. */
export interface TimelineTitle {
  readonly scenario: string;
  readonly seed: number;
  readonly replication: number;
  /** Contention domain, and of how many. */
  readonly domain: number;
  readonly domains: number;
  readonly horizon: number;
  /** The window, seconds. */
  readonly from: number;
  readonly to: number;
}

/** What came out of the window. */
export interface Summary {
  readonly columns: Columns;
  /** Events of the window, and how many of them were asked for. */
  readonly events: number;
  readonly shown: number;
  /** What a reader should know of how they came about. */
  readonly notes: readonly string[];
}
