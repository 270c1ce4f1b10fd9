import { components } from "../../models/failures/failure-spec.ts";

/** What the catalogue can name, and the file in which it does. */
export const catalogueKinds = [
  "workloads",
  "hosts",
  "disks",
  "nics",
  "vm-disks",
  "capture-costs",
  "storage-policies",
  "failures",
  "shocks",
] as const;
export type CatalogueKind = (typeof catalogueKinds)[number];

/** A place in a cluster scenario where the name of a catalogue entry may stand instead of the thing itself. */
export interface Slot {
  readonly path: readonly string[];
  readonly kind: CatalogueKind;
  /** Words that are no names. */
  readonly words?: readonly string[];
}

/** Outer slots first: a host of the catalogue names its disk. */
export const slots: readonly Slot[] = [
  { path: ["dataCentre", "host"], kind: "hosts" },
  { path: ["dataCentre", "host", "disk"], kind: "disks" },
  { path: ["dataCentre", "host", "nic"], kind: "nics" },
  { path: ["dataCentre", "uplink"], kind: "nics" },
  { path: ["dataCentre", "store", "bandwidth"], kind: "nics" },
  { path: ["cluster", "workload"], kind: "workloads" },
  { path: ["cluster", "vm", "disk"], kind: "vm-disks", words: ["none"] },
  { path: ["snapshot", "costs"], kind: "capture-costs" },
  { path: ["storage", "policy"], kind: "storage-policies" },
  ...components.map((component): Slot => ({ path: ["failures", component], kind: "failures", words: ["none"] })),
];

/** A list whose items may be names of the catalogue. */
export const shockList: Slot = { path: ["failures", "shocks"], kind: "shocks" };
