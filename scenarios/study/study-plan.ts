import { createHash } from "node:crypto";
import { Canonical } from "../identity/canonical.ts";
import type { Seeds } from "../identity/point-seed.ts";
import { pointId, type RunId, runId, schemaVersion } from "../identity/run-id.ts";
import type { LoadedScenario } from "../load.ts";
import type { Stopping } from "../sequential.ts";
import { showScenario } from "../show.ts";

/** What a study is made of: every point with its identity, and how its runs are cut into chunks. */
export interface StudyPlan {
  readonly study: string;
  readonly description: string;
  /** How the scenario was named, from which folder, and with what changes. */
  readonly scenario: string;
  readonly folder: string;
  readonly set: readonly string[];
  readonly seed: number;
  readonly seeds: Seeds;
  /** Of each point; where a precision is asked for, the most. */
  readonly replications: number;
  readonly stopping?: Stopping;
  /** The whole scenario as it was then, and where each value was from. */
  readonly parameters: string;
  /** Of the code that it was planned with. */
  readonly code: string;
  readonly schema: number;
  /** Runs of a chunk, the unit of work. */
  readonly chunk: number;
  readonly points: readonly PlannedPoint[];
}

export interface PlannedPoint {
  readonly id: string;
  readonly values: { readonly [path: string]: unknown };
  readonly labels: { readonly [path: string]: string };
}

/** One run of a plan; the replications of a point follow each other. */
export interface PlannedRun {
  readonly index: number;
  readonly point: number;
  readonly replication: number;
  readonly id: RunId;
}

/** Chunks of at least so many runs, so that files are few, and of no more than so many, so that a kill costs little. */
const [smallest, largest, chunks] = [16, 1024, 256];

export const planStudy = (
  loaded: LoadedScenario,
  given: Pick<StudyPlan, "scenario" | "folder" | "set" | "code">,
): StudyPlan => {
  const { name, description, seed, seeds, replications, stopping, points } = loaded;
  const canonical = new Canonical();
  const most = stopping?.ceiling ?? replications;
  const runs = points.length * most;
  const chunk = Math.min(largest, Math.max(smallest, Math.ceil(runs / chunks)));
  return {
    ...given,
    study: name,
    description,
    seed,
    seeds,
    replications: most,
    ...(stopping === undefined ? {} : { stopping }),
    parameters: showScenario(loaded),
    schema: schemaVersion,
    // Only of a whole point it can be told where it stops.
    chunk: stopping === undefined ? chunk : Math.ceil(chunk / most) * most,
    points: points.map((point) => ({
      id: pointId(point.scenario, point.seed, given.code, canonical),
      values: point.values,
      labels: point.labels,
    })),
  };
};

export const runCount = ({ points, replications }: StudyPlan): number => points.length * replications;

export const chunkCount = (plan: StudyPlan): number => Math.ceil(runCount(plan) / plan.chunk);

/** @param index from 0, below {@link runCount} */
export const plannedRun = ({ points, replications }: StudyPlan, index: number): PlannedRun => {
  const [point, replication] = [Math.floor(index / replications), index % replications];
  return { index, point, replication, id: runId(points[point]!.id, replication) };
};

/** The runs of chunk `k`, counted from 0; where a precision is asked for, all that there might be. */
export const chunkRuns = (plan: StudyPlan, k: number): PlannedRun[] => {
  const from = k * plan.chunk;
  const count = Math.max(0, Math.min(plan.chunk, runCount(plan) - from));
  return Array.from({ length: count }, (_, i) => plannedRun(plan, from + i));
};

/** Tells plans apart by the runs they ask for and how they cut them. */
export const planId = ({ points, replications, stopping, chunk }: StudyPlan): string =>
  createHash("sha256")
    .update(
      `${replications} ${stopping === undefined ? "" : JSON.stringify(stopping)} ${chunk} ${points.map(({ id }) => id).join(" ")}`,
    )
    .digest("hex")
    .slice(0, 12);
