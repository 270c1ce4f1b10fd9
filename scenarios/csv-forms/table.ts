import { type CsvField, type CsvLine, splitCsv } from "../csv.ts";
import type { Issue } from "../text/issue.ts";
import type { Place, Source } from "../text/place.ts";
import { didYouMean, nearest } from "../text/spelling.ts";
import { formatQuantity, parseQuantity, type Quantity } from "../text/units.ts";

/** So many faults of one file are told, each at its line. */
const most = 10;

/** The columns of a form: those of `one` exclude each other and one of them must be there. */
export interface Form {
  /** What it is, with its article: `a traffic matrix`. */
  readonly name: string;
  readonly required: readonly string[];
  readonly one?: readonly string[];
  readonly optional: readonly string[];
}

export interface Cell {
  readonly text: string;
  readonly at: Place;
}

export interface Row {
  readonly line: number;
  readonly at: Place;
  /** What stands in a column; nothing if the file has no such column. */
  cell(column: string): Cell | undefined;
}

/** How the number of a cell is judged. */
export interface Bounds {
  /** A number may have a unit of this quantity; without one it is in base units. */
  readonly quantity?: Quantity;
  readonly least?: number;
  readonly above?: number;
  readonly most?: number;
}

/** A CSV file of a user's, read by the header of its form, with a place for everything that is wrong. */
export class CsvTable {
  readonly source: Source;
  /** Where the header is. */
  readonly at: Place;
  readonly rows: readonly Row[];
  /** What is odd but does no harm. */
  readonly notes: string[] = [];
  readonly #issues: Issue[];
  readonly #columns: ReadonlyMap<string, number>;
  #faults = 0;

  /** @param issues where everything that is wrong is added; with any of this file's, nothing of it should be used */
  constructor(source: Source, form: Form, issues: Issue[]) {
    this.source = source;
    this.#issues = issues;
    const { lines, complete } = splitCsv(source.text);
    const [header, ...rest] = lines;
    this.at = header === undefined ? { source, start: 0, end: source.text.length } : placeOf(source, header);
    this.#columns = header === undefined ? new Map() : this.#readHeader(header, form);
    if (header === undefined) this.fault(this.at, `is empty; ${form.name} begins with the header ${shape(form)}`);
    else if (this.sound && rest.length === 0) this.fault(placeOf(source, header), `has a header and no line below it`);
    this.rows = header !== undefined && this.sound ? this.#readRows(rest, header.fields.length, complete) : [];
    if (!complete && this.sound) this.notes.push("its last line does not end, so the file may have been cut off");
  }

  /** Whether nothing wrong has been found so far. */
  get sound(): boolean {
    return this.#faults === 0;
  }

  has(column: string): boolean {
    return this.#columns.has(column);
  }

  fault(place: Place, message: string): void {
    this.#faults++;
    if (this.#faults <= most) this.#issues.push({ path: [], message, place });
    else if (this.#faults === most + 1)
      this.#issues.push({ path: [], message: "is not the last fault in this file; the rest is not told", place });
  }

  /** The number in a cell, or nothing after having said what is wrong with it. */
  number(row: Row, column: string, bounds: Bounds): number | undefined {
    const { text, at } = row.cell(column) ?? { text: "", at: row.at };
    const { quantity } = bounds;
    const value = plainNumber.test(text) ? Number(text) : undefined;
    if (text === "") return this.#refuse(at, `${column} is empty: give ${described(quantity)}`);
    if (value !== undefined) return this.#within(at, column, value, text, bounds);
    if (quantity === undefined) return this.#refuse(at, `${column} must be a number, not ${JSON.stringify(text)}`);
    const parsed = parseQuantity(quantity, text);
    if (!parsed.ok) return this.#refuse(at, `${column}: ${parsed.message}`);
    return this.#within(at, column, parsed.value, text, bounds);
  }

  #within(at: Place, column: string, value: number, text: string, bounds: Bounds): number | undefined {
    const { least, above, quantity } = bounds;
    const limit = Math.min(bounds.most ?? Infinity, quantity?.most ?? Infinity);
    const show = (bound: number): string => (quantity === undefined ? String(bound) : formatQuantity(quantity, bound));
    if (!Number.isFinite(value)) return this.#refuse(at, `${column}: ${text} is too large to be a number`);
    if (least !== undefined && value < least)
      return this.#refuse(at, `${column} must be at least ${show(least)}, not ${text}`);
    if (above !== undefined && !(value > above))
      return this.#refuse(at, `${column} must be above ${show(above)}, not ${text}`);
    if (value > limit) return this.#refuse(at, `${column} must be at most ${show(limit)}, not ${text}`);
    return value;
  }

  #refuse(at: Place, message: string): undefined {
    this.fault(at, message);
  }

  #readHeader(header: CsvLine, form: Form): Map<string, number> {
    const [only] = header.fields;
    if (header.fields.length === 1 && /[;\t|]/.test(only!.text)) {
      this.fault(placeOf(this.source, header), `${form.name} has its columns separated by commas: ${shape(form)}`);
      return new Map();
    }
    const known = [...form.required, ...(form.one ?? []), ...form.optional];
    const columns = new Map<string, number>();
    const strangers: CsvField[] = [];
    header.fields.forEach((field, index) => {
      const column = known.find((one) => one.toLowerCase() === field.text.toLowerCase());
      const at = placeOf(this.source, header, field);
      if (column === undefined) strangers.push(field);
      else if (columns.has(column)) this.fault(at, `the column ${column} stands twice`);
      else columns.set(column, index);
    });
    const open = known.filter((column) => !columns.has(column));
    const misspelt = strangers.filter(({ text }) => nearest(text, open) !== undefined);
    for (const field of misspelt) {
      const message = `unknown column ${JSON.stringify(field.text)}${didYouMean(field.text, open)}`;
      this.fault(placeOf(this.source, header, field), message);
    }
    const absent = form.required.some((column) => open.includes(column));
    const noneOf = form.one?.every((column) => open.includes(column)) ?? false;
    if (misspelt.length === 0 && (absent || noneOf))
      this.fault(placeOf(this.source, header), `${form.name} needs the header ${shape(form)}`);
    const both = (form.one ?? []).filter((column) => columns.has(column));
    if (both.length > 1) this.fault(placeOf(this.source, header), `give ${both.join(" or ")}, not both`);
    const ignored = strangers.filter((field) => !misspelt.includes(field)).map(({ text }) => JSON.stringify(text));
    if (ignored.length > 0)
      this.notes.push(`${ignored.length} column${ignored.length === 1 ? "" : "s"} ignored: ${ignored.join(", ")}`);
    return columns;
  }

  #readRows(lines: readonly CsvLine[], width: number, complete: boolean): Row[] {
    return lines.flatMap((line, index): Row[] => {
      const at = placeOf(this.source, line);
      if (line.fields.length !== width) {
        const cut = !complete && index === lines.length - 1 && line.fields.length < width;
        const count = `has ${line.fields.length} field${line.fields.length === 1 ? "" : "s"} where the header has ${width}`;
        this.fault(at, cut ? `${count}: the file is truncated in the middle of a line` : count);
        return [];
      }
      const cell = (column: string): Cell | undefined => {
        const field = line.fields[this.#columns.get(column) ?? -1];
        return field === undefined ? undefined : { text: field.text, at: placeOf(this.source, line, field) };
      };
      return [{ line: line.line, at, cell }];
    });
  }
}

const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const described = (quantity: Quantity | undefined): string =>
  quantity === undefined ? "a number" : `${quantity.name} such as ${quantity.example}`;

/** `seconds,distinctPages|distinctBytes`, with optional columns in brackets. */
const shape = ({ required, one, optional }: Form): string => {
  const needed = [...required, ...(one === undefined ? [] : [one.join(" or ")])].join(",");
  return optional.length === 0 ? needed : `${needed}[,${optional.join(",")}]`;
};

/** Where a field is, or a whole line; an empty field is shown at the place where something should be. */
const placeOf = (source: Source, line: CsvLine, field?: CsvField): Place => {
  if (field !== undefined) return { source, start: field.start, end: field.end };
  return { source, start: line.fields[0]!.start, end: line.fields.at(-1)!.end };
};
