import { closeSync, openSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { whyUnwritable } from "../files.ts";
import { CommandError, type CommandLine } from "./command-line.ts";

/** Where something is written, piece by piece. */
export interface Output {
  write(text: string): Promise<void>;
  close(): void;
}

/**
 * A file, or standard output if `out` names none. The file is made, or emptied, by the first write.
 *
 * @throws CommandError by a write, if the file cannot be written
 */
export const outputOf = (line: CommandLine, out: string | undefined): Output => {
  if (out === undefined) return { write: line.write, close: () => {} };
  const guard = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      throw new CommandError(`--out: cannot write ${out}: ${whyUnwritable(error)}`);
    }
  };
  let file: number | undefined;
  return {
    // A string may be written in part only.
    write: async (text) =>
      guard(() => {
        file ??= openSync(resolve(line.folder, out), "w");
        writeFileSync(file, text);
      }),
    close: () => {
      if (file !== undefined) closeSync(file);
    },
  };
};
