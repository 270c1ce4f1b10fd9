import { splitCsv } from "../csv.ts";
import { TraceError } from "./dirt.ts";

export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

export interface Csv {
  readonly header: readonly string[];
  readonly rows: readonly CsvRow[];
  /** Whether the last line ends; when not, the file may have been cut off. */
  readonly complete: boolean;
}

/**
 * The rows of a trace.
 * @throws TraceError if the text has no header, or its last line was cut off in the middle
 */
export const readCsv = (text: string): Csv => {
  const { lines, complete } = splitCsv(text);
  const [first, ...rest] = lines.map(({ line, fields }) => ({ line, fields: fields.map((field) => field.text) }));
  if (first === undefined)
    throw new TraceError("line 1: the file is empty; it must begin with a header such as component,start,end");
  const last = rest.at(-1);
  if (!complete && last !== undefined && last.fields.length < first.fields.length) {
    throw new TraceError(`line ${last.line}: the file is truncated in the middle of a line`);
  }
  return { header: first.fields.map((field) => field.toLowerCase()), rows: rest, complete };
};
