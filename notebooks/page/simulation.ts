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

/** What a simulation has found out so far. */
export interface Estimates {
  readonly points: readonly SimulatedPoint[];
  readonly notes: readonly string[];
}
