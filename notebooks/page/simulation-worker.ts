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
import type { FromWorker, Simulated, SimulationRequest, ToWorker } from "./simulation.ts";

/** Seconds between two reports. */
const reportEvery = 0.15;

const send = (message: FromWorker): void => postMessage(message);
const seconds = (): number => performance.now() / 1000;

/** The request that is served; another one, or none, ends it between two runs. */
let current = -1;

/** Lets messages have their turn, sooner than a timer would. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });

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
const serve = async (id: number, request: SimulationRequest): Promise<void> => {
  const start = seconds();
  const loaded = load(request);
  const { policy } = request;
  const run =
    policy === undefined
      ? simulate
      : (scenario: Scenario, identity: RunIdentity) => simulateOwn(policy, scenario, identity);
  const runs = loaded.points.map((): FinishedRun[] => []);
  const forms = loaded.points.map((point) => (policy === undefined ? closedForms(point.scenario) : {}));
  const total = loaded.points.length * loaded.replications;
  let [done, reported] = [0, start];
  const simulated = (): Simulated => {
    const results = loaded.points.map((point, i) => aggregatePoint(loaded.name, point, loaded.seed, runs[i]!));
    return {
      done,
      total,
      points: loaded.points.map(({ values, labels }, i) => ({
        values,
        labels,
        metrics: results[i]!.metrics,
        closedForms: forms[i]!,
      })),
      notes: [...new Set([...loaded.notes, ...results.flatMap(({ notes }) => notes)])],
      seconds: seconds() - start,
      stopped: done < total && current !== id,
    };
  };
  for (; done < total && current === id; done++) {
    const point = done % loaded.points.length;
    const replication = Math.floor(done / loaded.points.length);
    const { scenario, seed } = loaded.points[point]!;
    runs[point]!.push({ point, replication, result: run(scenario, { seed, replication }) });
    await turn();
    if (seconds() - reported < reportEvery) continue;
    reported = seconds();
    send({ kind: "progress", id, simulated: { ...simulated(), done: done + 1 }, over: false });
  }
  send({ kind: "progress", id, simulated: simulated(), over: true });
};

addEventListener("message", async ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === "stop") {
    if (current === data.id) current = -1;
    return;
  }
  current = data.id;
  try {
    await serve(data.id, data.request);
  } catch (error) {
    send({ kind: "error", id: data.id, message: error instanceof Error ? error.message : String(error) });
  }
});
