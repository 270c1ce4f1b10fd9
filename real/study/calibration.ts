import { medianDeviation } from "../../results/statistics/median.ts";
import { mean } from "../../results/statistics/moments.ts";
import { straightLine } from "../../results/statistics/straight-line.ts";
import { TestbedError } from "../testbed-error.ts";
import type { Assumable } from "./assumable.ts";
import { faultCost } from "./fault-cost.ts";
import { type MeasuredCapture, saturationIn, settingOf } from "./measured-capture.ts";
import { fewestRows, type Parameter, typical } from "./parameter.ts";
import { type WriteCurve, writeCurves } from "./write-curve.ts";

const pageSize = 4096;

export interface Calibration {
  readonly fixed: Parameter;
  readonly copyRate: Parameter;
  readonly device: Parameter;
  readonly armPerPage: Parameter;
  readonly unprotectPerPage: Parameter;
  readonly prepare: Parameter;
  /** None where it is assumed. */
  readonly fault: Parameter | null;
  /** Bytes that are in use in a guest: a part that it always has, and a part of its memory. */
  readonly inUse: Parameter;
  readonly inUsePart: Parameter;
  /** Of each kind of guest, unless they are assumed. */
  readonly writes: readonly WriteCurve[] | null;
  /** Settings that were fitted to: none of them says anything of the model's worth. */
  readonly fittedTo: readonly string[];
  readonly rows: number;
  /** Of the fitted lines, by mode and figure: standard deviation around them, as a part of the mean. */
  readonly scatter: Readonly<Record<string, number>>;
}

/**
 * Fits the model's costs of a capture (model.md, section 4) to captures of guests of several memories. Machines are held up by
 * what else they do, so all but bytes are medians with their intervals (no law supposed), not means:
 * - fixed: the pause of a pre-copy of the guests that write least, whose last round is next to nothing
 * - copyRate: bytes / (pause − fixed) of stop-and-copy
 * - device, armPerPage: the pause of post-copy, and how it grows with the pages where that can be told
 * - unprotectPerPage: what post-copy takes for a page behind the guest, less page / copyRate
 * - inUse, inUsePart: bytes = inUse + inUsePart × memory, least squares
 * - fault: of guests that write as fast as they can, which nothing else is fitted to
 * - writes: the curve of distinct writes of each kind of guest
 *
 * @throws TestbedError naming the parameter that the captures cannot tell
 */
export const calibrate = (captures: readonly MeasuredCapture[], assumed: readonly Assumable[] = []): Calibration => {
  const sound = captures.filter(({ state }) => state === "verified");
  const isSaturated = saturationIn(sound);
  const verified = sound.filter((one) => !isSaturated(one));
  const byMode = (mode: MeasuredCapture["mode"]): MeasuredCapture[] => verified.filter((one) => one.mode === mode);
  const [whole, behind] = [byMode("stop-and-copy"), byMode("post-copy")];
  const fewest = Math.min(...verified.map(({ writes }) => writes));
  const still = byMode("pre-copy").filter(({ writes }) => writes === fewest);
  const inUse = bytesInUse([...whole, ...behind]);
  const fixed = typical("fixed", "pre-copy", still, ({ pause }) => pause);
  const perByte = typical(
    "copyRate",
    "stop-and-copy",
    whole,
    (row) => Math.max(0, row.pause - fixed.value) / row.captureBytes,
  );
  if (!(perByte.value > 0))
    throw new TestbedError(
      "copyRate: pauses of stop-and-copy are no longer than those of pre-copy; measure larger guests",
    );
  const pages = typical("unprotectPerPage", "post-copy", behind, (row) => behindGuest(row) / pagesOf(row));
  const bare = perByte.value * pageSize;
  const stop = deviceAndArm(behind);
  const parameters = {
    fixed: { name: "fixed", unit: "s", from: "pre-copy", ...fixed },
    copyRate: {
      name: "copyRate",
      unit: "B/s",
      from: "stop-and-copy",
      value: 1 / perByte.value,
      lower: 1 / perByte.upper,
      upper: 1 / perByte.lower,
    },
    ...stop,
    unprotectPerPage: atLeastZero({
      name: "unprotectPerPage",
      unit: "s/page",
      from: "post-copy",
      value: pages.value - bare,
      lower: pages.lower - bare,
      upper: pages.upper - bare,
    }),
    prepare: {
      name: "prepare",
      unit: "s",
      from: "post-copy",
      ...typical("prepare", "post-copy", behind, ({ untilCut }) => untilCut),
    },
    fault: assumed.includes("fault") ? null : faultCost(sound.filter(isSaturated)),
    inUse: { name: "inUse", unit: "B", from: "stop-and-copy and post-copy", ...inUse.intercept },
    inUsePart: { name: "inUsePart", unit: "1", from: "stop-and-copy and post-copy", ...inUse.slope },
  } as const;
  return {
    ...parameters,
    writes: assumed.includes("writes") ? null : writeCurves(verified),
    fittedTo: [...new Set(captures.map(settingOf))].toSorted(),
    rows: sound.length,
    scatter: {
      bytes: inUse.residual / mean([...whole, ...behind].map(({ captureBytes }) => captureBytes)),
      "pause of pre-copy": scatterOf(still, ({ pause }) => pause / fixed.value),
      "pause of stop-and-copy": scatterOf(whole, (row) => row.pause / (fixed.value + row.captureBytes * perByte.value)),
      "pause of post-copy": scatterOf(
        behind,
        (row) => row.pause / (stop.device.value + stop.armPerPage.value * pagesOf(row)),
      ),
      "duration of post-copy": scatterOf(behind, (row) => behindGuest(row) / (pagesOf(row) * pages.value)),
    },
  };
};

const pagesOf = ({ captureBytes }: MeasuredCapture): number => captureBytes / pageSize;

/** Seconds for which pages were saved behind the running guest. */
const behindGuest = (row: MeasuredCapture): number => row.captureDuration - row.untilCut - row.pause;

/** Of single captures around their prediction, as a part of it. */
const scatterOf = (rows: readonly MeasuredCapture[], ratio: (row: MeasuredCapture) => number): number =>
  medianDeviation(rows.map(ratio), 1);

const bytesInUse = (rows: readonly MeasuredCapture[]): ReturnType<typeof straightLine> => {
  const memories = new Set(rows.map(({ memory }) => memory));
  if (rows.length < fewestRows || memories.size < 2)
    throw new TestbedError(
      `inUse and inUsePart: not to be told from ${rows.length} verified captures of ${memories.size} memories; it takes ${fewestRows}, of two memories at least`,
    );
  return straightLine(
    rows.map(({ memory }) => memory),
    rows.map(({ captureBytes }) => captureBytes),
  );
};

const atLeastZero = (parameter: Parameter): Parameter =>
  parameter.value >= 0
    ? parameter
    : {
        ...parameter,
        value: 0,
        remark: `comes to ${parameter.value.toPrecision(3)}, which is none: taken as 0`,
      };

/** A pause that does not grow with the pages, as far as can be told, is that of the devices alone. */
const deviceAndArm = (rows: readonly MeasuredCapture[]): Pick<Calibration, "device" | "armPerPage"> => {
  const pause = typical("device", "post-copy", rows, (row) => row.pause);
  const { intercept, slope } = straightLine(
    rows.map(pagesOf),
    rows.map((row) => row.pause),
  );
  const arm = { name: "armPerPage", unit: "s/page", from: "post-copy", ...slope } as const;
  const device = { name: "device", unit: "s", from: "post-copy" } as const;
  if (slope.lower > 0 && intercept.value > 0) return { device: { ...device, ...intercept }, armPerPage: arm };
  const remark = "the pause does not grow with the pages as far as these captures tell";
  return {
    device: { ...device, ...pause, remark: `${remark}: the median pause` },
    armPerPage: { ...arm, value: 0, remark: `${remark}: taken as 0` },
  };
};
