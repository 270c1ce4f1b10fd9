import { isAbsolute, relative } from "node:path";

/** A text that values come from. `name` is what people see: a path, or `--set`. */
export interface Source {
  readonly kind: "file" | "argument" | "defaults" | "catalogue";
  readonly name: string;
  /** Absolute path of the folder against which paths written in this text are resolved. */
  readonly folder: string;
  readonly text: string;
}

/** A stretch of a source, as offsets into its text; `end` is exclusive. */
export interface Place {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** Line and column of the start of a place, both counted from 1. */
export const position = ({ source, start }: Place): { readonly line: number; readonly column: number } => {
  const before = source.text.slice(0, start);
  return { line: before.split("\n").length, column: start - before.lastIndexOf("\n") };
};

/** `file.yaml:7:9`, or the name alone for an argument of the command line. */
export const placeName = (place: Place): string => {
  if (place.source.kind === "argument") return place.source.name;
  const { line, column } = position(place);
  return `${place.source.name}:${line}:${column}`;
};

/** The line of the source with carets under the place. */
export const excerpt = (place: Place): string => {
  const { text } = place.source;
  const { line, column } = position(place);
  // What could steer a terminal is shown by a sign as wide.
  const written = (text.split("\n")[line - 1] ?? "")
    .replace(/\r$/, "")
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (sign) => (sign === "\t" ? sign : "?"));
  const number = place.source.kind === "argument" ? "" : String(line);
  const width = Math.max(1, Math.min(place.end - place.start, written.length - column + 1));
  const margin = " ".repeat(number.length);
  // Tabs stay tabs, so that the caret stands under its character whatever their width.
  const indent = written.slice(0, column - 1).replace(/[^\t]/g, " ");
  return `  ${number} | ${written}\n  ${margin} | ${indent}${"^".repeat(width)}`;
};

/** A path as people see it: below the current folder relative to it. */
export const shownPath = (path: string, folder: string): string => {
  const short = relative(folder, path);
  return short.startsWith("..") || isAbsolute(short) ? path : short;
};
