import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundledFolder } from "../../scenarios/bundled-folder.ts";
import { diskFiles, type Files } from "../../scenarios/files.ts";
import { type LoadedScenario, loadScenario } from "../../scenarios/load.ts";
import { simulate } from "../../scenarios/simulate.ts";
import { writeShard } from "../../scenarios/study/finished-run.ts";
import { runStudy } from "../../scenarios/study/run-study.ts";
import { StudyFolder } from "../../scenarios/study/study-folder.ts";
import { chunkCount, chunkRuns, planStudy, runCount, type StudyPlan } from "../../scenarios/study/study-plan.ts";
import { StudyRecord } from "../../scenarios/study/study-state.ts";
import type { Benchmark, Workload } from "../benchmark.ts";
import type { Input } from "../input.ts";

/** What a study costs beside its runs. */
export default {
  name: "studies",
  measures: "seconds",
  unit: "as the case says",
  peers: [],
  clocks: "bit-equal",
  quick: { points: 20, replications: 5 },
  cases: [
    {
      title: "planning 100,000 runs",
      params: { what: "planning", points: 1000, replications: 100 },
      limit: 2,
    },
    {
      title: "status of 100,000 finished runs",
      params: { what: "status", points: 1000, replications: 100 },
      limit: 1,
    },
    // Beside a second of runs of about 10 ms.
    { title: "overhead, beside 1 s of runs", params: { what: "overhead", points: 8, replications: 75 }, limit: 0.05 },
    // What takes one worker a second.
    { title: "two workers, for 1 s of one", params: { what: "pair", points: 8, replications: 150 }, limit: 1 / 1.85 },
  ],
} satisfies Benchmark;

/** The catalogue lies with the sources, not with what is compiled for benchmarks. */
const sources = fileURLToPath(new URL("../../../../../scenarios/", import.meta.url));
const files: Files = {
  ...diskFiles,
  read: (path) =>
    diskFiles.read(path.startsWith(bundledFolder) ? `${sources}${path.slice(bundledFolder.length)}` : path),
};

const inFolder = async <T>(work: (folder: string) => T | Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), "snapback-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** A study whose runs take about 10 ms each. */
const load = (folder: string, input: Input): { readonly loaded: LoadedScenario; readonly plan: StudyPlan } => {
  writeFileSync(
    join(folder, "a.yaml"),
    `horizon: 25m
fidelity: full
replications: ${input.number("replications")}
cluster: { vms: 8, workload: key-value }
snapshot: { interval: 60s }
failures: { host: infinitehbd }
sweep: { detection.timeout: { from: 2s, to: 30s, points: ${input.number("points")} } }
`,
  );
  const loaded = loadScenario("a.yaml", { files, folder });
  return { loaded, plan: planStudy(loaded, { scenario: "a.yaml", folder, set: [], code: "of the benchmark" }) };
};

/** As if all runs had been run: thirty columns each. */
const fill = (folder: StudyFolder, plan: StudyPlan): void => {
  folder.keepPlan(plan);
  const names = Array.from({ length: 30 }, (_, i) => `column${i}`);
  for (let chunk = 0; chunk < chunkCount(plan); chunk++) {
    const runs = chunkRuns(plan, chunk).map(({ id, point, replication }) => ({
      id,
      point,
      replication,
      metrics: Object.fromEntries(names.map((name, i) => [name, Math.sqrt(point + replication + i)])),
      distributions: {},
      notes: [],
    }));
    writeShard(folder, plan, chunk, runs, runs.length);
  }
};

export const run: Workload = (input) =>
  inFolder(async (folder) => {
    const what = input.text("what");
    const store = new StudyFolder(join(folder, "r"));
    const measured = { clock: 0, counts: {} };
    if (what === "planning") {
      const elapsed = input.stopwatch();
      const { plan } = load(folder, input);
      store.keepPlan(plan);
      return { ...measured, amount: elapsed(), units: 1 };
    }
    const { loaded, plan } = load(folder, input);
    if (what === "status") {
      fill(store, plan);
      const elapsed = input.stopwatch();
      const { state } = await StudyRecord.read(store, plan);
      if (state.done !== runCount(plan)) throw new Error(`${state.done} of ${runCount(plan)} runs are done`);
      return { ...measured, amount: elapsed(), units: 1 };
    }
    const study = async (name: string, workers: number): Promise<number> => {
      const place = new StudyFolder(join(folder, name));
      place.keepPlan(plan);
      const elapsed = input.stopwatch();
      await runStudy(place, plan, loaded.points, { workers });
      return elapsed();
    };
    if (what === "pair") {
      const one = await study("one", 1);
      return { ...measured, amount: await study("two", 2), units: one };
    }
    const elapsed = input.stopwatch();
    for (const { scenario, seed } of loaded.points)
      for (let replication = 0; replication < plan.replications; replication++)
        simulate(scenario, { seed, replication });
    const own = elapsed();
    return { ...measured, amount: (await study("kept", 1)) - own, units: own };
  });
