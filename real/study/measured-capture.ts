import * as z from "zod/mini";
import { TestbedError } from "../testbed-error.ts";

const number = z.coerce.number().check(z.nonnegative());
const count = z.coerce.number().check(z.int(), z.nonnegative());
const word = z.string().check(z.regex(/^[^\n\r"]*$/), z.maxLength(300));

/**
 * One capture of one guest on a real host. Times in seconds, sizes in bytes; `pause`, `captureDuration` and `captureBytes`
 * are what the simulator's columns of these names mean.
 */
const row = z.strictObject({
  mode: z.enum(["stop-and-copy", "pre-copy", "post-copy"]),
  /** Of the guest. */
  memory: count,
  /** Pages of the class that is written, and how many of them are written each second, anywhere in it. */
  hotPages: count,
  writes: number,
  repetition: count,
  /** In which this capture was taken among all of its study. */
  order: count,
  host: word,
  accelerator: z.enum(["tcg", "kvm"]),
  pause: number,
  captureDuration: number,
  /** From the command to the cut. */
  untilCut: number,
  captureBytes: count,
  /** Writes each second before the capture and during it, on the guest's own clock. */
  writesBefore: number,
  writesDuring: number,
  state: z.enum(["verified", "corrupt"]),
  reason: word,
});
export type MeasuredCapture = z.infer<typeof row>;

/** What the model calls duration: from the cut on, and all rounds of a pre-copy. */
export const durationOf = ({ mode, captureDuration, untilCut }: MeasuredCapture): number =>
  mode === "pre-copy" ? captureDuration : captureDuration - untilCut;

export const measuredColumns = Object.keys(row.shape) as (keyof MeasuredCapture)[];

/** Name of a setting in which captures are repeated. */
export const settingOf = ({ mode, memory, hotPages, writes }: MeasuredSetting): string =>
  `${mode} of ${memory / 2 ** 20} MiB, ${hotPages} pages written ${writes} times a second`;
export type MeasuredSetting = Pick<MeasuredCapture, "mode" | "memory" | "hotPages" | "writes">;

export const measuredHead = `${measuredColumns.join(",")}\n`;

export const measuredLine = (one: MeasuredCapture): string =>
  `${measuredColumns.map((column) => cell(one[column])).join(",")}\n`;

const cell = (value: string | number): string =>
  typeof value === "number"
    ? String(value)
    : `"${value
        .replaceAll('"', "'")
        .replace(/[\r\n]/g, " ")
        .slice(0, 300)}"`;

/**
 * The rows of a file of measured captures.
 *
 * @throws TestbedError naming file and line
 */
export const readMeasured = (name: string, text: string): MeasuredCapture[] => {
  const [head, ...lines] = text.split("\n");
  if (`${head}\n` !== measuredHead)
    throw new TestbedError(`${name}:1: no captures of snapback measure: expected the columns ${measuredHead.trim()}`);
  return lines.flatMap((line, i) => {
    // A run that was killed may have left half a line at the end.
    if (line === "") return [];
    const cells = line.match(/"[^"]*"|[^,"]+/g) ?? [];
    const given = Object.fromEntries(measuredColumns.map((column, c) => [column, cells[c]?.replace(/^"|"$/g, "")]));
    const { success, data, error } = row.safeParse(given);
    if (success && cells.length === measuredColumns.length) return [data];
    const [issue] = error?.issues ?? [];
    const what = issue === undefined ? `${cells.length} cells` : `${issue.path.join(".")}: ${issue.message}`;
    throw new TestbedError(
      `${name}:${i + 2}: ${what}; expected ${measuredColumns.length} cells as snapback measure writes them`,
    );
  });
};
