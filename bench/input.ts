import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a contender is told on its command line: `pending=100 law=exponential tables=bench/build/tables`. */
export class Input {
  readonly #values: ReadonlyMap<string, string>;

  constructor(words: readonly string[]) {
    this.#values = new Map(words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]));
  }

  text(name: string): string {
    const value = this.#values.get(name);
    if (value === undefined) throw new Error(`The workload needs the parameter "${name}": give ${name}=… to it.`);
    return value;
  }

  number(name: string): number {
    const value = Number(this.text(name));
    if (Number.isNaN(value)) throw new Error(`The parameter ${name}=${this.text(name)} must be a number.`);
    return value;
  }

  /** Starts the clock that `--clock` names; the answer tells the seconds since. */
  stopwatch(): () => number {
    const cpu = this.text("clock") === "cpu";
    const now = (): number => {
      if (!cpu) return performance.now() / 1000;
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    };
    const start = now();
    return () => now() - start;
  }

  /** The doubles of a table that all contenders read (see tables.ts), handed out round and round. */
  increments(table: string): Increments {
    const bytes = readFileSync(join(this.text("tables"), `${table}.f64`));
    return new Increments(new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8));
  }

  /** The integers of a table that all contenders read. */
  integers(table: string): Int32Array {
    const bytes = readFileSync(join(this.text("tables"), `${table}.i32`));
    return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  }
}

/** One shared cursor over a table: the order of the draws, and so the whole trace, is the order of the events. */
export class Increments {
  readonly #table: Float64Array;
  readonly #mask: number;
  #cursor = 0;

  constructor(table: Float64Array) {
    if (Math.log2(table.length) % 1 !== 0)
      throw new Error(`A table of ${table.length} increments must be a power of 2.`);
    this.#table = new Float64Array(table);
    this.#mask = table.length - 1;
  }

  next(): number {
    return this.#table[this.#cursor++ & this.#mask]!;
  }
}
