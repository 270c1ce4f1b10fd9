import * as z from "zod";
import {
  duration,
  formatQuantity,
  fraction,
  frequency,
  parseQuantity,
  type Quantity,
  rate,
  size,
  timePerPage,
} from "../text/units.ts";

interface Bounds {
  readonly least?: number;
  readonly above?: number;
  readonly most?: number;
}

/** A number with unit, as a zod schema: written text in, base units out, and a pattern for editors. */
const quantitySchema = (quantity: Quantity, bounds: Bounds, description: string) =>
  z
    .unknown()
    .transform((input, context): number => {
      const complain = (message: string): never => {
        context.issues.push({ code: "custom", message, input });
        return z.NEVER;
      };
      if (input === undefined) return complain(`is missing: write ${quantity.name} such as ${quantity.example}`);
      const parsed = parseQuantity(quantity, input);
      if (!parsed.ok) return complain(parsed.message);
      const { value } = parsed;
      const show = (bound: number): string => formatQuantity(quantity, bound);
      if (bounds.above !== undefined && !(value > bounds.above))
        return complain(`must be above ${show(bounds.above)}, not ${input}`);
      if (bounds.least !== undefined && value < bounds.least)
        return complain(`must be at least ${show(bounds.least)}, not ${input}`);
      if (bounds.most !== undefined && value > bounds.most)
        return complain(`must be at most ${show(bounds.most)}, not ${input}`);
      return value;
    })
    .meta({
      description: `${description} (${quantity.name.replace(/^an? /, "")}, such as ${quantity.example})`,
      ...written(quantity),
    });

/** How editors see a quantity: text with a unit and never negative, or 0. */
const written = (quantity: Quantity): Record<string, unknown> => {
  const units = [...quantity.units.keys()].map((unit) => unit.replace("/", "\\/")).sort((a, b) => b.length - a.length);
  const pattern = `^\\s*\\+?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*(${units.filter((unit) => unit !== "").join("|")})\\s*$`;
  return { anyOf: [{ type: "string", pattern }, quantity.bare ? { type: "number" } : { const: 0 }] };
};

const atLeast0: Bounds = { least: 0 };
const above0: Bounds = { above: 0 };

/** Seconds, 0 allowed. */
export const seconds = (description: string) => quantitySchema(duration, atLeast0, description);
/** Seconds, more than 0. */
export const positiveSeconds = (description: string) => quantitySchema(duration, above0, description);
/** Seconds between things that happen again and again. */
export const atLeastAMillisecond = (description: string) => quantitySchema(duration, { least: 1e-3 }, description);
/** Bytes, at least one page. */
export const atLeastAPage = (description: string) => quantitySchema(size, { least: 4096 }, description);
/** Bytes, more than 0. */
export const bytes = (description: string) => quantitySchema(size, above0, description);
/** Bytes per second, more than 0. */
export const bytesPerSecond = (description: string) => quantitySchema(rate, above0, description);
/** Bytes per second, 0 allowed. */
export const bytesPerSecondOrNone = (description: string) => quantitySchema(rate, atLeast0, description);
/** Events per second. */
export const perSecond = (description: string) => quantitySchema(frequency, atLeast0, description);
/** Seconds per page. */
export const secondsPerPage = (description: string) => quantitySchema(timePerPage, atLeast0, description);
/** 0 to 1. */
export const part = (description: string) => quantitySchema(fraction, { least: 0, most: 1 }, description);
/** From above 0 to 1. */
export const positivePart = (description: string) => quantitySchema(fraction, { above: 0, most: 1 }, description);

/** A whole number from `least` on. */
export const whole = (least: number, description: string) => z.int().min(least).describe(description);
