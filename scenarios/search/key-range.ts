import { readableQuantity } from "../text/readable.ts";
import { formatQuantity, parseQuantity, type Quantity, quantities } from "../text/units.ts";

/** A range of one key of a scenario, searched on a logarithmic scale where it is positive and more than tenfold. */
export interface KeyRange {
  readonly key: string;
  /** In base units. */
  readonly low: number;
  readonly high: number;
  readonly logarithmic: boolean;
  /** A value of the key as a scenario takes it: the very same number. */
  write(value: number): string;
  /** The same as people read it: in four digits. */
  show(value: number): string;
}

/** Both ends must be of the same kind, such as durations; plain numbers are one, too. */
export const keyRange = (key: string, from: string, to: string): KeyRange | { readonly fault: string } => {
  for (const quantity of [undefined, ...quantities]) {
    const [low, high] = [read(quantity, from), read(quantity, to)];
    if (low === undefined || high === undefined) continue;
    if (!(low < high)) return { fault: `${key} from ${from} to ${to}: give a range that rises` };
    return {
      key,
      low,
      high,
      logarithmic: low > 0 && high / low > 10,
      write: (value) => (quantity === undefined ? String(value) : formatQuantity(quantity, value)),
      show: (value) => (quantity === undefined ? String(value) : readableQuantity(quantity, value, 4)),
    };
  }
  return { fault: `${key} from ${from} to ${to}: give two numbers, or two quantities of one kind, such as 10s and 1h` };
};

const read = (quantity: Quantity | undefined, text: string): number | undefined => {
  if (quantity === undefined) return text.trim() === "" || !Number.isFinite(Number(text)) ? undefined : Number(text);
  const parsed = parseQuantity(quantity, text);
  return parsed.ok ? parsed.value : undefined;
};

/** Where a part in [0, 1] of the range lies. */
export const valueAt = ({ low, high, logarithmic }: KeyRange, part: number): number =>
  logarithmic ? low * (high / low) ** part : low + (high - low) * part;
