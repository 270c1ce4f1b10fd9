import * as z from "zod/mini";
import type { ClusterScenario } from "../../models/scenario.ts";
import { TestbedError } from "../testbed-error.ts";
import type { Calibration } from "./calibration.ts";
import { workloadName } from "./catalogue-entry.ts";
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

/** A scenario that names the entries of the catalogue, and that a study of one's own can extend. */
export const calibratedScenario = (
  name: string,
  { rows, writes }: Pick<Calibration, "rows" | "writes">,
  { machine, date, command }: Provenance,
): string => {
  const [most] = (writes ?? []).toSorted((one, other) => other.memory - one.memory || other.writes - one.writes);
  return [
    `# A guest whose captures cost what ${rows} that were measured and verified tell; ${name}.catalogue.yaml has each number's source.`,
    `# Machine: ${machine}. Date: ${date}. Command: ${command}`,
    "extends: capture-study",
    `catalogue: ./${name}.catalogue.yaml`,
    `snapshot: { costs: ${name} }`,
    ...(most === undefined
      ? []
      : [`cluster: { vm: { memory: ${most.memory / 2 ** 20}MiB }, workload: ${workloadName(name, most)} }`]),
    "",
  ].join("\n");
};

/** Settings that make the guest of a scenario the one that was measured, whatever its workload is. */
export const settingsFor = (
  { mode, memory, hotPages, writes }: MeasuredSetting,
  { inUse, inUsePart }: KnownCalibration,
): string[] => {
  const hot = (hotPages * 4096) / memory;
  const used = Math.min(1, (inUse.value + inUsePart.value * memory) / memory);
  const system = Math.max(0, used - hot);
  const rest = "compressRatio: 1, content: { zero: 0, selfDuplicate: 0, interVm: 0, unique: 1 }";
  const classes = [
    `hot: { type: anonymous, share: ${hot}, writesPerGiB: ${(writes * 2 ** 30) / memory}/s, ${rest} }`,
    `system: { type: kernel, share: ${system}, writesPerGiB: 0/s, ${rest} }`,
    `free: { type: free, share: ${1 - hot - system}, writesPerGiB: 0/s, ${rest} }`,
  ];
  return [
    `snapshot.capture=${mode}`,
    `cluster.vm.memory=${memory / 2 ** 20}MiB`,
    `cluster.workload={ classes: { ${classes.join(", ")} } }`,
  ];
};

const fittedSetting = /^(\S+) of (\d+) MiB, (\d+) pages written (\S+) times a second$/;

/**
 * Whether a calibration was fitted to captures of such guests: in the same mode, of the same memory, with about as many pages
 * that are written about as often.
 */
export const isFittedTo = ({ cluster, snapshot }: ClusterScenario, { fittedTo }: KnownCalibration): boolean => {
  const written = cluster.workload.classes.filter(
    ({ type, writesPerSecond }) => type === "anonymous" && writesPerSecond > 0,
  );
  const pages = written.reduce((sum, one) => sum + one.pages, 0);
  const writes = written.reduce((sum, one) => sum + one.writesPerSecond, 0);
  return fittedTo.some((text) => {
    const [, mode, memory, hot, rate] = fittedSetting.exec(text) ?? [];
    if (mode !== snapshot.capture || Number(memory) * 2 ** 20 !== cluster.vm.memory) return false;
    return isNear(writes, Number(rate)) && (Number(rate) === 0 || isNear(pages, Number(hot)));
  });
};

const isNear = (one: number, other: number): boolean => Math.abs(one - other) <= 0.1 * other;
