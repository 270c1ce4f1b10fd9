import { csvFormatRow, csvParseRows, groups } from "d3";
import * as z from "zod/mini";
import { median } from "../../results/statistics/median.ts";
import { TestbedError } from "../testbed-error.ts";
import { survivals } from "./survival.ts";

const whole = z.pipe(z.string().check(z.regex(/^\d{1,12}$/, "expected a whole number")), z.transform(Number));
const word = z.string().check(z.regex(/^[^\n\r]*$/), z.maxLength(300));

/** One restore of one guest without some of its pages. */
const row = z.strictObject({
  /** Of its workload; guests of one seed are one, captured once. */
  seed: whole,
  /** MiB. */
  memory: whole,
  accelerator: z.enum(["tcg", "kvm"]),
  /** Names of the loss, and of what there is instead. */
  pages: word,
  instead: word,
  /** Frames of these classes with a content, of them left out, and with zeros. */
  held: whole,
  left: whole,
  zero: whole,
  /** Why others were not left out. */
  spared: word,
  outcome: z.enum(survivals),
  /** What is wrong with the guest. */
  found: word,
});
export type SurvivalRow = z.infer<typeof row>;

const columns = Object.keys(row.shape) as (keyof SurvivalRow)[];
export const survivalHead = `${csvFormatRow(columns)}\n`;

/** A row is one line, whatever was found, so that half of one is known at the end of a file. */
export const survivalLine = (one: SurvivalRow): string =>
  `${csvFormatRow(columns.map((column) => `${one[column]}`.replace(/[\r\n]/g, " ").slice(0, 300)))}\n`;

/** The rows of a file of `snapback survive`. @throws TestbedError naming file and line */
export const readSurvivals = (name: string, text: string): SurvivalRow[] => {
  const [head, ...lines] = csvParseRows(text);
  if (head === undefined || `${csvFormatRow(head)}\n` !== survivalHead)
    throw new TestbedError(`${name}:1: nothing of snapback survive: expected the columns ${survivalHead.trim()}`);
  return lines.map((cells, i) => {
    const given = Object.fromEntries(cells.map((cell, c) => [columns[c] ?? "", cell]));
    const { success, data, error } = row.safeParse(given);
    if (success && cells.length === columns.length) return data;
    const [issue] = error?.issues ?? [];
    throw new TestbedError(
      `${name}:${i + 2}: ${issue === undefined ? `${cells.length} cells` : `${issue.path.join(".")}: ${issue.message}`}; expected ${columns.length} cells as snapback survive writes them`,
    );
  });
};

/**
 * Safe is what every guest was intact without, or told of rightly: processes that were to be killed, and were. Of a class of which no guest had a page nothing is told, and all that is said is
 * about guests like these.
 */
export const safetyOf = (rows: readonly SurvivalRow[]): "yes" | "NO" | "not told" => {
  const isWell = ({ outcome, instead }: SurvivalRow): boolean =>
    outcome === "intact" || (outcome === "killed" && instead.includes("kill-process"));
  if (!rows.every(isWell)) return "NO";
  return rows.some(({ left }) => left > 0) ? "yes" : "not told";
};

const mostShown = 50;
const shortened = (text: string): string => (text.length <= mostShown ? text : `${text.slice(0, mostShown - 1)}…`);

const head = ["pages left out", "instead", "frames", "left out", "guests", ...survivals, "safe", "found, for instance"];

/** A line for each loss: frames of its classes that have a content, and those that were left out (medians), and what became of guests. */
export const survivalTable = (rows: readonly SurvivalRow[]): string[][] => {
  const byLoss = groups(rows, ({ pages, instead }) => `${pages}\n${instead}`);
  return [
    head,
    ...byLoss.map(([, own]) => [
      own[0]!.pages,
      own[0]!.instead,
      `${median(own.map(({ held }) => held))}`,
      `${median(own.map(({ left }) => left))}`,
      `${own.length}`,
      ...survivals.map((outcome) => `${own.filter((one) => one.outcome === outcome).length}`),
      safetyOf(own),
      shortened(own.find(({ outcome }) => outcome !== "intact")?.found ?? ""),
    ]),
  ];
};
