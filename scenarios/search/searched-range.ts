import { CommandError, type CommandLine } from "../commands/command-line.ts";
import { loadScenario } from "../load.ts";
import { setTo } from "../text/override.ts";
import type { Searched } from "./evaluate.ts";
import { type KeyRange, keyRange } from "./key-range.ts";

/** What the command line says of the key that is searched. */
export interface RangeArguments {
  readonly over?: string;
  readonly from?: string;
  readonly to?: string;
}

/**
 * The key and the range that are searched: what the command line says, and what it leaves out from the axis that the
 * scenario sweeps.
 *
 * @throws CommandError if neither tells
 */
export const searchedRange = (
  { files, folder }: CommandLine,
  { scenario, set }: Searched,
  given: RangeArguments,
): KeyRange => {
  const { points } = loadScenario(scenario, { files, folder, overrides: set.map((text) => setTo("--set", text)) });
  const axes = Object.keys(points[0]!.values);
  const over = given.over ?? (axes.length === 1 ? axes[0] : undefined);
  if (over === undefined) {
    const swept = axes.length === 0 ? "sweeps no key" : `sweeps ${axes.join(" and ")}`;
    throw new CommandError(`${scenario} ${swept}: say which to search, such as --over snapshot.interval`);
  }
  const ends = axes.includes(over) ? endsOf(points, over) : undefined;
  const [from, to] = [given.from ?? ends?.[0], given.to ?? ends?.[1]];
  if (from === undefined || to === undefined) {
    throw new CommandError(`${scenario} does not sweep ${over}: say from where to where, such as --from 10s --to 1h`);
  }
  const range = keyRange(over, from, to);
  if ("fault" in range) throw new CommandError(range.fault);
  return range;
};

/** The lowest and the highest value of an axis, as they are written; undefined if they are not numbers. */
const endsOf = (
  points: readonly {
    readonly values: { readonly [path: string]: unknown };
    readonly labels: { readonly [path: string]: string };
  }[],
  axis: string,
): readonly [string, string] | undefined => {
  const ends = points
    .map(({ values, labels }) => ({ value: values[axis], label: labels[axis]! }))
    .filter((one): one is { readonly value: number; readonly label: string } => typeof one.value === "number")
    .sort((one, other) => one.value - other.value);
  return ends.length === points.length ? [ends[0]!.label, ends.at(-1)!.label] : undefined;
};
