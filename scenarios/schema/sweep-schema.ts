import * as z from "zod";
import { whole } from "./quantity-schema.ts";

const value = z.union([z.string(), z.number(), z.boolean(), z.record(z.string(), z.unknown())]);
const bound = z.union([z.string(), z.number()]);

const range = z.strictObject({
  from: bound,
  to: bound,
  points: whole(2, "How many, both ends included").optional(),
  step: bound.optional().describe("From one value to the next, instead of points"),
  scale: z.enum(["linear", "log"]).optional().describe("Equal steps, or equal factors"),
  whole: z.boolean().optional().describe("Whole numbers only"),
});

/** Values of one key: a list, a range, or linspace(…) or logspace(…). */
const axis = z.union([
  z.array(z.union([value, z.array(z.unknown())])).min(1),
  z.string().describe("linspace(from, to, points) or logspace(from, to, points)"),
  range,
]);

const axes = z.record(z.string(), axis);

const design = z.strictObject({
  points: whole(1, "Points of the design"),
  seed: whole(0, "Of its random numbers [0]").optional(),
  axes: axes.describe("Key → list, or { from, to } with scale and whole"),
});

/** What a sweep can say beside its axes. */
export const sweepWords = ["zip", "latinHypercube", "sobol", "where"] as const;

export const sweepSchema = z
  .object({
    zip: z
      .union([axes, z.array(axes).min(1)])
      .optional()
      .describe("Axes in lock-step: of equal length"),
    latinHypercube: design.optional().describe("Points spread at random, one in each stratum of each axis"),
    sobol: design.omit({ seed: true }).optional().describe("The first points of a Sobol sequence, without the origin"),
    where: z
      .union([z.string(), z.array(z.string()).min(1)])
      .optional()
      .describe("Only points for which all of these hold, such as snapshot.interval < 10m or cluster.vms > 4"),
  })
  .catchall(axis)
  .describe("Key → values; all combinations are run");

export type Axis = z.output<typeof axis>;
export type Range = z.output<typeof range>;
export type Axes = z.output<typeof axes>;
export type Design = z.output<typeof design>;
export type Sweep = z.output<typeof sweepSchema>;
