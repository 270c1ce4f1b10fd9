import { createHash } from "node:crypto";
import { pointId, type RunId, runId, schemaVersion } from "../identity/run-id.ts";
import type { LoadedScenario } from "../load.ts";
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
  readonly replications: number;
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
const [fewest, most, chunks] = [16, 1024, 256];

export const planStudy = (
  loaded: LoadedScenario,
  given: Pick<StudyPlan, "scenario" | "folder" | "set" | "code">,
): StudyPlan => {
  const { name, description, seed, replications, points } = loaded;
  const runs = points.length * replications;
  return {
    ...given,
    study: name,
    description,
    seed,
    replications,
    parameters: showScenario(loaded),
    schema: schemaVersion,
    chunk: Math.min(most, Math.max(fewest, Math.ceil(runs / chunks))),
    points: points.map(({ scenario, values, labels }) => ({ id: pointId(scenario, seed, given.code), values, labels })),
  };
};

export const runCount = ({ points, replications }: StudyPlan): number => points.length * replications;

export const chunkCount = (plan: StudyPlan): number => Math.ceil(runCount(plan) / plan.chunk);

/** @param index from 0, below {@link runCount} */
export const plannedRun = ({ points, replications }: StudyPlan, index: number): PlannedRun => {
  const [point, replication] = [Math.floor(index / replications), index % replications];
  return { index, point, replication, id: runId(points[point]!.id, replication) };
};

/** The runs of chunk `k`, counted from 0. */
export const chunkRuns = (plan: StudyPlan, k: number): PlannedRun[] => {
  const from = k * plan.chunk;
  const count = Math.max(0, Math.min(plan.chunk, runCount(plan) - from));
  return Array.from({ length: count }, (_, i) => plannedRun(plan, from + i));
};

/** Tells plans apart by the runs they ask for and how they cut them. */
export const planId = ({ points, replications, chunk }: StudyPlan): string =>
  createHash("sha256")
    .update(`${replications} ${chunk} ${points.map(({ id }) => id).join(" ")}`)
    .digest("hex")
    .slice(0, 12);
