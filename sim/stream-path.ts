import { type Key, philox4x32, type Words } from "./philox.ts";

/** What a step of a path leads to. The tags keep `get("a")`, `split("a")` and `entity("a")` apart. */
const tags = { stream: 1, split: 2, entity: 3, replication: 4 } as const;

export type Step = keyof typeof tags;

/** Two's complement halves of a safe integer. */
export const halves = (integer: number): Key => [integer | 0, Math.floor(integer / 2 ** 32) | 0];

/** Two UTF-16 code units, zero past the end. */
const codeUnits = (text: string, at: number): number => text.charCodeAt(at) | 0 | ((text.charCodeAt(at + 1) | 0) << 16);

const absorb = (label: Words, key: Key, w0: number, w1: number, w2: number, w3: number): Words =>
  philox4x32([label[0] ^ w0, label[1] ^ w1, label[2] ^ w2, label[3] ^ w3], key);

/**
 * The 128-bit label one step below `label`, under the master `key`. The step is written as blocks of four words that
 * say what it is and how long, so that no step is the beginning of another, and Philox takes them in one after the
 * other (cipher block chaining). Steps of a single block below one label – numbers, names of up to four letters –
 * can never meet, because Philox is a bijection; any others meet with probability 2^-128.
 */
export const descend = (label: Words, key: Key, step: Step, name: string | number): Words => {
  if (typeof name === "number") return absorb(label, key, tags[step], 0, ...halves(name));
  let below = absorb(label, key, tags[step], name.length, codeUnits(name, 0), codeUnits(name, 2));
  for (let at = 4; at < name.length; at += 8) {
    below = absorb(
      below,
      key,
      codeUnits(name, at),
      codeUnits(name, at + 2),
      codeUnits(name, at + 4),
      codeUnits(name, at + 6),
    );
  }
  return below;
};
