import { expectedImprovement } from "../../results/optimum/expected-improvement.ts";
import {
  type CostSample,
  type FittedMinimum,
  fittedMinimum,
  observationsOf,
} from "../../results/optimum/fitted-minimum.ts";
import { fitGaussianProcess } from "../../results/optimum/gaussian-process.ts";
import { goldenSection } from "../../results/optimum/golden-section.ts";

export const searchMethods = ["gaussian-process", "golden"] as const;
export type SearchMethod = (typeof searchMethods)[number];

export interface Search {
  readonly method: SearchMethod;
  /** Places that are simulated, at most; at least five. */
  readonly evaluations: number;
}

/** Costs at parts in [0, 1] of the searched range, by replication, with common random numbers. */
export type CostsAt = (parts: readonly number[]) => Promise<readonly (readonly number[])[]>;

/** Golden sections end at this part of the range: about a hundredth of a search over six decades. */
const finest = 0.002;

/** Where the mean cost over [0, 1] is lowest. Both methods choose where to look; the same fit says what was found. */
export const findMinimum = async (
  { method, evaluations }: Search,
  costsAt: CostsAt,
  tolerated: (lowest: number) => number,
  pick: (n: number) => number,
): Promise<FittedMinimum> => {
  const samples: CostSample[] = [];
  const look = async (parts: readonly number[]): Promise<void> => {
    const found = await costsAt(parts);
    for (const [i, at] of parts.entries()) samples.push({ at, costs: found[i]! });
  };
  // The ends are looked at in any case: a fit knows nothing outside of what was seen.
  if (method === "golden") {
    await look([0, 1]);
    await byGoldenSections(samples, look, evaluations);
  } else {
    await look([0, 0.25, 0.5, 0.75, 1]);
    for (let next = mostPromising(samples); next !== undefined && samples.length < evaluations; ) {
      await look([next]);
      next = mostPromising(samples);
    }
  }
  return fittedMinimum(samples, tolerated, pick);
};

const byGoldenSections = async (
  samples: readonly CostSample[],
  look: (parts: readonly number[]) => Promise<void>,
  most: number,
): Promise<void> => {
  const search = goldenSection(0, 1, finest);
  for (let step = search.next(); step.done !== true && samples.length < most; ) {
    await look([step.value]);
    const { costs } = samples.at(-1)!;
    step = search.next(costs.reduce((sum, cost) => sum + cost, 0) / costs.length);
  }
};

/** Where the lowest fitted cost is expected to be undercut most; undefined when that is too little to see in the noise. */
const mostPromising = (samples: readonly CostSample[]): number | undefined => {
  const seen = observationsOf(samples);
  const fitted = fitGaussianProcess(seen);
  const lowest = Math.min(...seen.map(({ at }) => fitted.predict(at).mean));
  let best: { readonly at: number; readonly gain: number } | undefined;
  for (let i = 0; i <= 200; i++) {
    const at = i / 200;
    if (seen.some((one) => Math.abs(one.at - at) < 1e-9)) continue;
    const gain = expectedImprovement(fitted.predict(at), lowest);
    if (best === undefined || gain > best.gain) best = { at, gain };
  }
  const noise = Math.sqrt(Math.min(...seen.map(({ variance }) => variance)));
  const least = 1e-3 * Math.max(noise, 1e-6 * Math.abs(lowest));
  return best !== undefined && best.gain > least ? best.at : undefined;
};
