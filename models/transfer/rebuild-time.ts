import type { RollbackPlan } from "./rollback-plan.ts";

/**
 * Seconds until guests may start whose pages have all come: each host makes the memories of its VMs again of what is stored, one
 * after the other, and the host with most VMs tells. Guests that start before their pages are there need no such memories.
 *
 *     t = max over hosts h of VMs on h × bytes of a memory / rebuildRate
 */
export const rebuildTime = (
  hosts: readonly (object | undefined)[],
  memory: number,
  { resume, rebuildRate }: Pick<RollbackPlan, "resume" | "rebuildRate">,
): number => {
  if (resume !== "eager" || rebuildRate === Number.POSITIVE_INFINITY) return 0;
  const vms = new Map<object, number>();
  for (const host of hosts) if (host !== undefined) vms.set(host, (vms.get(host) ?? 0) + 1);
  return (Math.max(0, ...vms.values()) * memory) / rebuildRate;
};
