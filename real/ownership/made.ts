import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TestbedError } from "../testbed-error.ts";
import type { ProcessId } from "./processes.ts";

/** What is made besides files: devices, bridges, taps and queues lie in a namespace and end with it. */
export type Thing = ({ readonly kind: "process" } & ProcessId) | { readonly kind: "namespace"; readonly name: string };

const nameOf = (thing: Thing): string =>
  thing.kind === "process" ? `process,${thing.pid},${thing.start}` : `namespace,${thing.name}`;

const thingOf = (entry: string): Thing | undefined => {
  const [, pid, start] = /^process,(\d+),(\d+)$/.exec(entry) ?? [];
  if (pid !== undefined) return { kind: "process", pid: Number(pid), start: Number(start) };
  const [, name] = /^namespace,([a-z0-9._-]+)$/.exec(entry) ?? [];
  return name === undefined ? undefined : { kind: "namespace", name };
};

/**
 * The record of what was made from a folder: an empty file for each thing, whose name says all, so that no crash leaves
 * half an entry. Things of an earlier boot are gone.
 */
export class Made {
  readonly #folder: string;

  /** `folder` is private to the user and exists. */
  constructor(folder: string) {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    this.#folder = join(folder, "made", boot);
  }

  /** To be called before a thing is made; a process, whose number is known later, carries its owner's name till then. */
  note(thing: Thing): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(this.#folder, nameOf(thing)), "", { mode: 0o600 });
  }

  forget(thing: Thing): void {
    rmSync(join(this.#folder, nameOf(thing)), { force: true });
  }

  /** @throws TestbedError if something in the record is none of its entries: then nothing is ended by guess. */
  list(): Thing[] {
    let entries: string[];
    try {
      entries = readdirSync(this.#folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
    return entries.map((entry) => {
      const thing = thingOf(entry);
      if (thing === undefined)
        throw new TestbedError(`${join(this.#folder, entry)} is no entry of a record; remove it`);
      return thing;
    });
  }
}
