import * as z from "zod";
import { ages, components, renewals } from "../../models/failures/failure-spec.ts";
import { lawSchema, lawShapes, oneLocation } from "./law-schema.ts";
import { part, positivePart, positiveSeconds, seconds, whole } from "./quantity-schema.ts";

const permanent = part("Part of the failures after which nothing comes back");

const besideLaw = {
  name: z.string().optional().describe("Name in reports"),
  component: z.enum(components).optional().describe("What it is a law of"),
  repair: lawSchema.describe("Time from failure to return"),
  permanent,
  age: z.enum(ages).describe("In use for long, or all new at time 0"),
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
  component: whole(0, "Index from 0: of the host, the rack, or the VM over all clusters"),
  start: seconds("When it fails"),
  end: seconds("When it returns; without it, never").optional(),
  permanent: z.boolean().optional().describe("Memory and copies are lost for ever; always so of a disk"),
});

const byTimes = z.strictObject({
  times: z.array(outage).describe("Outages, one by one"),
});

const byTrace = z.strictObject({
  name: besideLaw.name,
  component: besideLaw.component,
  trace: z.string().describe("A trace that comes with the product, or a file of your own"),
  permanent,
  nodes: whole(1, "Machines that were observed; without it, those that the file names").optional(),
  span: positiveSeconds("How long they were observed; without it, until the last event of the file").optional(),
});

/** Where failures of one kind of component come from. */
const failureSourceSchema = z.union([z.literal("none"), byLaw, byTimes, byTrace]);

const besideShock = {
  name: z.string().optional().describe("Name in reports"),
  takes: z
    .union([
      z.enum(["all", "rack"]),
      z.strictObject({ hosts: z.array(whole(0, "Index of a host, from 0")).min(1).describe("These hosts") }),
      z.strictObject({ rack: whole(0, "The hosts of this rack, counted from 0") }),
      z.strictObject({ random: whole(1, "So many hosts, drawn anew each time") }),
    ])
    .describe("Hosts that are struck together: all, those of a rack (each rack has such shocks), or some"),
  probability: part("Part of the hosts that is hit, each independently"),
  within: seconds("Those that are hit fail within this time"),
  repair: lawSchema.describe("Time from a failure to its end, for each host"),
  permanent,
};
const shockByLaw = { ...besideShock, age: besideLaw.age };

const shockSchema = z.union([
  z.discriminatedUnion("law", [
    z.strictObject({ ...lawShapes.exponential, ...shockByLaw }),
    z.strictObject({ ...lawShapes.weibull, ...shockByLaw }).check(oneLocation),
    z.strictObject({ ...lawShapes.lognormal, ...shockByLaw }).check(oneLocation),
    z.strictObject({ ...lawShapes.gamma, ...shockByLaw }).check(oneLocation),
    z.strictObject({ ...lawShapes.deterministic, ...shockByLaw }),
    z.strictObject({ ...lawShapes.empirical, ...shockByLaw }),
  ]),
  z.strictObject({ times: z.array(seconds("When it strikes")).describe("Shocks, one by one"), ...besideShock }),
]);

const silentErrors = z.union([z.literal("none"), lawSchema]);

/** What fails, and when. */
export const failuresSchema = z.strictObject({
  vm: failureSourceSchema,
  host: failureSourceSchema,
  disk: failureSourceSchema,
  slowDisk: failureSourceSchema.describe(
    "Disks that are slow for a time: they read and write at slowDiskRate of their rates",
  ),
  slowDiskRate: positivePart("Part of its rates that a slow disk has left"),
  rack: failureSourceSchema,
  uplink: failureSourceSchema,
  store: failureSourceSchema,
  renewal: z.enum(renewals).describe("Whether a failure renews the component that failed, or all of them"),
  latentErrors: silentErrors.describe("Errors in what lies on the disk of a host: the law of the times in between"),
  corruption: silentErrors.describe("A VM goes on with wrong data without failing: the law of the times in between"),
  shocks: z.array(shockSchema).describe("What takes several hosts at once"),
});

/** When healthy VMs are taken for dead. */
export const falseSuspicionSchema = z.union([
  z.literal("none"),
  lawSchema,
  z.strictObject({ lost: part("Part of the heartbeats that is lost, each independently") }),
]);

export type ShockFile = z.output<typeof shockSchema>;
export type FalseSuspicionFile = z.output<typeof falseSuspicionSchema>;
export type FailureSourceSpec = z.output<typeof failureSourceSchema>;
