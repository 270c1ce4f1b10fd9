import { resolve } from "node:path";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import { MemoryImageError } from "../pages/image-error.ts";
import { withImage } from "../pages/open-image.ts";
import { pageTypeOf } from "../pages/page-classes.ts";
import { pageMixCsv } from "../pages/page-mix.ts";
import { SeenContents } from "../pages/seen-contents.ts";
import { type Survey, survey } from "../pages/survey.ts";

interface PagesArguments {
  readonly snapshot: readonly string[];
  readonly format: "text" | "csv" | "json" | "mix";
}

/** What the frames of guests are used for, and which hold zeros or what another holds. */
export const pages = (line: CommandLine, { snapshot, format }: PagesArguments): void => {
  const seen = new SeenContents();
  try {
    const surveys = snapshot.map((name, machine) => ({
      ...withImage(resolve(line.folder, name), (image) => survey(image, machine, seen)),
      file: name,
    }));
    line.print(printed[format](surveys));
  } catch (error) {
    throw error instanceof MemoryImageError ? new CommandError(error.message) : error;
  }
};

const header = ["class", "type", "frames", "zero", "inside", "across"];

const rows = ({ classes }: Survey): string[][] =>
  classes.map((one) => [
    one.class,
    pageTypeOf[one.class],
    ...[one.frames, one.zero, one.inside, one.across].map(String),
  ]);

const asJson = (surveys: readonly Survey[]): string =>
  JSON.stringify(
    surveys.map((one) => ({ ...one, classes: one.classes.map((each) => ({ ...each, type: pageTypeOf[each.class] })) })),
    null,
    2,
  );

const asCsv = (surveys: readonly Survey[]): string =>
  [["file", ...header], ...surveys.flatMap((one) => rows(one).map((row) => [one.file, ...row]))]
    .map((row) => row.map((cell) => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(","))
    .join("\n");

/** A mix is that of one guest, the last; those before it are what it is compared with. */
const asMix = (surveys: readonly Survey[]): string => pageMixCsv(surveys.at(-1)!);

const asText = (one: Survey): string => {
  const table = [header, ...rows(one)];
  const widths = header.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
  const lines = table.map((row) =>
    row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "),
  );
  // What a kernel calls itself is the guest's own text: nothing of it reaches a terminal but printable characters.
  return [
    `${one.file}: Linux ${one.release.replace(/[^\x20-\x7e]/g, "?")}, ${one.frames} frames of 4 KiB`,
    ...lines,
  ].join("\n");
};

const printed = {
  text: (surveys: readonly Survey[]) => surveys.map(asText).join("\n\n"),
  csv: asCsv,
  json: asJson,
  mix: asMix,
} satisfies Record<PagesArguments["format"], (surveys: readonly Survey[]) => string>;
