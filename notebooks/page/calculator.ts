import CalculationWorker from "virtual:calculation-worker";
import type { CalculationName, OptionsOf, ResultOf } from "./calculations.ts";
import { type Run, WorkerRuns } from "./worker-runs.ts";

/** Does one of the calculations in a worker, so that the page goes on meanwhile. */
export class Calculator<Name extends CalculationName> {
  readonly #name: Name;
  readonly #runs = new WorkerRuns<{ name: Name; options: OptionsOf<Name> }, ResultOf<Name>>(
    () => new CalculationWorker(),
  );

  constructor(name: Name) {
    this.#name = name;
  }

  start(options: OptionsOf<Name>): Run<ResultOf<Name>> {
    return this.#runs.start({ name: this.#name, options });
  }
}
