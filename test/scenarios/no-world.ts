import type { CommandLine } from "../../scenarios/commands/command-line.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { folder } from "./overlay.ts";

/** A command line that shows nothing and whose clock stands. */
export const noWorld: CommandLine = {
  print: () => undefined,
  write: () => Promise.resolve(),
  progress: process.stderr,
  clock: () => 0,
  folder,
  files: diskFiles,
  cores: 1,
  self: [],
  onInterrupt: () => () => {},
};
