import { importanceLoss } from "../../models/rare-events/loss-estimate.ts";
import { meanInterval } from "../../results/statistics/mean-interval.ts";
import { machineShop as shopOf } from "../../sim/examples/machine-shop.ts";
import { Streams } from "../../sim/index.ts";
import { type BankOptions, bank as waitsOf } from "./bank.ts";
import { exactLoss, lossSystem } from "./copy-loss.ts";
import type { Step } from "./serve-runs.ts";

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Runs the bank with several seeds: the mean wait over them, and quantiles of the first at the parts that are asked for. */
function* bank({
  seeds,
  parts,
  ...options
}: BankOptions & { readonly seeds: number; readonly parts: readonly number[] }) {
  const means: number[] = [];
  let quantiles: readonly { readonly x: number; readonly y: number }[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const waits = waitsOf(seed, options);
    means.push(average(waits));
    if (seed === 1) {
      const sorted = waits.toSorted((a, b) => a - b);
      quantiles = parts.map((part) => ({ x: sorted[Math.floor(part * sorted.length)]!, y: part }));
    }
    // One run alone has no interval.
    if (seed > 1) yield { done: seed, total: seeds, result: () => ({ wait: meanInterval(means), quantiles }) };
  }
}

function* machineShop({ seed }: { readonly seed: number }) {
  const shop = shopOf(new Streams(seed).get("machine shop"));
  yield { done: 1, total: 1, result: () => shop };
}

/** Probability that all copies of a chunk are lost within a year, by their number: sampled, and exactly. Times in hours. */
function* copyLoss({ most, life, repair }: { readonly most: number; readonly life: number; readonly repair: number }) {
  const year = 365 * 24;
  const sample = { relativeError: 0.02, most: 40_000, goOn: () => true };
  const estimateOf = (copies: number) => {
    const estimate = importanceLoss(
      lossSystem({ copies, life, repair }),
      year,
      new Streams(1).get(`loss ${copies}`),
      sample,
    );
    return { copies, ...estimate, exact: exactLoss({ copies, life, repair, mission: year }) };
  };
  const cases: ReturnType<typeof estimateOf>[] = [];
  for (let copies = 1; copies <= most; copies++) {
    cases.push(estimateOf(copies));
    yield { done: copies, total: most, result: () => ({ cases }) };
  }
}

/** What notebooks calculate in a worker beside scenarios, by name. */
export const calculations = { bank, machineShop, copyLoss };

export type CalculationName = keyof typeof calculations;
export type OptionsOf<Name extends CalculationName> = Parameters<(typeof calculations)[Name]>[0];
export type ResultOf<Name extends CalculationName> =
  ReturnType<(typeof calculations)[Name]> extends Generator<Step<infer T extends object>> ? T : never;
