import { didYouMean } from "./spelling.ts";

/** A kind of number that is written with a unit. Values inside the program are in the base unit. */
export interface Quantity {
  /** With its article, as it reads in a sentence: `a duration`. */
  readonly name: string;
  readonly example: string;
  /** Unit → how many base units it is. */
  readonly units: ReadonlyMap<string, number>;
  readonly base: string;
  /** In base units; what is more is a slip, and would only be lost in rounding. */
  readonly most: number;
  /** Whether a number without unit can be meant (fractions only). */
  readonly bare?: true;
}

const durations: readonly (readonly [string, number])[] = [
  ["ns", 1e-9],
  ["us", 1e-6],
  ["µs", 1e-6],
  ["ms", 1e-3],
  ["s", 1],
  ["m", 60],
  ["min", 60],
  ["h", 3600],
  ["d", 86_400],
  ["w", 604_800],
  ["y", 31_536_000],
];

const sizes: readonly (readonly [string, number])[] = [
  ["B", 1],
  ["kB", 1e3],
  ["MB", 1e6],
  ["GB", 1e9],
  ["TB", 1e12],
  ["KiB", 2 ** 10],
  ["MiB", 2 ** 20],
  ["GiB", 2 ** 30],
  ["TiB", 2 ** 40],
  ["pages", 4096],
];

const bits: readonly (readonly [string, number])[] = [
  ["bit/s", 1 / 8],
  ["kbit/s", 1e3 / 8],
  ["Mbit/s", 1e6 / 8],
  ["Gbit/s", 1e9 / 8],
  ["Tbit/s", 1e12 / 8],
];

/** Seconds. A year has 365 days. */
export const duration: Quantity = {
  name: "a duration",
  example: "60s",
  base: "s",
  most: 1e9 * 31_536_000,
  units: new Map(durations),
};

/** Bytes. A page has 4096. */
export const size: Quantity = { name: "a size", example: "4GiB", base: "B", most: 1e18, units: new Map(sizes) };

/** Bytes per second. */
export const rate: Quantity = {
  name: "a rate",
  example: "500MB/s or 1Gbit/s",
  base: "B/s",
  most: 1e18,
  units: new Map([...sizes.map(([unit, factor]) => [`${unit}/s`, factor] as const), ...bits]),
};

/** Events per second. */
export const frequency: Quantity = {
  name: "a frequency",
  example: "100/s",
  base: "/s",
  most: 1e12,
  units: new Map([
    ["/s", 1],
    ["/min", 1 / 60],
    ["/h", 1 / 3600],
    ["/d", 1 / 86_400],
  ]),
};

/** Seconds per page of 4096 bytes. */
export const timePerPage: Quantity = {
  name: "a time per page",
  example: "12ns/page or 3ms/GiB",
  base: "s/page",
  most: 1e3,
  units: new Map(
    durations
      .slice(0, 5)
      .flatMap(([unit, seconds]) => [
        [`${unit}/page`, seconds] as const,
        [`${unit}/MiB`, seconds / 256] as const,
        [`${unit}/GiB`, seconds / 262_144] as const,
      ]),
  ),
};

/** A part of a whole, 0 to 1. */
export const fraction: Quantity = {
  name: "a fraction",
  example: "0.3 or 30%",
  base: "",
  most: Infinity,
  units: new Map([
    ["%", 0.01],
    ["", 1],
  ]),
  bare: true,
};

export const quantities: readonly Quantity[] = [duration, size, rate, frequency, timePerPage, fraction];

/** What people write for a unit, and which unit they mean. */
const colloquial: ReadonlyMap<string, string> = new Map([
  ["sec", "s"],
  ["secs", "s"],
  ["second", "s"],
  ["seconds", "s"],
  ["mins", "m"],
  ["minute", "m"],
  ["minutes", "m"],
  ["hr", "h"],
  ["hour", "h"],
  ["hours", "h"],
  ["day", "d"],
  ["days", "d"],
  ["year", "y"],
  ["years", "y"],
  ["msec", "ms"],
  ["K", "KiB"],
  ["M", "MiB"],
  ["G", "GiB"],
  ["T", "TiB"],
  ["Mbps", "Mbit/s"],
  ["Gbps", "Gbit/s"],
  ["MBps", "MB/s"],
  ["GBps", "GB/s"],
]);

const written = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*)?$/;

export type Parsed = { readonly ok: true; readonly value: number } | { readonly ok: false; readonly message: string };

/**
 * Reads a quantity as it is written in a scenario. A number without unit is refused, except 0: nobody can tell
 * whether 60 was meant as seconds or minutes.
 */
export const parseQuantity = (quantity: Quantity, input: unknown): Parsed => {
  if (typeof input === "number" && (input === 0 || (quantity.bare && Number.isFinite(input))))
    return { ok: true, value: input };
  if (typeof input === "number" && Number.isFinite(input)) {
    return refuse(`${input} has no unit; write ${quantity.name} such as ${quantity.example} (${unitList(quantity)})`);
  }
  const expected = `expected ${quantity.name} such as ${quantity.example} (${unitList(quantity)})`;
  if (typeof input !== "string") return refuse(`${expected}, got ${described(input)}`);
  const match = written.exec(input.trim());
  if (match === null) return refuse(`${expected}, got "${input}"`);
  const [, digits = "", unit = ""] = match;
  const factor = quantity.units.get(unit);
  const value = scaled(Number(digits), factor ?? 1);
  if (factor !== undefined && value > quantity.most)
    return refuse(`${input} is absurd: ${quantity.name} is at most ${formatQuantity(quantity, quantity.most)}`);
  if (factor !== undefined && Number.isFinite(value)) return { ok: true, value };
  if (unit === "") return parseQuantity(quantity, value);
  if (factor !== undefined) return refuse(`${input} is too large to be a number`);
  const meant = colloquial.get(unit);
  const hint =
    meant !== undefined && quantity.units.has(meant)
      ? `; did you mean ${meant}?`
      : didYouMean(unit, [...quantity.units.keys()]);
  return refuse(
    `"${unit}" is not a unit of ${quantity.name}${hint} Units are ${unitList(quantity)}`.replace(
      /([^?]) Units/,
      "$1; units",
    ),
  );
};

/** The shortest way to write a value that reads back as exactly the same number. */
export const formatQuantity = (quantity: Quantity, value: number): string => {
  if (value === 0) return "0";
  let best = `${value}${quantity.base}`;
  for (const [unit, factor] of quantity.units) {
    const count = factor < 1 ? value * Math.round(1 / factor) : value / factor;
    const text = `${count}${unit}`;
    if (Math.abs(count) < 1 || text.length > best.length) continue;
    const back = parseQuantity(quantity, text);
    // Of equally short texts the larger unit wins: 1m rather than 1min, 1GiB rather than 1024MiB.
    if (back.ok && back.value === value) best = text;
  }
  return best;
};

/** Small units divide, so that 100us is exactly the number nearest to 0.0001. */
const scaled = (value: number, factor: number): number =>
  factor < 1 ? value / Math.round(1 / factor) : value * factor;

const refuse = (message: string): Parsed => ({ ok: false, message });

const unitList = ({ units }: Quantity): string =>
  [...units.keys()].filter((unit) => !unit.startsWith("µs") && unit !== "").join(", ");

const described = (input: unknown): string => {
  if (input === undefined || input === null) return "nothing";
  if (Array.isArray(input)) return "a list";
  return typeof input === "object" ? "a mapping" : String(input);
};
