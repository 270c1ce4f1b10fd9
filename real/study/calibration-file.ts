import * as z from "zod/mini";
import { TestbedError } from "../testbed-error.ts";
import type { Calibration, Parameter } from "./calibration.ts";
import type { MeasuredSetting } from "./measured-capture.ts";

/** Where and how captures were measured. */
export interface Provenance {
  readonly machine: string;
  readonly date: string;
  readonly command: string;
}

const fitted = z.object({ value: z.number() });
const file = z.object({
  inUse: fitted,
  inUsePart: fitted,
  fittedTo: z.array(z.string()),
  scatter: z.record(z.string(), z.number()),
});
/** What a validation needs of a calibration. */
export type KnownCalibration = z.infer<typeof file>;

/** @throws TestbedError */
export const readCalibration = (name: string, text: string): KnownCalibration => {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw new TestbedError(
      `${name}: ${(error as Error).message}; expected the calibration that snapback calibrate wrote`,
    );
  }
  const { success, data, error } = file.safeParse(given);
  if (!success)
    throw new TestbedError(
      `${name}: ${error.issues[0]?.path.join(".")}: ${error.issues[0]?.message}; expected what snapback calibrate wrote`,
    );
  return data;
};

const written: { readonly [unit in Parameter["unit"]]: (value: number) => string } = {
  s: (value) => `${(value * 1e3).toPrecision(4)}ms`,
  "s/page": (value) => `${(value * 1e6).toPrecision(4)}us/page`,
  "B/s": (value) => `${(value / 1e6).toPrecision(4)}MB/s`,
  B: (value) => `${value}`,
  "1": (value) => `${value}`,
};

/** A scenario that a study of one's own can extend: the costs of a capture, each with its source. */
export const calibratedScenario = (calibration: Calibration, { machine, date, command }: Provenance): string => {
  const { prepare, fixed, device, armPerPage, unprotectPerPage, copyRate } = calibration;
  const costs = [prepare, fixed, device, armPerPage, unprotectPerPage, copyRate].map((one) => {
    const interval = one.remark ?? `95 %: ${written[one.unit](one.lower)} to ${written[one.unit](one.upper)}`;
    return `    ${one.name}: ${written[one.unit](one.value)} # measured: ${one.from}; ${interval}`;
  });
  return [
    `# Costs of captures, fitted to ${calibration.rows} that were measured and verified.`,
    `# Machine: ${machine}. Date: ${date}. Command: ${command}`,
    "extends: capture-study",
    "snapshot:",
    "  costs:",
    ...costs,
    "",
  ].join("\n");
};

/** Settings of the scenario `capture-study` that make its guest the one that was measured. */
export const settingsFor = (
  { mode, memory, hotPages, writes }: MeasuredSetting,
  { inUse, inUsePart }: KnownCalibration,
): string[] => {
  const hot = (hotPages * 4096) / memory;
  const used = Math.min(1, (inUse.value + inUsePart.value * memory) / memory);
  const system = Math.max(0, used - hot);
  const classes = "cluster.workload.classes";
  return [
    `snapshot.capture=${mode}`,
    `cluster.vm.memory=${memory / 2 ** 20}MiB`,
    `${classes}.hot.share=${hot}`,
    `${classes}.system.share=${system}`,
    `${classes}.free.share=${1 - hot - system}`,
    `${classes}.hot.writesPerGiB=${(writes * 2 ** 30) / memory}/s`,
  ];
};
