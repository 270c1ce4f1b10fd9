import type { ClusterFile } from "../schema/cluster-schema.ts";

/** By VM, those that have started before it. */
export const startAfterOf = (
  written: ClusterFile["rollback"]["startAfter"],
  vms: number,
): readonly (readonly number[])[] =>
  Array.from({ length: vms }, (_, vm) => (written === "none" ? [] : (written[`${vm}`] ?? [])));
