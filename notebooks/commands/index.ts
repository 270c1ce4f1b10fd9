import type { CommandModule } from "yargs";
import type { CommandLine } from "../../scenarios/commands/command-line.ts";

/** The commands around notebooks. */
export const notebookCommands = (line: CommandLine): CommandModule[] => [
  {
    command: "notebooks <action> [name...]",
    describe: "Build the research notebooks into HTML files that need nothing else, or preview them",
    builder: (yargs) =>
      yargs
        .positional("action", { describe: "What to do", choices: ["build", "preview"] })
        .positional("name", { describe: "Only these [all]", type: "string", array: true })
        .option("out", {
          describe: "Folder for the files",
          type: "string",
          default: "results/runs/notebooks",
          requiresArg: true,
        })
        .option("port", { describe: "Where the preview listens", type: "number", default: 8137, requiresArg: true })
        .example("$0 notebooks build", "each notebook as one file, in results/runs/notebooks")
        .example("$0 notebooks preview", "shows them on this machine, built when they are asked for"),
    handler: async (given) => (await import("./notebooks.ts")).notebooks(line, given as never),
  },
];
