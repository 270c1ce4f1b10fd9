import type { CommandModule } from "yargs";
import type { CommandLine } from "./command-line.ts";
import { limit, withResults, withScenario } from "./options.ts";

/** The commands around studies: sweeps whose runs are kept in a folder. */
export const studyCommands = (line: CommandLine): CommandModule[] => [
  {
    command: "plan <scenario>",
    describe: "Tell which runs a scenario asks for, and with --results which of them are done",
    builder: (yargs) =>
      withScenario(yargs)
        .option("seed", { describe: "Seed of all random numbers", type: "string", requiresArg: true })
        .option("replications", { describe: "Independent runs of each point", type: "string", requiresArg: true })
        .option("results", { describe: "Keep the plan in this folder", type: "string", requiresArg: true })
        .option("json", { describe: "Print the plan as JSON", type: "boolean" }),
    handler: async (given) => (await import("./plan.ts")).plan(line, given as never),
  },
  {
    command: "shard <results> <chunk>",
    describe: "Run what is missing of one chunk of a planned study",
    builder: (yargs) =>
      withResults(yargs)
        .positional("chunk", { describe: "Which, counted from 0", type: "number" })
        .option("retry-failed", { describe: "Run what has failed once more", type: "boolean" })
        .option("time-limit", limit("Wall-clock time of one run, such as 10m"))
        .option("memory-limit", limit("Memory of one run, such as 2GiB"))
        .option("workers", { describe: "Threads", type: "number", requiresArg: true }),
    handler: async (given) => (await import("./shard.ts")).shard(line, given as never),
  },
  {
    command: "status <results>",
    describe: "Tell how much of a study is done",
    builder: (yargs) => withResults(yargs).option("json", { describe: "Print it as JSON", type: "boolean" }),
    handler: async (given) => (await import("./status.ts")).status(line, given as never),
  },
  {
    command: "explain <results>",
    describe: "Tell why a run of a study is done, failed, stale or missing",
    builder: (yargs) =>
      withResults(yargs)
        .option("run", { describe: "The run, by its identity", type: "string", requiresArg: true })
        .option("at", {
          describe: "Or its point, such as snapshot.interval=30s",
          type: "string",
          array: true,
          nargs: 1,
          default: [],
        })
        .option("replication", { describe: "And replication, from 0", type: "number", default: 0, requiresArg: true }),
    handler: async (given) => (await import("./explain.ts")).explain(line, given as never),
  },
  {
    command: "table <results>",
    describe: "Print the figures of a study with confidence intervals, without running anything",
    builder: (yargs) =>
      withResults(yargs)
        .option("only", {
          describe: "Columns, such as availability,rpo* or all",
          type: "string",
          array: true,
          requiresArg: true,
        })
        .option("format", { describe: "How", choices: ["text", "csv", "json"], default: "text", requiresArg: true }),
    handler: async (given) => (await import("./table.ts")).table(line, given as never),
  },
  {
    command: "compare <results>",
    describe: "Compare the values of a swept key in a study, run by run on the same random numbers",
    builder: (yargs) =>
      withResults(yargs)
        .option("over", { describe: "The key [the only one that is swept]", type: "string", requiresArg: true })
        .option("of", { describe: "The column", type: "string", default: "workRatio", requiresArg: true })
        .option("with", {
          describe: "The value that all are compared with [the best]",
          type: "string",
          requiresArg: true,
        })
        .option("json", { describe: "Print it as JSON", type: "boolean" }),
    handler: async (given) => (await import("./compare.ts")).compare(line, given as never),
  },
  {
    command: "plot <results>",
    describe: "Draw a study: curves, heat maps, Pareto fronts, distributions, what takes the lost time",
    builder: (yargs) =>
      withResults(yargs)
        .option("kind", {
          describe: "Which chart",
          choices: ["curve", "heat", "pareto", "cdf", "downtime"],
          default: "curve",
          requiresArg: true,
        })
        .option("x", { describe: "A swept key, or a column [the first key]", type: "string", requiresArg: true })
        .option("y", { describe: "Columns, such as availability,rpo*", type: "string", array: true, requiresArg: true })
        .option("series", {
          describe: "The key of the series; of a heat map, the other side [all keys that are left]",
          type: "string",
          requiresArg: true,
        })
        .option("panel", { describe: "The key that has a panel for each value", type: "string", requiresArg: true })
        .option("at", {
          describe: "Only points with this value, such as snapshot.interval=30s",
          type: "string",
          array: true,
          nargs: 1,
          default: [],
        })
        .option("x-scale", { describe: "Scale of x [by its range]", choices: ["linear", "log"], requiresArg: true })
        .option("y-scale", {
          describe: "Scale of y; nines: what is lost, on a logarithmic one",
          choices: ["linear", "log", "nines"],
          requiresArg: true,
        })
        .option("format", {
          describe: "Files, beside the figures as JSON",
          choices: ["svg", "png", "html"],
          type: "string",
          array: true,
          default: ["svg", "png", "html"],
          requiresArg: true,
        })
        .option("name", { describe: "Name of the files [study and kind]", type: "string", requiresArg: true })
        .option("out", {
          describe: "Folder of the files",
          type: "string",
          default: "results/runs/plots",
          requiresArg: true,
        }),
    handler: async (given) => (await import("./plot.ts")).plot(line, given as never),
  },
  {
    command: "report <results>",
    describe: "Write one HTML file of a study: figures, tables, every parameter with its source, how to reproduce it",
    builder: (yargs) =>
      withResults(yargs)
        .option("only", {
          describe: "Columns of the table, such as availability,rpo* or all",
          type: "string",
          array: true,
          requiresArg: true,
        })
        .option("out", { describe: "The file [report.html in the folder]", type: "string", requiresArg: true }),
    handler: async (given) => (await import("./report.ts")).report(line, given as never),
  },
];
