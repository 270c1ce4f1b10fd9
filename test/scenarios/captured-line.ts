import type { CommandLine } from "../../scenarios/commands/command-line.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { snapbackArgs } from "../runner/command.ts";

/** A command line in a folder, with what is written to it. */
export interface Captured {
  readonly line: CommandLine;
  readonly out: () => string;
  readonly err: () => string;
}

export const capturedLine = (folder: string): Captured => {
  let [out, err] = ["", ""];
  const progress = { isTTY: false, write: (text: string) => (err += text) };
  const line: CommandLine = {
    print: (text) => {
      out += `${text}\n`;
    },
    write: async (text) => {
      out += text;
    },
    progress: progress as unknown as NodeJS.WriteStream,
    clock: () => 0,
    folder,
    files: diskFiles,
    cores: 1,
    self: [process.execPath, ...snapbackArgs()],
    onInterrupt: () => () => {},
  };
  return { line, out: () => out, err: () => err };
};
