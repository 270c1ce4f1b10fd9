import * as z from "zod";
import { lawSchema, lawShapes, oneLocation } from "./law-schema.ts";
import { part, positiveSeconds, seconds, whole } from "./quantity-schema.ts";

const permanent = part("Part of the failures after which nothing comes back");

const besideLaw = {
  name: z.string().optional().describe("Name in reports"),
  repair: lawSchema.describe("Time from failure to return"),
  permanent,
  age: z.enum(["stationary", "new"]).describe("In use for long, or all new at time 0"),
};

const byLaw = z.discriminatedUnion("law", [
  z.strictObject({ ...lawShapes.exponential, ...besideLaw }),
  z.strictObject({ ...lawShapes.weibull, ...besideLaw }).check(oneLocation),
  z.strictObject({ ...lawShapes.lognormal, ...besideLaw }).check(oneLocation),
  z.strictObject({ ...lawShapes.gamma, ...besideLaw }).check(oneLocation),
  z.strictObject({ ...lawShapes.deterministic, ...besideLaw }),
  z.strictObject({ ...lawShapes.empirical, ...besideLaw }),
]);

const outage = z.strictObject({
  component: whole(0, "Index of the host, or of the VM over all clusters, from 0"),
  start: seconds("When it fails"),
  end: seconds("When it returns; without it, never").optional(),
  permanent: z.boolean().optional().describe("Memory and copies are lost for ever"),
});

const byTimes = z.strictObject({
  times: z.array(outage).describe("Outages, one by one"),
});

const byTrace = z.strictObject({
  trace: z.string().describe("A trace that comes with the product, or a file of your own"),
  permanent,
  nodes: whole(1, "Machines that were observed; without it, those that the file names").optional(),
  span: positiveSeconds("How long they were observed; without it, until the last event of the file").optional(),
});

/** Where failures of one kind of component come from. */
export const failureSourceSchema = z.union([z.literal("none"), byLaw, byTimes, byTrace]);

export type FailureSourceSpec = z.output<typeof failureSourceSchema>;
