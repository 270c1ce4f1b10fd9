import * as z from "zod";
import { type Law, lifetime } from "../../models/laws.ts";
import { positiveSeconds } from "./quantity-schema.ts";

/** Beyond these limits moments of laws are no numbers any more; what was fitted to real failures lies far within. */
const shape = z.number().gt(0).min(0.05).max(1000).describe("Below 1 bursty, above 1 wearing out");
const mean = positiveSeconds("Mean").optional();
const scale = positiveSeconds("Scale").optional();

/** The keys of each law beside `law`, so that a source of failures can have further keys next to them. */
export const lawShapes = {
  exponential: { law: z.literal("exponential"), mean: positiveSeconds("Mean") },
  weibull: { law: z.literal("weibull"), shape, scale, mean },
  lognormal: {
    law: z.literal("lognormal"),
    sigma: z.number().gt(0).max(10).describe("Standard deviation of the logarithm"),
    median: positiveSeconds("Median").optional(),
    mean,
    mu: z.number().min(-40).max(38).optional().describe("Mean of the natural logarithm of the time in seconds"),
  },
  gamma: { law: z.literal("gamma"), shape, scale, mean },
  deterministic: { law: z.literal("deterministic"), value: positiveSeconds("The same each time") },
  empirical: {
    law: z.literal("empirical"),
    sample: z.array(positiveSeconds("Observed duration")).min(1).describe("Observed durations, equally likely"),
  },
} as const;

/** Which keys say where a law lies: exactly one of them is to be given. */
const locations: { readonly [law: string]: readonly string[] } = {
  weibull: ["scale", "mean"],
  gamma: ["scale", "mean"],
  lognormal: ["median", "mean", "mu"],
};

/** Refuses a law that says twice, or not at all, where it lies. */
export const oneLocation = (context: z.core.ParsePayload<Readonly<Record<string, unknown>>>): void => {
  const spec = context.value;
  const keys = locations[String(spec["law"])] ?? [];
  const given = keys.filter((key) => spec[key] !== undefined);
  if (keys.length === 0 || given.length === 1) return;
  const choice = `give one of ${keys.join(", ")}`;
  context.issues.push({
    code: "custom",
    message:
      given.length === 0
        ? `this ${spec["law"]} law has no place: ${choice}`
        : `${given.join(" and ")} say the same twice: ${choice}`,
    path: given.length === 0 ? ["law"] : [given.at(-1)!],
    input: spec,
  });
};

const lawSchemas = {
  exponential: z.strictObject(lawShapes.exponential),
  weibull: z.strictObject(lawShapes.weibull).check(oneLocation),
  lognormal: z.strictObject(lawShapes.lognormal).check(oneLocation),
  gamma: z.strictObject(lawShapes.gamma).check(oneLocation),
  deterministic: z.strictObject(lawShapes.deterministic),
  empirical: z.strictObject(lawShapes.empirical),
};

/** A law as it is written: `{law: weibull, shape: 0.7, mean: 30d}`. */
export const lawSchema = z.discriminatedUnion("law", [
  lawSchemas.exponential,
  lawSchemas.weibull,
  lawSchemas.lognormal,
  lawSchemas.gamma,
  lawSchemas.deterministic,
  lawSchemas.empirical,
]);

export type LawSpec = z.output<typeof lawSchema>;

/** The law that was written, in the parameters of the program; expects one that the schema has accepted. */
export const lawOf = (spec: LawSpec): Law => {
  switch (spec.law) {
    case "exponential":
      return { law: "exponential", mean: spec.mean };
    case "weibull":
      return {
        law: "weibull",
        shape: spec.shape,
        scale: spec.scale ?? spec.mean! / lifetime({ law: "weibull", shape: spec.shape, scale: 1 }).mean,
      };
    case "lognormal": {
      const mu =
        spec.mu ?? (spec.median !== undefined ? Math.log(spec.median) : Math.log(spec.mean!) - spec.sigma ** 2 / 2);
      return { law: "lognormal", mu, sigma: spec.sigma };
    }
    case "gamma":
      return { law: "gamma", shape: spec.shape, scale: spec.scale ?? spec.mean! / spec.shape };
    case "deterministic":
      return { law: "deterministic", value: spec.value };
    case "empirical":
      return { law: "empirical", sample: spec.sample };
  }
};
