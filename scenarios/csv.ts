/** What stands between two commas, without the blanks and quotes around it; offsets into the whole text. */
export interface CsvField {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface CsvLine {
  /** Counted from 1. */
  readonly line: number;
  readonly fields: readonly CsvField[];
}

export interface CsvText {
  /** The header and all lines below it. */
  readonly lines: readonly CsvLine[];
  /** Whether the last line ends; when not, the file may have been cut off. */
  readonly complete: boolean;
}

/** Splits comma-separated text without quoted commas; empty lines and lines that begin with # are left out. */
export const splitCsv = (text: string): CsvText => {
  const lines: CsvLine[] = [];
  let start = text.startsWith("\ufeff") ? 1 : 0;
  for (let line = 1; start <= text.length; line++) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const content = text.slice(start, end);
    if (content.trim() !== "" && !content.startsWith("#")) lines.push({ line, fields: fieldsOf(content, start) });
    start = end + 1;
  }
  return { lines, complete: /\n\s*$/.test(text) };
};

const fieldsOf = (content: string, start: number): CsvField[] => {
  const fields: CsvField[] = [];
  let from = start;
  for (const part of content.split(",")) {
    const trimmed = part.trim();
    const text = trimmed.replace(/^"(.*)"$/, "$1");
    const at = from + part.indexOf(trimmed) + (text === trimmed ? 0 : 1);
    fields.push({ text, start: at, end: at + text.length });
    from += part.length + 1;
  }
  return fields;
};
