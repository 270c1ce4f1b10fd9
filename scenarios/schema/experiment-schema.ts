import * as z from "zod";
import { whole } from "./quantity-schema.ts";

const value = z.union([z.string(), z.number(), z.boolean(), z.record(z.string(), z.unknown())]);

/** Values of one key: a list, or a range from one value to another. */
const axis = z.union([
  z.array(z.union([value, z.array(z.unknown())])).min(1),
  z.strictObject({
    from: z.union([z.string(), z.number()]),
    to: z.union([z.string(), z.number()]),
    points: whole(2, "How many, both ends included"),
    scale: z.enum(["linear", "log"]).optional().describe("Equal steps, or equal factors"),
  }),
]);

/** The keys that every model has. */
export const experimentShape = {
  description: z.string().optional().describe("What the scenario is about"),
  seed: whole(0, "Of all random numbers"),
  replications: whole(1, "Independent runs of each point").max(1_000_000),
  sweep: z.record(z.string(), axis).optional().describe("Key → values; all combinations are run"),
};

export type Axis = z.output<typeof axis>;
