#!/usr/bin/env node
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { notebookCommands } from "./notebooks/commands/index.ts";
import { realCommands } from "./real/commands/index.ts";
import { CommandError, type CommandLine, scenarioCommands } from "./scenarios/commands/index.ts";
import { usageFault } from "./scenarios/commands/usage-fault.ts";
import { diskFiles } from "./scenarios/files.ts";

/** By which a user, or what runs commands for one, ends a command in order. */
const interrupts = ["SIGINT", "SIGTERM"] as const;

const line: CommandLine = {
  print: (text) => process.stdout.write(`${text}\n`),
  write: (text) => new Promise((resolve) => process.stdout.write(text, () => resolve())),
  progress: process.stderr,
  clock: () => performance.now() / 1000,
  folder: process.cwd(),
  files: diskFiles,
  cores: availableParallelism(),
  self: [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url)],
  onInterrupt: (call) => {
    for (const signal of interrupts) process.once(signal, call);
    return () => {
      for (const signal of interrupts) process.off(signal, call);
    };
  },
};

/** Errors about the input explain themselves: no stack, no help. */
const explained = [
  "ScenarioError",
  "NoScenarioError",
  "StudyError",
  "BrokenTable",
  "UnknownPrecisionError",
  "SlurmError",
  "NotebookError",
  CommandError.name,
];

const usageError = 2;

/** Names of the options of the command at hand, by its help, which is what yargs gives to those whom it tells of a fault. */
const optionNames = (usage: unknown): string[] =>
  [...(usage as { help(): string }).help().matchAll(/^ +(?:-\w, )?--([\w-]+)/gm)].map(([, name]) => name!);

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

const words = hideBin(process.argv);
const commands = [...scenarioCommands(line), ...realCommands(line), ...notebookCommands(line)];

try {
  await yargs(words)
    .scriptName("snapback")
    .usage("$0 <command>\n\nHow should clusters of virtual machines be snapshotted, stored and restored?")
    .command(commands)
    .completion("completion", "Print a script that completes commands in your shell")
    .demandCommand(1, "Name a command, such as snapback start")
    .strict()
    .recommendCommands()
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .fail((message, error, usage) => {
      // What yargs itself has to say about the arguments is a message like any other.
      if (error && error.name !== "YError") throw error;
      const written = [...commands.flatMap(({ command }) => command ?? []), "completion"];
      console.error(usageFault(message, { words, commands: written, options: optionNames(usage) }));
      process.exit(usageError);
    })
    .parseAsync();
} catch (error) {
  const known = error instanceof Error && explained.includes(error.name);
  console.error(known ? (error as Error).message : error);
  process.exitCode = 1;
}
