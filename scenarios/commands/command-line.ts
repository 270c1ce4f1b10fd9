import type { Files } from "../files.ts";

/** What a command needs of the world around it; made at the top and passed down. */
export interface CommandLine {
  /** Writes a line to standard output. */
  readonly print: (text: string) => void;
  /** Writes to standard output what need not be whole lines; to be awaited, so that a slow reader sets the pace. */
  readonly write: (text: string) => Promise<void>;
  /** Standard error, for progress. */
  readonly progress: NodeJS.WriteStream;
  /** Seconds from any origin. */
  readonly clock: () => number;
  /** Absolute path of the current folder. */
  readonly folder: string;
  readonly files: Files;
  /** Cores that may be used. */
  readonly cores: number;
  /** Words that start this program anew. */
  readonly self: readonly string[];
  /** Calls back when the user interrupts, once, instead of ending the process; returns what takes that back. */
  readonly onInterrupt: (call: () => void) => () => void;
}

/** Something about the input that stops a command: its message is all that is printed. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** @throws CommandError unless `workers` is left out or a number of threads */
export const checkWorkers = (workers: number | undefined): void => {
  if (workers === undefined || (Number.isSafeInteger(workers) && workers >= 1)) return;
  throw new CommandError("--workers: expected a whole number from 1 on");
};
