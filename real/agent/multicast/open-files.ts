import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";

/** Of the files of one transfer, open at once. */
const mostOpen = 64;

/** Files that are opened when they are used, and closed when others are; a link is not followed. */
export class OpenFiles {
  readonly #folder: string;
  readonly #names: readonly string[];
  readonly #flags: number;
  readonly #open = new Map<number, number>();

  constructor(folder: string, names: readonly string[], flags: number) {
    this.#folder = folder;
    this.#names = names;
    this.#flags = flags | constants.O_NOFOLLOW;
  }

  pathOf(index: number): string {
    return join(this.#folder, this.#names[index]!);
  }

  /** A descriptor of the file, good until another one is asked for. */
  descriptor(index: number): number {
    const held = this.#open.get(index);
    if (held !== undefined) return held;
    if (this.#open.size >= mostOpen) {
      const [oldest, descriptor] = this.#open.entries().next().value!;
      this.#open.delete(oldest);
      closeSync(descriptor);
    }
    const descriptor = openSync(this.pathOf(index), this.#flags, 0o600);
    this.#open.set(index, descriptor);
    return descriptor;
  }

  close(): void {
    for (const descriptor of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
  }
}
