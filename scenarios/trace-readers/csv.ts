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
 * Splits comma-separated text without quoted commas into rows; empty lines and lines that begin with # are left out.
 * @throws TraceError if the text has no header, or its last line was cut off in the middle
 */
export const readCsv = (text: string): Csv => {
  const complete = /\n\s*$/.test(text);
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  const rows = lines
    .map((content, index) => ({ line: index + 1, content }))
    .filter(({ content }) => content.trim() !== "" && !content.startsWith("#"))
    .map(({ line, content }) => ({
      line,
      fields: content.split(",").map((field) => field.trim().replace(/^"(.*)"$/, "$1")),
    }));
  const [first, ...rest] = rows;
  if (first === undefined)
    throw new TraceError("line 1: the file is empty; it must begin with a header such as component,start,end");
  const last = rest.at(-1);
  if (!complete && last !== undefined && last.fields.length < first.fields.length) {
    throw new TraceError(`line ${last.line}: the file is truncated in the middle of a line`);
  }
  return { header: first.fields.map((field) => field.toLowerCase()), rows: rest, complete };
};
