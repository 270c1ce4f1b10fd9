import * as z from "zod";
import { positivePart, whole } from "./quantity-schema.ts";
import { sweepSchema } from "./sweep-schema.ts";

/** The keys that every model has. */
export const experimentShape = {
  description: z.string().optional().describe("What the scenario is about"),
  seed: whole(0, "Of all random numbers"),
  seeds: z
    .enum(["common", "independent"])
    .describe("Whether all points share their random numbers, which tells them apart with few runs, or have their own"),
  replications: whole(1, "Independent runs of each point").max(1_000_000),
  precision: z
    .strictObject({
      of: z.string().describe("The column"),
      relative: z
        .union([z.literal("none"), positivePart("Half width of its 95 % interval")])
        .describe("As a part of the mean; of availability and useful work, of what is missing from 1"),
      most: whole(2, "Replications to stop at in any case").max(1_000_000),
    })
    .describe("Replications go on until this is reached at each point; `replications` are the fewest"),
  sweep: sweepSchema.optional(),
};
