import * as z from "zod";
import { Catalogue } from "../catalogue.ts";
import type { Files } from "../files.ts";
import { slots } from "../text/slots.ts";
import { shippedTraces } from "../trace-readers/read-trace.ts";
import { clusterSchema } from "./cluster-schema.ts";
import { textbookSchema } from "./textbook-schema.ts";

type Json = { [key: string]: unknown };

/**
 * JSON Schema (draft 7) of scenario files, for editors. No key is required, because defaults and `extends` may give it,
 * and where the catalogue has names for something, they are offered.
 */
export const scenarioJsonSchema = (files: Files): Json => {
  const cluster = relaxed(z.toJSONSchema(clusterSchema, { target: "draft-7", io: "input" })) as Json;
  const textbook = relaxed(z.toJSONSchema(textbookSchema, { target: "draft-7", io: "input" })) as Json;
  const catalogue = new Catalogue(files);
  for (const { path, kind, words = [] } of slots) offer(cluster, path, [...words, ...catalogue.names(kind)]);
  for (const model of [cluster, textbook]) {
    delete model["$schema"];
    const properties = model["properties"] as Json;
    properties["extends"] = { type: "string", description: "Path or name of the scenario that this one changes" };
    properties["catalogue"] = {
      type: "string",
      description: "Path of a file with entries of your own for the catalogue",
    };
  }
  offerTraces(cluster);
  offerMixes(cluster, catalogue.names("workloads"));
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Snapback scenario",
    if: { properties: { model: { const: "textbook" } }, required: ["model"] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: textbook,
    else: cluster,
  };
};

/** The schema without `required`, except for the words that tell the alternatives of a union apart. */
const relaxed = (node: unknown, alternative = false): unknown => {
  if (Array.isArray(node)) return node.map((one) => relaxed(one, alternative));
  if (typeof node !== "object" || node === null) return node;
  const json = node as Json;
  const entries = Object.entries(json).flatMap(([key, value]): [string, unknown][] => {
    if (key === "required" && Array.isArray(value)) {
      const telling = alternative ? value.filter((name) => tells.includes(String(name))) : [];
      return telling.length === 0 ? [] : [[key, telling]];
    }
    return [[key, relaxed(value, key === "anyOf" || key === "oneOf")]];
  });
  return Object.fromEntries(entries);
};

const tells = ["law", "times", "trace", "from", "to"];

const offer = (schema: Json, path: readonly string[], names: readonly string[]): void => {
  const properties = path
    .slice(0, -1)
    .reduce<Json>((node, key) => inside((node["properties"] as Json)[key] as Json), schema);
  const slot = properties["properties"] as Json;
  const last = path.at(-1)!;
  const { description, ...thing } = slot[last] as Json;
  slot[last] = { ...(description === undefined ? {} : { description }), anyOf: [{ enum: names }, thing] };
};

/** The schema proper of a slot that also accepts names. */
const inside = (node: Json): Json => {
  const alternatives = node["anyOf"] as Json[] | undefined;
  return alternatives?.find((one) => "properties" in one) ?? node;
};

const offerTraces = (schema: Json): void => {
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const properties = (node as Json)["properties"] as Json | undefined;
    if (properties?.["trace"] !== undefined)
      (properties["trace"] as Json)["examples"] = [...shippedTraces, "./outages.csv"];
    for (const value of Object.values(node)) visit(value);
  };
  visit(((schema["properties"] as Json)["failures"] as Json)["properties"]);
};

/** A workload may be a page mix in a file, or begin with one. */
const offerMixes = (schema: Json, names: readonly string[]): void => {
  const parts = ((schema["properties"] as Json)["cluster"] as Json)["properties"] as Json;
  const file = { type: "string", pattern: "[/\\\\]|\\.[cC][sS][vV]$" };
  const workload = parts["workload"] as Json;
  workload["anyOf"] = [...(workload["anyOf"] as Json[]), file];
  const inner = inside(workload)["properties"] as Json;
  const { description } = inner["mix"] as Json;
  inner["mix"] = { description, anyOf: [{ enum: names }, file] };
  (inner["curve"] as Json)["examples"] = ["./curve.csv"];
};
