import { type SequentialState, sequentialState } from "../results/statistics/sequential-stop.ts";
import { isHigherBetter, isPart } from "./search/goal.ts";
import type { Metrics } from "./simulate.ts";
import { didYouMean } from "./text/spelling.ts";
import type { Job } from "./worker.ts";

/** How narrow the interval of a column is to be before no more replications of a point are run. */
export interface Stopping {
  readonly of: string;
  /** Largest half width, as a part of the mean; of a part of time of which more is better, of what is missing from 1. */
  readonly relative: number;
  /** Replications never to stop before. */
  readonly floor: number;
  /** Replications to stop at in any case. */
  readonly ceiling: number;
}

/** A figure of a column as its precision is judged: what is missing from 1 of a part of time of which more is better. */
export const judged = (of: string, figure: number): number => (isLoss(of) ? 1 - figure : figure);

/** Whether what is missing from 1 is judged. */
export const isLoss = (of: string): boolean => isPart(of) && isHigherBetter(of);

/** Thrown where runs do not have the column whose precision is asked for. */
export class UnknownPrecisionError extends Error {
  override readonly name = "UnknownPrecisionError";
}

/** What is known of a run: the column that decides, NaN if it was not observed; undefined if the run has failed. */
export type Observed = number | undefined;

/**
 * Which replications of each point are wanted: a fixed number, or as many as its precision asks for. Where a point stops depends
 * on its runs in the order of their replications alone, never on which ended first or what else was run.
 */
export class Sequential {
  readonly #stopping: Stopping | undefined;
  readonly #replications: number;
  readonly #points: Observed[][];
  readonly #states: (SequentialState | undefined)[];

  /** @param replications of every point, where nothing stops them earlier */
  constructor(points: number, replications: number, stopping: Stopping | undefined) {
    this.#stopping = stopping;
    this.#replications = replications;
    this.#points = Array.from({ length: points }, () => []);
    this.#states = Array.from({ length: points }, () => undefined);
  }

  /** The figure that decides, as it is judged. @throws UnknownPrecisionError */
  figureOf(metrics: Metrics): number {
    if (this.#stopping === undefined) return 0;
    const { of } = this.#stopping;
    const figure = metrics[of];
    if (figure === undefined) {
      const all = Object.keys(metrics);
      throw new UnknownPrecisionError(
        `precision.of: there is no column ${of}${didYouMean(of, all) || `; there are ${all.join(", ")}`}`,
      );
    }
    return judged(of, figure);
  }

  note({ point, replication }: Job, figure: Observed): void {
    this.#points[point]![replication] = figure;
    this.#states[point] = undefined;
  }

  /** Replications of a point that are wanted now; more may be once they are known. */
  wanted(point: number): number {
    if (this.#stopping === undefined) return this.#replications;
    const { floor, ceiling } = this.#stopping;
    const { observations } = this.#state(point);
    const known = this.#points[point]!;
    // Runs that failed or saw nothing are made up for by others, unless all have failed.
    if (known.length >= floor && known.every((figure) => figure === undefined)) return floor;
    let [seen, replication] = [0, 0];
    for (; seen < observations && replication < ceiling; replication++)
      if (!(replication in known) || isSeen(known[replication])) seen += 1;
    return Math.max(floor, replication);
  }

  /** Its interval is as narrow as asked; always true where no precision is asked for. */
  isPrecise(point: number): boolean {
    return this.#stopping === undefined || this.#state(point).stopped;
  }

  /** Runs of a point that are wanted and not known. */
  missing(point: number): Job[] {
    const known = this.#points[point]!;
    return Array.from({ length: this.wanted(point) }, (_, replication) => ({ point, replication })).filter(
      ({ replication }) => !(replication in known),
    );
  }

  #state(point: number): SequentialState {
    const kept = this.#states[point];
    if (kept !== undefined) return kept;
    const { relative, floor } = this.#stopping!;
    const known = this.#points[point]!;
    const data: number[] = [];
    for (let replication = 0; replication in known; replication++)
      if (isSeen(known[replication])) data.push(known[replication]!);
    const state = sequentialState(data, { relative, minimum: Math.max(2, floor) });
    this.#states[point] = state;
    return state;
  }
}

const isSeen = (figure: Observed): boolean => figure !== undefined && !Number.isNaN(figure);
