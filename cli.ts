#!/usr/bin/env node
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { notebookCommands } from "./notebooks/commands/index.ts";
import { realCommands } from "./real/commands/index.ts";
import { CommandError, type CommandLine, scenarioCommands } from "./scenarios/commands/index.ts";
import { diskFiles } from "./scenarios/files.ts";

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
    process.once("SIGINT", call);
    return () => process.off("SIGINT", call);
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

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

try {
  await yargs(hideBin(process.argv))
    .scriptName("snapback")
    .usage("$0 <command>\n\nHow should clusters of virtual machines be snapshotted, stored and restored?")
    .command([...scenarioCommands(line), ...realCommands(line), ...notebookCommands(line)])
    .completion("completion", "Print a script that completes commands in your shell")
    .demandCommand(1, "Name a command; snapback --help lists them")
    .strict()
    .recommendCommands()
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .fail((message, error) => {
      // What yargs itself has to say about the arguments is a message like any other.
      if (error && error.name !== "YError") throw error;
      console.error(`snapback: ${message}\nsnapback --help shows how commands are used`);
      process.exit(usageError);
    })
    .parseAsync();
} catch (error) {
  const known = error instanceof Error && explained.includes(error.name);
  console.error(known ? (error as Error).message : error);
  process.exitCode = 1;
}
