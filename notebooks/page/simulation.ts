import type { Estimate } from "../../scenarios/aggregate.ts";

/** What to simulate: a scenario of the product by its name, or a text; and what to change in it, as `--set` would. */
export interface SimulationRequest {
  readonly scenario?: string;
  readonly text?: string;
  readonly set?: readonly string[];
  /** A policy of one's own: JavaScript as a module that imports from "snapback" alone and has a default export. */
  readonly policy?: string;
}

/** One point of a sweep, with what is known of it. */
export interface SimulatedPoint {
  /** Path of a swept key → its value in base units, and as it is written. */
  readonly values: { readonly [path: string]: unknown };
  readonly labels: { readonly [path: string]: string };
  /** Estimates over the replications that are done; none before the first. */
  readonly metrics: { readonly [column: string]: Estimate };
  /** What closed forms say of columns; only where they hold. */
  readonly closedForms: { readonly [column: string]: number };
}

/** How far a simulation has come. */
export interface Simulated {
  readonly done: number;
  readonly total: number;
  readonly points: readonly SimulatedPoint[];
  readonly notes: readonly string[];
  /** Seconds that the worker needed so far, for reading the scenario and for its runs. */
  readonly seconds: number;
  readonly stopped: boolean;
}

export type ToWorker =
  | { readonly kind: "run"; readonly id: number; readonly request: SimulationRequest }
  | { readonly kind: "stop"; readonly id: number };

export type FromWorker =
  | { readonly kind: "progress"; readonly id: number; readonly simulated: Simulated; readonly over: boolean }
  | { readonly kind: "error"; readonly id: number; readonly message: string };
