import * as z from "zod";
import { experimentShape } from "./experiment-schema.ts";
import { lawSchema } from "./law-schema.ts";
import { positiveSeconds, seconds } from "./quantity-schema.ts";

const none = z.literal("none");

/** A time in a list of failures: seconds when it has no unit. */
const failureTime = z.union([z.number().min(0), seconds("When a failure strikes")]);

const failures = z.union([lawSchema, z.array(failureTime)]);

/** Snapshots that survive what the others do not. */
const secondLevelSchema = z.strictObject({
  every: z.int().min(1).describe("Every so many snapshots one is of the second level too"),
  pause: seconds("What it adds to the pause"),
  detect: seconds("Detection and provisioning after a failure that needs it"),
  restore: seconds("Restoring from it; a failure can hit it"),
  failures: failures.describe("The failures that only it survives: a law, or the times of all"),
});

/** A textbook scenario as it is written, once everything has been inherited. */
export const textbookSchema = z.strictObject({
  model: z.literal("textbook"),
  ...experimentShape,
  workInterval: z.union([none, positiveSeconds("Work")]).describe("Work between snapshots; none: no snapshots"),
  pause: seconds("Work stops for a snapshot"),
  latency: z
    .union([z.literal("pause"), seconds("Latency")])
    .describe("From the start of the pause until the snapshot is durable"),
  detect: seconds("Detection and provisioning after a failure"),
  restore: seconds("Restoring; a failure can hit it"),
  failures: failures.describe(
    "The law of the time to failure, or the times of all failures (seconds when without unit)",
  ),
  horizon: z.union([none, positiveSeconds("Horizon")]).describe("The run ends here at the latest"),
  work: z.union([none, positiveSeconds("Work")]).describe("The job is finished when this much work is done"),
  failDuringDetect: z.boolean().describe("May a failure strike during detection? Then detection starts again"),
  restoreRepeatsDetect: z.boolean().describe("Does a failure during the restore cost a new detection?"),
  validFrom: z.enum(["start", "end", "durable"]).describe("From when a snapshot may be restored"),
  snapshotAfterLast: z.boolean().describe("Is there a snapshot after the last work?"),
  vms: z.int().min(1).describe("VMs that fail by the law, any of which rolls all back"),
  phases: z.enum(["fixed", "exponential"]).describe("Are the times of phases lengths, or means of exponential ones?"),
  verify: seconds("Verification after each work, which finds silent errors"),
  silentErrors: z.union([none, lawSchema]).describe("The law of the work from one silent error to the next"),
  secondLevel: z.union([none, secondLevelSchema]).describe("Snapshots that survive what the others do not"),
});

export type TextbookFile = z.output<typeof textbookSchema>;
