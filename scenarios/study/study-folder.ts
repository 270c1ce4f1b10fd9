import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../results/store/atomic-file.ts";
import { BrokenTable, readProvenance } from "../../results/store/parquet-table.ts";
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
    if (!existsSync(path)) return undefined;
    try {
      return JSON.parse(readFileSync(path, "utf8")) as StudyPlan;
    } catch (error) {
      throw new StudyError(`${path} cannot be read: ${(error as Error).message}`);
    }
  }

  /** From now on this plan holds; the one before stays in `plans/`. */
  keepPlan(plan: StudyPlan): void {
    const before = this.plan;
    if (before !== undefined && planId(before) !== planId(plan))
      writeAtomically(join(this.path, "plans", `${planId(before)}.json`), JSON.stringify(before));
    writeAtomically(join(this.path, "plan.json"), JSON.stringify(plan));
  }

  /** An older plan, by its identity. */
  planOf(id: string): StudyPlan | undefined {
    const path = join(this.path, "plans", `${id}.json`);
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as StudyPlan) : undefined;
  }

  get olderPlans(): StudyPlan[] {
    return this.#names("plans", ".json").map((path) => JSON.parse(readFileSync(path, "utf8")) as StudyPlan);
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
