import type { Distributions } from "../../models/books/distributions.ts";
import { type Column, type Row, readTable, writeTable } from "../../results/store/parquet-table.ts";
import type { RunId } from "../identity/run-id.ts";
import type { Metrics } from "../simulate.ts";
import type { Shard, StudyFolder } from "./study-folder.ts";
import { planId, type StudyPlan } from "./study-plan.ts";

/** A run that is over: with its figures, or with the error that it ended with. */
export interface StoredRun {
  readonly id: RunId;
  readonly point: number;
  readonly replication: number;
  readonly metrics: Metrics;
  readonly distributions: Distributions;
  readonly notes: readonly string[];
  readonly error?: string;
}

/** A run as a shard has it, whichever plan it was of. */
export type FoundRun = Omit<StoredRun, "point">;

/** What is read of each run of a shard. */
export interface Wanted {
  readonly columns: readonly string[];
  readonly distributions?: boolean;
}

const own = ["run", "replication", "error", "notes"] as const;
const distributed = "distributions";

/** Writes runs as a shard: a row each, with what was swept, and the error and the notes beside the figures. */
export const writeShard = (
  folder: StudyFolder,
  plan: StudyPlan,
  chunk: number,
  runs: readonly StoredRun[],
  /** Runs of the chunk in all, if with these it has every one; else undefined. */
  complete: number | undefined,
): void => {
  const metrics = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))];
  const axes = [...new Set(plan.points.flatMap(({ values }) => Object.keys(values)))];
  const columns: Column[] = [
    { name: "run", kind: "text", data: runs.map(({ id }) => id) },
    { name: "replication", kind: "whole", data: runs.map(({ replication }) => replication) },
    ...axes.map((axis) => sweptColumn(plan, axis, runs)),
    ...metrics.map((name): Column => ({ name, kind: "number", data: runs.map((run) => run.metrics[name] ?? null) })),
    { name: distributed, kind: "text", data: runs.map(({ distributions }) => packed(distributions)) },
    { name: "error", kind: "text", data: runs.map(({ error }) => error ?? null) },
    { name: "notes", kind: "text", data: runs.map(({ notes }) => (notes.length === 0 ? null : JSON.stringify(notes))) },
  ];
  writeTable(folder.freshShard(plan, chunk), columns, {
    "snapback.study": plan.study,
    "snapback.scenario": plan.scenario,
    "snapback.set": JSON.stringify(plan.set),
    "snapback.seed": String(plan.seed),
    "snapback.code": plan.code,
    "snapback.schema": String(plan.schema),
    "snapback.plan": planId(plan),
    "snapback.chunk": complete === undefined ? "" : String(chunk),
    "snapback.wanted": complete === undefined ? "" : String(complete),
    "snapback.metrics": JSON.stringify(metrics),
    "snapback.failed": String(runs.filter(({ error }) => error !== undefined).length),
    "snapback.node": process.version,
  });
};

/** Of one kind in all shards of a plan, so that they can be read as one table. */
const sweptColumn = ({ points }: StudyPlan, name: string, runs: readonly StoredRun[]): Column => {
  const values = runs.map(({ point }) => points[point]!.values[name]);
  if (points.every((point) => typeof point.values[name] === "number"))
    return { name, kind: "number", data: values as number[] };
  return {
    name,
    kind: "text",
    data: values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))),
  };
};

/** As JSON, to six digits; null where nothing was observed. */
const packed = (distributions: Distributions): string | null =>
  Object.keys(distributions).length === 0
    ? null
    : JSON.stringify(distributions, (_, value) => (typeof value === "number" ? Number(value.toPrecision(6)) : value));

/** Runs of a shard, with these figures of them. @throws BrokenTable */
export const readShard = async ({ path, metrics }: Shard, { columns, distributions }: Wanted): Promise<FoundRun[]> => {
  const figures = metrics.filter((name) => columns.includes(name));
  const rows = await readTable(path, [...own, ...figures, ...(distributions === true ? [distributed] : [])]);
  return rows.map((row) => ({
    id: String(row["run"]),
    replication: Number(row["replication"]),
    metrics: figuresOf(row, figures),
    distributions: JSON.parse(String(row[distributed] ?? "{}")) as Distributions,
    notes: row["notes"] === null ? [] : (JSON.parse(String(row["notes"])) as string[]),
    ...(row["error"] === null ? {} : { error: String(row["error"]) }),
  }));
};

const figuresOf = (row: Row, figures: readonly string[]): Metrics =>
  Object.fromEntries(figures.flatMap((name) => (row[name] === null ? [] : [[name, Number(row[name])]])));
