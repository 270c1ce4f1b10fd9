import type { Axis, Range } from "../schema/sweep-schema.ts";
import type { Tree } from "../text/tree.ts";
import { formatQuantity, parseQuantity, type Quantity, quantities } from "../text/units.ts";

export type Complain = (message: string) => void;

/** A range of one quantity, or of bare numbers. */
interface Span {
  readonly quantity: Quantity | undefined;
  readonly from: number;
  readonly to: number;
  readonly isLog: boolean;
  readonly isWhole: boolean;
}

/** Points of a sweep, and values of an axis, at most. */
export const mostPoints = 100_000;

/** The values of an axis, each with the place of the axis: those of its list, or those that its range steps through. */
export const valuesOf = (axis: Axis, tree: Tree, complain: Complain): readonly Tree[] => {
  if (tree.kind === "list") return tree.items;
  const range = typeof axis === "string" ? spaced(axis, complain) : (axis as Range);
  if (range === undefined) return [];
  if (range.points === undefined && range.step === undefined) {
    complain("say how many: points or step");
    return [];
  }
  const span = spanOf(range, complain);
  if (span === undefined) return [];
  const count = range.step === undefined ? range.points! : countOf(span, range.step, complain);
  if (count > mostPoints) {
    complain(tooMany(count));
    return [];
  }
  const values = range.step === undefined ? steps(span, count) : multiples(span, range.step, count);
  return values.map((value) => written(span, value, tree));
};

/** Said before any of them is made: they might not fit into memory. */
export const tooMany = (count: number): string => `these are ${count} values; at most ${mostPoints} are possible`;

/** One value of an axis of a design, `share` of the way from its first to its last. */
export const valueAt = (axis: Axis, tree: Tree, complain: Complain): ((share: number) => Tree) | undefined => {
  if (tree.kind === "list")
    return (share) => tree.items[Math.min(tree.items.length - 1, Math.floor(share * tree.items.length))]!;
  if (typeof axis === "string" || Array.isArray(axis)) {
    complain("in a design an axis is a list, or a range { from, to }");
    return undefined;
  }
  const range = axis as Range;
  if (range.points !== undefined || range.step !== undefined) {
    complain("the design says how many points there are: give from and to only");
    return undefined;
  }
  const span = spanOf(range, complain);
  if (span === undefined) return undefined;
  const { from, to, isWhole } = span;
  return (share) => {
    // Six digits say all that a design means, and can be read.
    const value = isWhole ? from + Math.floor(share * (to - from + 1)) : Number(between(span, share).toPrecision(6));
    return written(span, Math.min(Math.max(value, Math.min(from, to)), Math.max(from, to)), tree);
  };
};

/** `linspace(10s, 1m, 6)` or `logspace(10s, 1h, 20)`: both ends included. */
const spaced = (text: string, complain: Complain): Range | undefined => {
  const found = /^(linspace|logspace)\(([^,()]+),([^,()]+),\s*(\d+)\s*\)$/.exec(text.trim());
  if (found === null) {
    complain(`"${text}" is no axis: write a list, a range, or such as linspace(10s, 1m, 6) and logspace(10s, 1h, 20)`);
    return undefined;
  }
  const points = Number(found[4]);
  if (points < 2) {
    complain(`${found[1]} has both its ends, so give it 2 points or more`);
    return undefined;
  }
  return {
    from: numberOr(found[2]!.trim()),
    to: numberOr(found[3]!.trim()),
    points,
    scale: found[1] === "logspace" ? "log" : "linear",
  };
};

const numberOr = (text: string): string | number => (/^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text) ? Number(text) : text);

/** Bare numbers, and all that is written with a unit. */
const kinds = [undefined, ...quantities];

const spanOf = ({ from, to, step, points, scale, whole }: Range, complain: Complain): Span | undefined => {
  const quantity = kinds.find((one) => read(one, from) !== undefined && read(one, to) !== undefined);
  const ends = { from: read(quantity, from), to: read(quantity, to) };
  if (ends.from === undefined || ends.to === undefined) {
    complain(`from ${from} to ${to} is no range of one unit`);
    return undefined;
  }
  if (scale === "log" && !(ends.from > 0 && ends.to > 0)) {
    complain("a range with scale: log lies above 0");
    return undefined;
  }
  if (step !== undefined && (points !== undefined || scale === "log")) {
    complain(points === undefined ? "a step has no scale: give points" : "give step or points, not both");
    return undefined;
  }
  if (whole === true && (quantity !== undefined || !Number.isInteger(ends.from) || !Number.isInteger(ends.to))) {
    complain("a range of whole numbers has whole ends without units");
    return undefined;
  }
  return { quantity, from: ends.from, to: ends.to, isLog: scale === "log", isWhole: whole === true };
};

/** The ends are exact: no rounding may move an interval off the value that was asked for. */
const between = ({ from, to, isLog }: Span, part: number, of = 1): number => {
  if (part === 0) return from;
  if (part === of) return to;
  return isLog ? from * (to / from) ** (part / of) : from + ((to - from) * part) / of;
};

const steps = (span: Span, points: number): number[] => {
  const values = Array.from({ length: points }, (_, index) => between(span, index, points - 1));
  return span.isWhole ? [...new Set(values.map(Math.round))] : values;
};

/** How many values there are from the first on, until the last would be passed; 0 after a complaint. */
const countOf = ({ quantity, from, to }: Span, step: string | number, complain: Complain): number => {
  const by = read(quantity, step);
  if (by === undefined || by === 0 || Math.sign(by) !== Math.sign(to - from)) {
    complain(`a step of ${step} does not lead from ${from} to ${to}`);
    return 0;
  }
  // A last step that only rounding keeps from its end is taken.
  return Math.floor((to - from) / by + 1e-9) + 1;
};

const multiples = ({ quantity, from }: Span, step: string | number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + index * read(quantity, step)!);

const written = ({ quantity }: Span, value: number, { at: place }: Tree): Tree => ({
  kind: "scalar",
  value: quantity === undefined ? value : formatQuantity(quantity, value),
  at: place,
});

/** The number that a bound of a range means under a quantity, or as a bare number under none. */
export const read = (quantity: Quantity | undefined, bound: unknown): number | undefined => {
  if (quantity === undefined) return typeof bound === "number" ? bound : undefined;
  if (typeof bound !== "number" && typeof bound !== "string") return undefined;
  const parsed = parseQuantity(quantity, bound);
  return parsed.ok ? parsed.value : undefined;
};

/** Two values as numbers of one quantity, if both are that. */
export const asNumbers = (one: unknown, other: unknown): readonly [number, number] | undefined => {
  for (const quantity of kinds) {
    const [a, b] = [read(quantity, one), read(quantity, other)];
    if (a !== undefined && b !== undefined) return [a, b];
  }
  return undefined;
};

/** The same text for what is the same value, however it is written: 60s and 1m. */
export const sameness = (value: unknown): string => {
  const number = kinds.map((one) => read(one, value)).find((found) => found !== undefined);
  return number === undefined ? JSON.stringify(value) : String(number);
};
