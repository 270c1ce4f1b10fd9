import type { Issue } from "../text/issue.ts";
import type { Place, Source } from "../text/place.ts";
import { type Entry, type Mapping, mapping, type Tree } from "../text/tree.ts";
import { formatQuantity, fraction, frequency, size } from "../text/units.ts";
import { CsvTable, type Form, type Row } from "./table.ts";

const contents = ["zero", "selfDuplicate", "interVm", "unique"] as const;

const form: Form = {
  name: "a page mix",
  required: ["type", "pages"],
  optional: ["class", "writesPerSecond", ...contents, "compressRatio"],
};

const pageSize = 4096;
const gibibyte = 2 ** 30;

/** Four pebibytes: more is a slip. */
const mostPages = 2 ** 40;

/** The classes of a mix as a scenario would write them, and what has to be said about them wherever they are used. */
export interface MixReading {
  readonly classes: Mapping;
  readonly notes: readonly string[];
}

/**
 * Reads `type,pages` with the optional columns `class,writesPerSecond,zero,selfDuplicate,interVm,unique,compressRatio`: one
 * line for each class of the pages of one guest. Pages become shares of the memory and writes become writes per GiB, each
 * at the place where it was read, so that the schema of scenarios can judge the rest.
 *
 * @param issues gets everything that is wrong, each at its line and column
 * @returns nothing if something is wrong
 */
export const readMixCsv = (source: Source, issues: Issue[]): MixReading | undefined => {
  const table = new CsvTable(source, form, issues);
  const rows = table.rows.flatMap((row) => readRow(table, row) ?? []);
  const total = rows.reduce((sum, { pages }) => sum + pages, 0);
  if (table.sound && total === 0) table.fault(table.rows[0]!.at, "has no pages at all");
  const classes = new Map<string, Entry>();
  for (const row of rows) {
    const name = classNameOf(table, row.row, classes);
    if (name !== undefined) classes.set(name.text, { key: name.at, value: classOf(row, total) });
  }
  if (!table.sound) return undefined;
  const memory = formatQuantity(size, total * pageSize);
  const summary = `${rows.length} class${rows.length === 1 ? "" : "es"} of ${total} pages (${memory}), taken as shares of the VM's memory`;
  const assumed = [
    ...(contents.some((column) => table.has(column)) ? [] : ["no contents given, so all pages count as unique"]),
    ...(table.has("compressRatio") ? [] : ["no compressRatio given, so nothing can be compressed"]),
  ];
  return { classes: mapping(classes, table.at), notes: [summary, ...assumed, ...table.notes] };
};

/** The provenance of writes that only a curve can give. */
export const writesNotGiven = "assumed: no writes in the file, they are for a curve to give";

const notGiven = "assumed: not in the file";

interface MixRow {
  readonly row: Row;
  readonly pages: number;
  readonly writes: number;
  readonly parts: ReadonlyMap<string, number>;
  readonly compressRatio: number;
}

const readRow = (table: CsvTable, row: Row): MixRow | undefined => {
  const number = (column: string, bounds: Parameters<CsvTable["number"]>[2], otherwise: number): number | undefined =>
    table.has(column) ? table.number(row, column, bounds) : otherwise;
  const pages = table.number(row, "pages", { least: 0, most: mostPages });
  const writes = number("writesPerSecond", { quantity: frequency, least: 0 }, 0);
  const given = contents.filter((column) => table.has(column));
  const read = given.map(
    (column) => [column, table.number(row, column, { quantity: fraction, least: 0, most: 1 })] as const,
  );
  const compressRatio = number("compressRatio", { least: 1 }, 1);
  if (pages === undefined || writes === undefined || compressRatio === undefined) return undefined;
  const parts = new Map<string, number>();
  for (const [column, part] of read) {
    if (part === undefined) return undefined;
    parts.set(column, part);
  }
  const sum = [...parts.values()].reduce((total, one) => total + one, 0);
  if (!table.has("unique")) parts.set("unique", Math.max(0, 1 - sum));
  const total = table.has("unique") ? sum : Math.max(1, sum);
  if (Math.abs(total - 1) > 1e-9) {
    table.fault(row.at, `${given.join(", ")} must add up to 1, these add up to ${Number(total.toPrecision(10))}`);
    return undefined;
  }
  if (writes > 0 && pages === 0) {
    table.fault(row.cell("writesPerSecond")!.at, "there are writes, but no pages for them");
    return undefined;
  }
  return { row, pages, writes, parts, compressRatio };
};

/** A class is called as its file says, or after its type; types that come again are counted. */
const classNameOf = (
  table: CsvTable,
  row: Row,
  taken: ReadonlyMap<string, unknown>,
): { readonly text: string; readonly at: Place } | undefined => {
  const given = row.cell("class");
  if (given !== undefined) {
    if (given.text === "") table.fault(given.at, "class is empty: give each class a name, or leave the column out");
    else if (taken.has(given.text)) table.fault(given.at, `there is a class ${given.text} already`);
    else return given;
    return undefined;
  }
  const { text, at } = row.cell("type")!;
  let name = text;
  for (let count = 2; taken.has(name); count++) name = `${text}${count}`;
  return { text: name, at };
};

const classOf = ({ row, pages, writes, parts, compressRatio }: MixRow, total: number): Mapping => {
  const at = (column: string): Place => row.cell(column)?.at ?? row.at;
  const entry = (column: string, value: string | number, provenance?: string): [string, Entry] => {
    const place = at(column);
    const scalar: Tree = { kind: "scalar", value, at: place, ...(provenance === undefined ? {} : { provenance }) };
    return [column, { key: place, value: scalar }];
  };
  const content = contents.map((column) =>
    entry(column, parts.get(column) ?? 0, row.cell(column) === undefined ? notGiven : undefined),
  );
  const writesPerGiB = (writes * gibibyte) / (total * pageSize);
  const [, share] = entry("pages", pages / total, `derived: ${pages} of ${total} pages`);
  const [, rate] = entry(
    "writesPerSecond",
    `${writesPerGiB}/s`,
    row.cell("writesPerSecond") === undefined ? writesNotGiven : `derived: ${writes}/s on ${total} pages`,
  );
  return mapping(
    [
      entry("type", row.cell("type")!.text),
      ["share", share],
      ["writesPerGiB", rate],
      entry("compressRatio", compressRatio, row.cell("compressRatio") === undefined ? notGiven : undefined),
      ["content", { key: row.at, value: mapping(content, row.at) }],
    ],
    row.at,
  );
};
