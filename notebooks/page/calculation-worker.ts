import { type CalculationName, calculations, type OptionsOf } from "./calculations.ts";
import { type Step, serveRuns } from "./serve-runs.ts";

serveRuns(({ name, options }: { readonly name: CalculationName; readonly options: OptionsOf<CalculationName> }) =>
  (calculations[name] as (options: OptionsOf<CalculationName>) => Iterable<Step<unknown>>)(options),
);
