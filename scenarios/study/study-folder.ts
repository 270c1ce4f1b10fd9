import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../results/store/atomic-file.ts";
import { BrokenTable, readProvenance } from "../../results/store/parquet-table.ts";
import { whyUnwritable } from "../files.ts";
import { planId, type StudyPlan } from "./study-plan.ts";

/** A folder that is no study, or holds what cannot be read. */
export class StudyError extends Error {
  override readonly name = "StudyError";
}

/** A file of finished runs, which is never changed. */
export interface Shard {
  readonly path: string;
  readonly rows: number;
  readonly failed: number;
  /** Names of the figures that it has. */
  readonly metrics: readonly string[];
  /** The plan and the chunk that it completes; undefined for runs of a chunk that was not completed. */
  readonly completes: { readonly plan: string; readonly chunk: number; readonly runs: number } | undefined;
}

/**
 * Where the results of a study lie: `plan.json`, older plans beside it, `shards/` with finished runs in Parquet files that are
 * never changed, and `journal/` with those that are not in one yet.
 */
export class StudyFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The plan in force; undefined if there is none. @throws StudyError */
  get plan(): StudyPlan | undefined {
    const path = join(this.path, "plan.json");
    return existsSync(path) ? readPlan(path) : undefined;
  }

  /**
   * From now on this plan holds; the one before stays in `plans/`. A plan that holds already is not written again, so a study
   * that is done can be asked for where nothing can be written.
   *
   * @throws StudyError, also when it cannot be written
   */
  keepPlan(plan: StudyPlan): void {
    const before = this.plan;
    const text = JSON.stringify(plan);
    if (before !== undefined && JSON.stringify(before) === text) return;
    try {
      if (before !== undefined && planId(before) !== planId(plan))
        writeAtomically(join(this.path, "plans", `${planId(before)}.json`), JSON.stringify(before));
      writeAtomically(join(this.path, "plan.json"), text);
    } catch (error) {
      throw new StudyError(`no study can be kept in ${this.path}: ${whyUnwritable(error)}`);
    }
  }

  /** An older plan, by its identity. @throws StudyError */
  planOf(id: string): StudyPlan | undefined {
    const path = join(this.path, "plans", `${id}.json`);
    return existsSync(path) ? readPlan(path) : undefined;
  }

  /** @throws StudyError */
  get olderPlans(): StudyPlan[] {
    return this.#names("plans", ".json").map(readPlan);
  }

  /** Every shard, by its name. @throws BrokenTable */
  get shards(): Shard[] {
    return this.#names("shards", ".parquet").map((path) => {
      const { rows, provenance } = readProvenance(path);
      const [plan, chunk] = [provenance.get("snapback.plan"), provenance.get("snapback.chunk")];
      if (plan === undefined) throw new BrokenTable(`${path} is no table of runs of snapback`);
      return {
        path,
        rows,
        failed: Number(provenance.get("snapback.failed")),
        metrics: JSON.parse(provenance.get("snapback.metrics") ?? "[]") as string[],
        completes:
          chunk === undefined || chunk === ""
            ? undefined
            : { plan, chunk: Number(chunk), runs: Number(provenance.get("snapback.wanted")) },
      };
    });
  }

  get journals(): string[] {
    return this.#names("journal", ".jsonl");
  }

  journalOf(plan: StudyPlan, chunk: number): string {
    return join(this.path, "journal", `${planId(plan)}-${chunk}.jsonl`);
  }

  /** A name for another shard, which no file bears. */
  freshShard(plan: StudyPlan, chunk: number): string {
    mkdirSync(join(this.path, "shards"), { recursive: true });
    for (let again = 0; ; again++) {
      const path = join(this.path, "shards", `${planId(plan)}-${chunk}${again === 0 ? "" : `-${again}`}.parquet`);
      if (!existsSync(path)) return path;
    }
  }

  /** Bytes; 0 if it is not there. */
  sizeOf(journal: string): number {
    return statSync(journal, { throwIfNoEntry: false })?.size ?? 0;
  }

  forget(journal: string): void {
    rmSync(journal, { force: true });
  }

  #names(folder: string, ending: string): string[] {
    const path = join(this.path, folder);
    if (!existsSync(path)) return [];
    return readdirSync(path)
      .filter((name) => name.endsWith(ending) && !name.startsWith("."))
      .sort()
      .map((name) => join(path, name));
  }
}

const readPlan = (path: string): StudyPlan => {
  let plan: StudyPlan | undefined;
  try {
    plan = JSON.parse(readFileSync(path, "utf8")) as StudyPlan;
  } catch (error) {
    throw new StudyError(`${path} cannot be read: ${(error as Error).message}`);
  }
  const isPlan = Array.isArray(plan?.points) && plan.points.length > 0 && plan.chunk > 0 && plan.replications > 0;
  if (!isPlan) throw new StudyError(`${path} is no plan of a study of snapback`);
  return plan;
};
