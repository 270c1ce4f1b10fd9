import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Picture } from "../../results/charts/render.ts";
import { CommandError, type CommandLine } from "../commands/command-line.ts";
import { whyUnwritable } from "../files.ts";
import { type LoadedScenario, loadScenario } from "../load.ts";
import { setTo } from "../text/override.ts";

/** What a figure is told on the command line. */
export interface FigureArguments {
  readonly out: string;
  readonly replications?: string;
  readonly workers?: number;
}

/** Simulates, draws, and says what the picture means. */
export type Figure = (line: CommandLine, given: FigureArguments) => Promise<void>;

/** The figures that come with the product; each is the answer to a question. */
export const figures: { readonly [name: string]: { readonly about: string; readonly load: () => Promise<Figure> } } = {
  "availability-vs-interval": {
    about: "How often should a cluster be snapshotted? Availability and useful work under real failures",
    load: async () => (await import("./availability-vs-interval.ts")).availabilityVsInterval,
  },
  "second-level-snapshots": {
    about: "Can a cluster be snapshotted each second? Achieved interval, loss, pause and age by capture and record",
    load: async () => (await import("./second-level-snapshots.ts")).secondLevelSnapshots,
  },
  "page-aware-copies": {
    about: "Do page-aware copies save 70 % of the space, and do restores suffer? By policy, page mix and failures",
    load: async () => (await import("./page-aware-copies.ts")).pageAwareCopies,
  },
  "rolling-back": {
    about: "What do multicast and placement save at a rollback? By similarity, cluster, network and way of transfer",
    load: async () => (await import("./rolling-back.ts")).rollingBack,
  },
};

/** A scenario of a figure, with changes written as on the command line. */
export const loadForFigure = (
  { files, folder }: CommandLine,
  name: string,
  set: readonly string[],
  { replications }: FigureArguments,
): LoadedScenario => {
  const all = [...set, ...(replications === undefined ? [] : [`replications=${replications}`])];
  return loadScenario(name, { files, folder, overrides: all.map((text) => setTo("--set", text)) });
};

/** Writes a picture and the numbers in it to the folder that was asked for, and prints where they are. */
export const writeFigure = (
  line: CommandLine,
  given: Pick<FigureArguments, "out">,
  name: string,
  { png, svg }: Picture,
  numbers: object,
): void => writeFiles(line, given, name, { png, svg, json: `${JSON.stringify(numbers, null, 2)}\n` });

/** Writes files of one name with these endings. @throws CommandError where nothing can be written */
export const writeFiles = (
  line: CommandLine,
  { out }: Pick<FigureArguments, "out">,
  name: string,
  files: { readonly [ending: string]: string | Uint8Array },
): void => {
  const folder = resolve(line.folder, out);
  try {
    mkdirSync(folder, { recursive: true });
    for (const [ending, content] of Object.entries(files)) {
      const file = join(folder, `${name}.${ending}`);
      writeFileSync(file, content);
      line.print(relative(line.folder, file));
    }
  } catch (error) {
    throw new CommandError(`--out: cannot write into ${folder}: ${whyUnwritable(error)}`);
  }
};
