import { csvFormatRow, csvParseRows } from "d3";
import * as z from "zod/mini";
import { median } from "../../results/statistics/median.ts";
import { TestbedError } from "../testbed-error.ts";

const digits = z.string().check(z.regex(/^\d+(\.\d+)?(e[-+]?\d+)?$/, "expected a number that is not negative"));
const number = z.pipe(digits, z.transform(Number));
const count = z.pipe(number, z.int());
/** An empty cell: it was not measured. */
const absent = z.pipe(
  z.literal(""),
  z.transform(() => undefined),
);
const word = z.string().check(z.regex(/^[^\n\r]*$/), z.maxLength(300));

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
  /** Seconds on the guest's own clock, which stands still with it, over which `writesDuring` was told. */
  workDuring: z.union([absent, number]),
  /** Seconds for which the guest ran between the cut of its last capture and this one; the first of a guest has none. */
  sinceCut: z.union([absent, number]),
  /** Pages whose content is another than it was at that cut. */
  distinctPages: z.union([absent, count]),
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

/**
 * Whether a capture is of a guest that could not write as much as it was to, by what all captures of such guests tell: what
 * it loses while it is captured is what its writes cost.
 */
export const saturationIn = (rows: readonly MeasuredCapture[]): ((row: MeasuredCapture) => boolean) => {
  const guest = ({ memory, hotPages, writes }: MeasuredCapture): string => `${memory} ${hotPages} ${writes}`;
  const kept = new Map<string, number[]>();
  for (const row of rows.filter(({ writes }) => writes > 0))
    kept.set(guest(row), [...(kept.get(guest(row)) ?? []), row.writesBefore / row.writes]);
  const saturated = new Set([...kept].filter(([, parts]) => median(parts) < 0.9).map(([kind]) => kind));
  return (row) => saturated.has(guest(row));
};

export const measuredHead = `${csvFormatRow(measuredColumns)}\n`;

/** A row is one line, whatever its reason says, so that half of one is found at the end of a file. */
export const measuredLine = (one: MeasuredCapture): string =>
  `${csvFormatRow(measuredColumns.map((column) => cell(one[column])))}\n`;

const cell = (value: string | number | undefined): string =>
  typeof value === "string" ? value.replace(/[\r\n]/g, " ").slice(0, 300) : String(value ?? "");

/**
 * The rows of a file of measured captures.
 *
 * @throws TestbedError naming file and line
 */
export const readMeasured = (name: string, text: string): MeasuredCapture[] => {
  const [head, ...lines] = csvParseRows(text);
  if (head === undefined || `${csvFormatRow(head)}\n` !== measuredHead)
    throw new TestbedError(`${name}:1: no captures of snapback measure: expected the columns ${measuredHead.trim()}`);
  return lines.map((cells, i) => {
    const given = Object.fromEntries(cells.map((text, c) => [measuredColumns[c] ?? "", text]));
    const { success, data, error } = row.safeParse(given);
    if (success && cells.length === measuredColumns.length) return data;
    const [issue] = error?.issues ?? [];
    const what =
      cells.length === measuredColumns.length && issue !== undefined
        ? `${issue.path.join(".")}: ${issue.message}`
        : `${cells.length} cells`;
    throw new TestbedError(
      `${name}:${i + 2}: ${what}; expected ${measuredColumns.length} cells as snapback measure writes them`,
    );
  });
};
