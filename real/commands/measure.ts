import { appendFileSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import type { CaptureMode } from "../capture/capture-modes.ts";
import { readInventory } from "../inventory/read-inventory.ts";
import { type CaptureStudy, captureGuest, hotPages, turnsOf } from "../study/capture-study.ts";
import {
  type MeasuredCapture,
  measuredHead,
  measuredLine,
  readMeasured,
  settingOf,
} from "../study/measured-capture.ts";
import { rowsIn } from "../study/row-file.ts";
import { TestbedError } from "../testbed-error.ts";
import { type ReadyHosts, withHosts } from "./with-hosts.ts";

interface MeasureArguments {
  readonly inventory: string;
  readonly out: string;
  readonly mode: readonly CaptureMode[];
  readonly memory: readonly number[];
  readonly writes: readonly number[];
  readonly hot: number;
  readonly repetitions: number;
  readonly seed: number;
}

/** Takes captures of real guests, in random order, and adds them to a file as they come; one that was killed goes on. */
export const measure = async (line: CommandLine, given: MeasureArguments): Promise<void> => {
  const study = studyOf(given);
  const out = resolve(line.folder, given.out);
  try {
    const done = doneIn(given.out, out);
    const inventory = readInventory(line.files, given.inventory, line.folder);
    await withHosts(line, inventory, (ready) => take(line, ready, study, { out, done }), {
      next: "; the same command goes on from here",
    });
    const rows = readMeasured(given.out, readFileSync(out, "utf8"));
    const corrupt = rows.filter(({ state }) => state === "corrupt");
    line.print(`${given.out}: ${rows.length} captures, ${rows.length - corrupt.length} verified`);
    for (const one of corrupt.slice(0, 5)) line.print(`  ${settingOf(one)}: ${one.reason}`);
    for (const untrusted of untrustedModes(rows)) line.print(untrusted);
  } catch (error) {
    throw error instanceof TestbedError ? new CommandError(error.message) : error;
  }
};

/** Modes of which a capture was corrupt: there is no telling which will be the next. */
const untrustedModes = (rows: readonly MeasuredCapture[]): string[] =>
  [...new Set(rows.map(({ mode, accelerator }) => `${mode} under ${accelerator}`))].flatMap((name) => {
    const own = rows.filter(({ mode, accelerator }) => `${mode} under ${accelerator}` === name);
    const corrupt = own.filter(({ state }) => state === "corrupt").length;
    return corrupt === 0
      ? []
      : [
          `unsupported: ${name}: ${corrupt} of ${own.length} captures are not of one moment; use another mode, or verify each`,
        ];
  });

/** @throws CommandError for a study that cannot be */
const studyOf = ({ mode, memory, writes, hot, repetitions, seed }: MeasureArguments): CaptureStudy => {
  const whole = (option: string, values: readonly number[], least: number, most: number): void => {
    for (const value of values)
      if (!(Number.isSafeInteger(value) && value >= least && value <= most))
        throw new CommandError(`--${option}: expected whole numbers from ${least} to ${most}, got ${value}`);
  };
  whole("memory", memory, 96, 2816);
  whole("writes", writes, 0, 10_000_000);
  whole("repetitions", [repetitions], 1, 1000);
  whole("seed", [seed], 0, 1e6);
  if (!(hot > 0 && hot <= 0.6)) throw new CommandError(`--hot: expected a part of the memory up to 0.6, got ${hot}`);
  return { modes: mode, memories: memory, writes, hot, repetitions, seed };
};

const key = (setting: string, repetition: number): string => `${setting}, repetition ${repetition}`;

/** What a file has already. */
const doneIn = (name: string, out: string): Set<string> =>
  new Set(
    rowsIn(out, measuredHead, (text) => readMeasured(name, text)).map((row) => key(settingOf(row), row.repetition)),
  );

interface Taking {
  readonly out: string;
  readonly done: ReadonlySet<string>;
}

/** Takes what is not done yet, on the first host. */
const take = async (
  line: CommandLine,
  { agents: [agent], image, accelerator }: ReadyHosts,
  study: CaptureStudy,
  { out, done }: Taking,
): Promise<void> => {
  const turns = turnsOf(study);
  let order = 0;
  for (const [i, turn] of turns.entries()) {
    const first = order;
    order += turn.modes.length;
    const isDone = (mode: CaptureMode): boolean => {
      const setting = {
        mode,
        memory: turn.memory * 2 ** 20,
        hotPages: hotPages(study, turn.memory),
        writes: turn.writes,
      };
      return done.has(key(settingOf(setting), turn.repetition));
    };
    const modes = turn.modes.filter((mode) => !isDone(mode));
    if (modes.length === 0) continue;
    line.progress.write(`guest ${i + 1} of ${turns.length}: ${turn.memory} MiB, ${turn.writes} writes a second\n`);
    for await (const row of captureGuest(agent!, image, accelerator, study, { ...turn, modes }, first))
      appendFileSync(out, measuredLine(row));
  }
};
