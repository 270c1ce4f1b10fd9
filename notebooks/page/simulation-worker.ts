import type { RunIdentity } from "../../models/simulate.ts";
import { aggregatePoint } from "../../scenarios/aggregate.ts";
import { Catalogue } from "../../scenarios/catalogue.ts";
import { type LoadedScenario, loadScenario } from "../../scenarios/load.ts";
import type { FinishedRun } from "../../scenarios/run.ts";
import type { Scenario } from "../../scenarios/scenario.ts";
import { closedForms, simulate } from "../../scenarios/simulate.ts";
import { setTo } from "../../scenarios/text/override.ts";
import { simulateOwn } from "./own-policy.ts";
import { ownScenario, pageFiles } from "./page-files.ts";
import { type Step, serveRuns } from "./serve-runs.ts";
import type { Estimates, SimulationRequest } from "./simulation.ts";

/** Read once: most of the time of reading a scenario would be the catalogue's. */
const catalogue = new Catalogue(pageFiles());

const load = ({ scenario, text, set = [] }: SimulationRequest): LoadedScenario =>
  loadScenario(text === undefined ? scenario! : ownScenario, {
    files: pageFiles(text),
    folder: "/own",
    catalogue,
    overrides: set.map((one) => setTo("set", one)),
  });

/** Runs the first replication of every point before the second of any, so that a whole curve is there soon. */
function* simulated(request: SimulationRequest): Generator<Step<Estimates>> {
  const loaded = load(request);
  const { policy } = request;
  const run =
    policy === undefined
      ? simulate
      : (scenario: Scenario, identity: RunIdentity) => simulateOwn(policy, scenario, identity);
  const runs = loaded.points.map((): FinishedRun[] => []);
  const forms = loaded.points.map((point) => (policy === undefined ? closedForms(point.scenario) : {}));
  const total = loaded.points.length * loaded.replications;
  const result = (): Estimates => {
    const results = loaded.points.map((point, i) => aggregatePoint(loaded.name, point, loaded.seed, runs[i]!));
    return {
      points: loaded.points.map(({ values, labels }, i) => ({
        values,
        labels,
        metrics: results[i]!.metrics,
        closedForms: forms[i]!,
      })),
      notes: [...new Set([...loaded.notes, ...results.flatMap(({ notes }) => notes)])],
    };
  };
  for (let done = 0; done < total; done++) {
    const point = done % loaded.points.length;
    const replication = Math.floor(done / loaded.points.length);
    const { scenario, seed } = loaded.points[point]!;
    runs[point]!.push({ point, replication, result: run(scenario, { seed, replication }) });
    yield { done: done + 1, total, result };
  }
}

serveRuns(simulated);
