import type { CommandModule } from "yargs";
import { catalogueKinds } from "../text/slots.ts";
import type { CommandLine } from "./command-line.ts";
import { withExamples } from "./examples.ts";
import { limit, withFigureOptions, withOverrides, withScenario, withSearch } from "./options.ts";
import { studyCommands } from "./study-commands.ts";

export { CommandError, type CommandLine } from "./command-line.ts";

/** The commands around scenarios. What they run is loaded when they run, so that help and completion stay quick. */
export const scenarioCommands = (line: CommandLine): CommandModule[] => withExamples(commandsOf(line));

const commandsOf = (line: CommandLine): CommandModule[] => [
  {
    command: "start",
    describe: "The main job: availability and useful work against the snapshot interval, as a figure",
    builder: (yargs) => withFigureOptions(yargs, "results/runs/start"),
    handler: async (given) => (await import("./figure.ts")).start(line, given as never),
  },
  {
    command: "figure [name]",
    describe: "Simulate and draw one of the figures that come with the product; without a name, list them",
    builder: (yargs) =>
      withFigureOptions(yargs.positional("name", { describe: "Which figure", type: "string" }), "results/runs/figures"),
    handler: async (given) => (await import("./figure.ts")).figure(line, given as never),
  },
  {
    command: "check <scenario...>",
    describe: "Check scenarios: everything that is wrong, each at its line",
    builder: (yargs) =>
      withOverrides(yargs.positional("scenario", { describe: "Path or built-in name", type: "string", array: true })),
    handler: async (given) => (await import("./check.ts")).check(line, given as never),
  },
  {
    command: "show <scenario>",
    describe: "Print a whole scenario with all defaults, and where each value is from",
    builder: (yargs) => withScenario(yargs),
    handler: async (given) => (await import("./show.ts")).show(line, given as never),
  },
  {
    command: "catalogue [kind]",
    describe: "List the workloads, hardware, costs, policies and laws that scenarios can name",
    builder: (yargs) => yargs.positional("kind", { describe: "Only these", type: "string", choices: catalogueKinds }),
    handler: async (given) => (await import("./catalogue.ts")).catalogue(line, given as never),
  },
  {
    command: "schema",
    describe: "Print the JSON Schema of scenario files, for editors",
    handler: async () => (await import("./schema.ts")).schema(line),
  },
  {
    command: "run <scenario>",
    describe: "Simulate a scenario and print its figures with confidence intervals",
    builder: (yargs) =>
      withScenario(yargs)
        .option("seed", { describe: "Seed of all random numbers", type: "string", requiresArg: true })
        .option("replications", { describe: "Independent runs of each point", type: "string", requiresArg: true })
        .option("replication", { describe: "Only this replication, counted from 0", type: "number", requiresArg: true })
        .option("only", {
          describe: "Columns, such as availability,rpo* or all",
          type: "string",
          array: true,
          requiresArg: true,
        })
        .option("json", { describe: "Print the results as JSON", type: "boolean" })
        .option("results", {
          describe: "Keep every run in this folder, and run what it does not have",
          type: "string",
          requiresArg: true,
        })
        .option("retry-failed", { describe: "Run what has failed once more", type: "boolean" })
        .option("fail-fast", { describe: "End at the first run that fails", type: "boolean" })
        .option("time-limit", limit("Wall-clock time of one run, such as 10m"))
        .option("memory-limit", limit("Memory of one run, such as 2GiB"))
        .option("workers", { describe: "Threads; 1 uses none", type: "number", requiresArg: true })
        .option("executor", {
          describe: "Who runs it: this machine, or Slurm with a task for each chunk [local]",
          choices: ["local", "slurm"],
          requiresArg: true,
        })
        .option("slurm", {
          describe: "An option of sbatch, such as --slurm=--partition=short",
          type: "string",
          array: true,
          nargs: 1,
        })
        .option("detach", { describe: "Do not wait for what Slurm runs", type: "boolean" })
        .conflicts("replication", "replications")
        .conflicts("replication", "results"),
    handler: async (given) => (await import("./run.ts")).run(line, given as never),
  },
  ...studyCommands(line),
  {
    command: "loss <scenario>",
    describe: "How likely it is that pages of a snapshot are lost for good, however rarely",
    builder: (yargs) =>
      withScenario(yargs)
        .option("mission", { describe: "Time within which", type: "string", default: "1y", requiresArg: true })
        .option("estimator", {
          describe: "How it is estimated; auto: by a pilot",
          choices: ["auto", "direct", "importance", "splitting"],
          default: "auto",
          requiresArg: true,
        })
        .option("relative-error", {
          describe: "Standard error at which it ends",
          type: "string",
          default: "5%",
          requiresArg: true,
        })
        .option("max-time", {
          describe: "Time that it may take, for all together",
          type: "string",
          default: "1m",
          requiresArg: true,
        })
        .option("seed", { describe: "Seed of all random numbers", type: "string", requiresArg: true })
        .option("json", { describe: "Print the results as JSON", type: "boolean" }),
    handler: async (given) => (await import("./loss.ts")).loss(line, given as never),
  },
  {
    command: "saving [scenario]",
    describe: "Which page mixes a claimed saving needs, and what the storage policies save on a scenario's mix",
    builder: (yargs) =>
      withScenario(yargs)
        .option("target", { describe: "The saving", type: "string", default: "70%", requiresArg: true })
        .option("copies", { describe: "Copies that are saved", type: "number", default: 3, requiresArg: true })
        .option("json", { describe: "Print the results as JSON", type: "boolean" }),
    handler: async (given) => (await import("./saving.ts")).saving(line, given as never),
  },
  {
    command: "optimum <scenario>",
    describe: "Find the value of a key, such as the snapshot interval, at which a column is best",
    builder: (yargs) =>
      withSearch(withScenario(yargs))
        .option("of", { describe: "The column", type: "string", default: "workRatio", requiresArg: true })
        .option("over", { describe: "The key [the one that is swept]", type: "string", requiresArg: true })
        .option("from", { describe: "Where to begin [where the sweep does]", type: "string", requiresArg: true })
        .option("to", { describe: "Where to end [where the sweep does]", type: "string", requiresArg: true })
        .option("goal", {
          describe: "What is best [highest for parts of time, lowest for costs]",
          choices: ["highest", "lowest"],
          requiresArg: true,
        })
        .option("method", {
          describe: "How to choose where to look",
          choices: ["gaussian-process", "golden"],
          default: "gaussian-process",
          requiresArg: true,
        })
        .option("evaluations", {
          describe: "Values to simulate, at most",
          type: "number",
          default: 20,
          requiresArg: true,
        }),
    handler: async (given) => (await import("./optimum.ts")).optimum(line, given as never),
  },
  {
    command: "literature",
    describe: "Set what formulas and publications say beside what is computed and simulated here",
    builder: (yargs) =>
      yargs
        .option("only", { describe: "These, such as multicast-1", type: "string", array: true, requiresArg: true })
        .option("workers", { describe: "Threads to run on [all cores]", type: "number", requiresArg: true })
        .option("format", {
          describe: "How",
          choices: ["text", "markdown", "json"],
          default: "text",
          requiresArg: true,
        }),
    handler: async (given) => (await import("./literature.ts")).literature(line, given as never),
  },
  {
    command: "solve <scenario>",
    describe: "Find the value of a key at which a column meets a target, or saves a part against other settings",
    builder: (yargs) =>
      withSearch(withScenario(yargs))
        .option("of", { describe: "The column", type: "string", demandOption: true, requiresArg: true })
        .option("target", { describe: "What it is to be, such as 30s", type: "string", requiresArg: true })
        .option("saves", { describe: "What it is to save, such as 40%", type: "string", requiresArg: true })
        .option("against", {
          describe: "With --saves: settings of what it is compared with",
          type: "string",
          array: true,
          requiresArg: true,
        })
        .option("over", { describe: "The key [the one that is swept]", type: "string", requiresArg: true })
        .option("from", { describe: "Where to begin [where the sweep does]", type: "string", requiresArg: true })
        .option("to", { describe: "Where to end [where the sweep does]", type: "string", requiresArg: true })
        .option("evaluations", {
          describe: "Values to simulate, at most",
          type: "number",
          default: 16,
          requiresArg: true,
        })
        .option("grid", {
          describe: "Values evenly over the range that show whether the target is met once",
          type: "number",
          default: 5,
          requiresArg: true,
        })
        .option("csv", { describe: "Print the values that were simulated as CSV", type: "boolean" }),
    handler: async (given) => (await import("./solve.ts")).solve(line, given as never),
  },
  {
    command: "sensitivity <scenario>",
    describe: "Find which keys a column depends on, and how much, within their ranges",
    builder: (yargs) =>
      withSearch(withScenario(yargs))
        .option("of", { describe: "The column", type: "string", default: "workRatio", requiresArg: true })
        .option("factor", {
          describe: "A key and its range, such as snapshot.interval=10s..1h",
          type: "string",
          array: true,
          nargs: 1,
          default: [],
        })
        .option("method", {
          describe: "Effects one by one, or parts of the variance",
          choices: ["morris", "sobol"],
          default: "morris",
          requiresArg: true,
        })
        .option("points", { describe: "Trajectories, or points", type: "number", default: 16, requiresArg: true }),
    handler: async (given) => (await import("./sensitivity.ts")).sensitivity(line, given as never),
  },
  {
    command: "trace <scenario>",
    describe: "Print what happens in one run, event by event",
    builder: (yargs) =>
      withScenario(yargs)
        .option("seed", { describe: "Seed of all random numbers", type: "string", requiresArg: true })
        .option("replication", { describe: "Which run, from 0", type: "number", default: 0, requiresArg: true })
        .option("domain", {
          describe: "Which contention domain, from 0",
          type: "number",
          default: 0,
          requiresArg: true,
        })
        .option("from", { describe: "Where the window begins", type: "string", default: "0s", requiresArg: true })
        .option("to", { describe: "Where it ends [an hour later]", type: "string", requiresArg: true })
        .option("format", {
          describe: "For people, for ui.perfetto.dev, a line of JSON for each event, or a page to look into",
          choices: ["text", "perfetto", "jsonl", "html"],
          default: "text",
          requiresArg: true,
        })
        .option("html", { describe: "Write one page to look into and to play [timeline.html]", type: "string" })
        .option("only", {
          describe: "Kinds of events, clusters, VMs and hosts, such as 'snapshot,rollback,host 3'",
          type: "string",
          array: true,
          requiresArg: true,
        })
        .option("out", { describe: "Write to this file", type: "string", requiresArg: true }),
    handler: async (given) => (await import("./trace.ts")).trace(line, given as never),
  },
];
