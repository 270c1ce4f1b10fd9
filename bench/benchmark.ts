import type { Contender } from "./contenders.ts";
import type { Input } from "./input.ts";

export type Params = Readonly<Record<string, string | number>>;

/** What a contender prints as one line of JSON when its run is over. */
export interface Outcome {
  /** What the run cost: seconds of wall clock, or bytes, as the benchmark's `measures` says. */
  readonly amount: number;
  /** How many units of work that bought. */
  readonly units: number;
  /** The simulated clock that must agree with the peers' (the last, unless the workload says otherwise). */
  readonly clock: number;
  /** What happened in the simulation; must be equal for all contenders. */
  readonly counts: Readonly<Record<string, number>>;
  readonly remark?: string;
}

/** The part of a benchmark that runs in a process of its own: our contender. */
export type Workload = (input: Input) => Outcome | Promise<Outcome>;

export interface Case {
  readonly title: string;
  readonly params: Params;
  /** How many times as fast as the first peer we must be, and would like to be. */
  readonly floor?: number;
  readonly stretch?: number;
  /** The most that one unit may cost (seconds or bytes), for a benchmark without a peer. */
  readonly limit?: number;
}

/**
 * One file in `workloads/`: its default export is the benchmark, its export `run` is our contender.
 * A peer's program lies beside it under the same name (`hold.py`, `timers.cpp`).
 */
export interface Benchmark {
  readonly name: string;
  readonly measures: "seconds" | "bytes";
  /** What one unit of work is, for the reader of the table. */
  readonly unit: string;
  /** The first carries floor and stretch, the others are shown beside it. */
  readonly peers: readonly Contender[];
  /** Clocks are the same to the last bit, or within a relative distance where both sides round differently. */
  readonly clocks: "bit-equal" | { readonly within: number };
  /** All contenders share one core: what runs beside them, such as compilers and collectors, is in their time. */
  readonly oneCore?: boolean;
  readonly cases: readonly Case[];
  /** Parameters that `--quick` replaces in every case. */
  readonly quick: Params;
}
