import type { CommandModule } from "yargs";
import type { CommandLine } from "../../scenarios/commands/command-line.ts";

/** The commands around real machines and what they leave behind. */
export const realCommands = (line: CommandLine): CommandModule[] => [
  {
    command: "pages <snapshot...>",
    describe: "Tell what the pages of Linux guests are used for, from images of their memory",
    builder: (yargs) =>
      yargs
        .positional("snapshot", {
          describe: "Raw image, dump-guest-memory ELF or migration stream",
          type: "string",
          array: true,
        })
        .option("format", { describe: "How", choices: ["text", "csv", "json"], default: "text", requiresArg: true }),
    handler: async (given) => (await import("./pages.ts")).pages(line, given as never),
  },
];
