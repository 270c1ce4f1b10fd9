import * as z from "zod";

/** Who decides when to snapshot and what to restore. */
export const policySchema = z.union([
  z.literal("protect"),
  z.strictObject({
    module: z.string().describe("A TypeScript or JavaScript file that exports a policy"),
    options: z.record(z.string(), z.unknown()).optional().describe("What the module makes of them is its own affair"),
  }),
]);
