import type { CommandModule } from "yargs";

/** What a command's options are added to. */
export type Yargs = Parameters<Extract<CommandModule["builder"], (...given: never[]) => unknown>>[0];

export const withResults = (yargs: Yargs): Yargs =>
  yargs.positional("results", { describe: "Folder of the study", type: "string" });

export const limit = (describe: string) => ({ describe, type: "string", requiresArg: true }) as const;

export const withFigureOptions = (yargs: Yargs, out: string): Yargs =>
  yargs
    .option("out", { describe: "Folder of the figure", type: "string", default: out, requiresArg: true })
    .option("replications", { describe: "Independent runs of each point", type: "string", requiresArg: true })
    .option("workers", { describe: "Threads; 1 uses none", type: "number", requiresArg: true });

export const withSearch = (yargs: Yargs): Yargs =>
  yargs
    .option("seed", { describe: "Seed of all random numbers", type: "string", requiresArg: true })
    .option("replications", { describe: "Independent runs of each value", type: "string", requiresArg: true })
    .option("workers", { describe: "Threads; 1 uses none", type: "number", requiresArg: true })
    .option("json", { describe: "Print the results as JSON", type: "boolean" });

export const withScenario = (yargs: Yargs): Yargs =>
  withOverrides(yargs.positional("scenario", { describe: "Path or built-in name", type: "string" }));

export const withOverrides = (yargs: Yargs): Yargs =>
  yargs.option("set", {
    describe: "Set one value, such as snapshot.interval=30s",
    type: "string",
    array: true,
    nargs: 1,
    default: [],
  });
