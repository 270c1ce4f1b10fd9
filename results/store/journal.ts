import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";

/**
 * Lines of JSON that are written one by one as things happen. A process that is killed in the middle of one leaves a line
 * that does not bear its checksum: it is no entry.
 */
export class Journal {
  readonly #path: string;
  #file: number;

  constructor(path: string) {
    this.#path = path;
    this.#file = opened(path);
  }

  /**
   * Another process may have taken away what was written so far; then the journal begins anew.
   *
   * @throws an error of the file system, such as ENOSPC; then nothing counts as written
   */
  add(entry: unknown): void {
    if (fstatSync(this.#file).nlink === 0) {
      closeSync(this.#file);
      this.#file = opened(this.#path);
    }
    const text = JSON.stringify(entry, infinite);
    const line = Buffer.from(`${checksum(text)} ${text}\n`);
    const written = writeSync(this.#file, line);
    if (written < line.length) throw Object.assign(new Error("ENOSPC: the disk is full"), { code: "ENOSPC" });
  }

  close(): void {
    closeSync(this.#file);
  }
}

const opened = (path: string): number => {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "a");
  // What a killed writer has left unfinished ends here.
  if (fstatSync(file).size > 0) writeSync(file, "\n");
  return file;
};

/** The entries of a journal, in their order; none if there is no such file. */
export const readJournal = <Entry>(path: string): Entry[] => {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      const text = line.slice(9);
      return text !== "" && line[8] === " " && line.slice(0, 8) === checksum(text)
        ? [JSON.parse(text, finite) as Entry]
        : [];
    });
};

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, "0");

/** JSON has no such numbers. */
const infinite = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? { $number: String(value) } : value;

const finite = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && "$number" in value ? Number(value.$number) : value;
