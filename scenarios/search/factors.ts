import { CommandError } from "../commands/command-line.ts";
import { type KeyRange, keyRange, valueAt } from "./key-range.ts";

/** A key with the range that it varies over. */
export interface Factor {
  readonly key: string;
  /** The setting at a part in [0, 1] of the range. */
  settingAt(part: number): string;
}

/**
 * Reads `snapshot.interval=10s..1h`. Between two whole numbers without units that are more than one apart there are whole numbers
 * only.
 *
 * @throws CommandError unless it is a key and a range that rises, each key once
 */
export const readFactors = (texts: readonly string[]): Factor[] => {
  const factors = texts.map((text): Factor => {
    const [, key, from, to] = /^([^=]+)=(.+)\.\.(.+)$/.exec(text) ?? [];
    if (key === undefined)
      throw new CommandError(`--factor ${text}: write a key and a range, such as snapshot.interval=10s..1h`);
    const range = keyRange(key, from!, to!);
    if ("fault" in range) throw new CommandError(`--factor: ${range.fault}`);
    return { key, settingAt: (part) => `${key}=${range.write(rounded(range, from!, part))}` };
  });
  const twice = factors.find(({ key }, i) => factors.findIndex((one) => one.key === key) < i);
  if (twice !== undefined) throw new CommandError(`--factor: ${twice.key} is given twice`);
  return factors;
};

const rounded = (range: KeyRange, from: string, part: number): number => {
  const { low, high } = range;
  const value = valueAt(range, part);
  const bare = Number.isFinite(Number(from));
  if (bare && Number.isInteger(low) && Number.isInteger(high) && high - low > 1) return Math.round(value);
  // Six digits say all that a design means.
  return Math.min(high, Math.max(low, Number(value.toPrecision(6))));
};
