import * as z from "zod";
import { type TrafficMatrix, trafficOf } from "../../models/cut/traffic.ts";
import { perSecond } from "./quantity-schema.ts";

const byPattern = z.strictObject({
  pattern: z
    .enum(["uniform", "ring", "star"])
    .describe("Evenly to all others, each to the VM after it, or all to VM 0 and back"),
  messagesPerSecond: perSecond("Messages that a VM sends; in a star, to VM 0 and back"),
});

const byMatrix = z.strictObject({
  matrix: z
    .union([
      z.array(z.array(perSecond("Messages from the VM of this row to the VM of this column"))),
      z.string().min(1).describe("CSV file of your own"),
    ])
    .describe("A row for each VM that sends, a column for each that receives; or a file of pairs"),
});

/** Messages between the VMs of a cluster, as they are written. */
export const trafficSchema = z.union([z.literal("none"), byPattern, byMatrix]);

export type TrafficSpec = z.output<typeof trafficSchema>;

/** The rates that were written; expects a matrix of as many rows and columns as there are VMs, and none in a file. */
export const resolveTraffic = (spec: TrafficSpec, vms: number): TrafficMatrix => {
  if (spec === "none") return trafficOf("none", vms, 0);
  if ("pattern" in spec) return trafficOf(spec.pattern, vms, spec.messagesPerSecond);
  if (typeof spec.matrix === "string") throw new TypeError(`the traffic matrix ${spec.matrix} has not been read`);
  const pairs = spec.matrix.flatMap((row, from) =>
    row.map((messagesPerSecond, to) => ({ from, to, messagesPerSecond })),
  );
  return { kind: "pairs", vms, pairs: pairs.filter(({ messagesPerSecond }) => messagesPerSecond > 0) };
};
