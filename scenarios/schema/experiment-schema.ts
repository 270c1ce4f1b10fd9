import * as z from "zod";
import { whole } from "./quantity-schema.ts";
import { sweepSchema } from "./sweep-schema.ts";

/** The keys that every model has. */
export const experimentShape = {
  description: z.string().optional().describe("What the scenario is about"),
  seed: whole(0, "Of all random numbers"),
  replications: whole(1, "Independent runs of each point").max(1_000_000),
  sweep: sweepSchema.optional(),
};
