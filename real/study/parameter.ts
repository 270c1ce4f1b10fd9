import { median } from "../../results/statistics/median.ts";
import { quantileInterval } from "../../results/statistics/quantile-interval.ts";
import type { Fitted } from "../../results/statistics/straight-line.ts";
import { TestbedError } from "../testbed-error.ts";
import type { MeasuredCapture } from "./measured-capture.ts";

/** A parameter of the model, fitted to captures; without an interval where it is bounded by what it may be. */
export interface Parameter extends Fitted {
  /** The same key as in scenarios, below `snapshot.costs`, or of the guest. */
  readonly name: string;
  readonly unit: "s" | "s/page" | "B/s" | "B" | "1";
  /** What it was fitted to. */
  readonly from: string;
  /** Why it is not what the line gives. */
  readonly remark?: string;
}

/** With six values at least the interval of a median holds 95 %. */
export const fewestRows = 6;

/** The median over captures and its interval, no law supposed: machines are held up by what else they do. */
export const typical = (
  what: string,
  mode: string,
  rows: readonly MeasuredCapture[],
  of: (row: MeasuredCapture) => number,
): Fitted => {
  if (rows.length < fewestRows)
    throw new TestbedError(
      `${what}: not to be told from ${rows.length} verified captures by ${mode}; it takes ${fewestRows}`,
    );
  const values = rows.map(of);
  const { lower, upper } = quantileInterval(values, 0.5);
  return { value: median(values), lower, upper };
};
