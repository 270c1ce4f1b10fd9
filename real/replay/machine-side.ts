import { createHash } from "node:crypto";
import type { ClusterScenario } from "../../models/scenario.ts";
import { Canonical } from "../../scenarios/identity/canonical.ts";
import { placeless } from "../../scenarios/identity/run-id.ts";
import { slowRates } from "./slow-rates.ts";

/**
 * What of a scenario real machines go by, and the seed, as 16 hexadecimal digits of a hash. What things cost is told to the model
 * alone: machines show it by themselves, so a run that was recorded says as much of a model that has been mended since. Only disks
 * that are slow for a while are as slow as the scenario says.
 */
export const machineSide = (scenario: ClusterScenario, seed: number): string => {
  const { costs: _costs, ...snapshot } = scenario.snapshot;
  const {
    planTime: _plan,
    rebuildRate: _rebuild,
    resumeTime: _resume,
    announceTime: _announce,
    coldStart: _cold,
    ...rollback
  } = scenario.rollback;
  const { disk, ...host } = scenario.dataCentre.host;
  const slow = scenario.failures.slowDisk.kind === "none" ? {} : { slow: slowRates(scenario) };
  // What is free or the kernel's is as it is in real guests.
  const { workload } = scenario.cluster;
  const classes = workload.classes.filter(({ type }) => type !== "free" && type !== "kernel");
  const asked = {
    ...placeless(scenario),
    cluster: { ...scenario.cluster, workload: { ...workload, classes } },
    fidelity: "full",
    dataCentre: { ...scenario.dataCentre, host: { ...host, capacity: disk.capacity, ...slow } },
    ...{ snapshot, rollback },
  };
  return createHash("sha256")
    .update(new Canonical().text({ seed, scenario: asked }))
    .digest("hex")
    .slice(0, 16);
};
