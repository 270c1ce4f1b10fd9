import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { align } from "../../scenarios/align.ts";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import { losses, wayOf } from "../drop/losses.ts";
import { captureForLosses, losingWorkload, survive } from "../drop/survival.ts";
import { readSurvivals, type SurvivalRow, survivalHead, survivalLine, survivalTable } from "../drop/survival-rows.ts";
import { HostedGuest } from "../guest/hosted-guest.ts";
import { readInventory } from "../inventory/read-inventory.ts";
import { TestbedError } from "../testbed-error.ts";
import { type ReadyHosts, withHosts } from "./with-hosts.ts";

interface SurviveArguments {
  readonly inventory: string;
  readonly out: string;
  readonly memory: number;
  readonly repetitions: number;
  readonly seconds: number;
}

/** Restores real guests without pages of each class, and tells which of them they survive without; one that was killed goes on. */
export const surviveCommand = async (line: CommandLine, given: SurviveArguments): Promise<void> => {
  const { memory, repetitions, seconds } = given;
  if (!(Number.isSafeInteger(memory) && memory >= 128 && memory <= 2816))
    throw new CommandError(`--memory: expected whole MiB from 128 to 2816, got ${memory}`);
  if (!(Number.isSafeInteger(repetitions) && repetitions >= 1 && repetitions <= 1000))
    throw new CommandError(`--repetitions: expected 1 to 1000, got ${repetitions}`);
  if (!(seconds >= 0 && seconds <= 3600)) throw new CommandError(`--seconds: expected 0 to 3600, got ${seconds}`);
  const out = resolve(line.folder, given.out);
  try {
    const done = doneIn(given.out, out);
    const inventory = readInventory(line.files, given.inventory, line.folder);
    await withHosts(line, inventory, (ready) => study(line, ready, given, { out, done }), {
      next: "; the same command goes on from here",
    });
    line.print(align(survivalTable(readSurvivals(given.out, readFileSync(out, "utf8")))));
  } catch (error) {
    throw error instanceof TestbedError ? new CommandError(error.message) : error;
  }
};

const keyOf = ({ seed, memory, pages, instead }: Pick<SurvivalRow, "seed" | "memory" | "pages" | "instead">): string =>
  [seed, memory, pages, instead].join("\n");

/** What a file has already; one that is new gets its head. */
const doneIn = (name: string, out: string): Set<string> => {
  if (!existsSync(out)) {
    writeFileSync(out, survivalHead);
    return new Set();
  }
  const text = readFileSync(out, "utf8");
  // The last line of a run that was killed may be half.
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const rows = readSurvivals(name, whole);
  if (whole !== text) writeFileSync(out, whole);
  return new Set(rows.map(keyOf));
};

/** On the first host, a guest after the other. */
const study = async (
  line: CommandLine,
  { agents: [agent], image, accelerator }: ReadyHosts,
  { memory, repetitions, seconds }: SurviveArguments,
  { out, done }: { readonly out: string; readonly done: ReadonlySet<string> },
): Promise<void> => {
  for (let seed = 1; seed <= repetitions; seed++) {
    const left = losses.filter((loss) => !done.has(keyOf({ seed, memory, pages: loss.name, instead: wayOf(loss) })));
    if (left.length === 0) continue;
    const spec = { accelerator, memory, cores: 1, workload: losingWorkload(memory, seed) };
    const guest = await HostedGuest.start(agent!, image, `s${seed}`, spec);
    const files: string[] = [];
    try {
      const cut = await captureForLosses(guest, files);
      for (const loss of left) {
        line.progress.write(`guest ${seed} of ${repetitions}: ${loss.name} (${wayOf(loss)})\n`);
        const survived = await survive(cut, loss, seconds);
        const row = { seed, memory, accelerator, pages: loss.name, instead: wayOf(loss), ...survived };
        appendFileSync(out, survivalLine(row));
      }
    } finally {
      await guest.stop();
      for (const name of files) await agent!.ask("removeFile", { name }, 10_000).catch(() => {});
    }
  }
};
