import SimulationWorker from "virtual:simulation-worker";
import type { Estimates, SimulationRequest } from "./simulation.ts";
import { WorkerRuns } from "./worker-runs.ts";

/** Runs scenarios with the simulator of the product, in a worker. */
export class Simulator extends WorkerRuns<SimulationRequest, Estimates> {
  constructor() {
    super(() => new SimulationWorker());
  }
}
