import { latentErrorsOf } from "../models/failures/latent-times.ts";
import { listedFailures } from "../models/failures/listed-failures.ts";
import type { ClusterScenario } from "../models/scenario.ts";
import { Streams } from "../sim/index.ts";

const drawsOf = (seed: number): Streams => new Streams(seed).replication(0).split("domain 0");

/** The scenario with the failures of its simulation's first replication under this seed as lists of times. */
export const listedScenario = (scenario: ClusterScenario, seed: number): ClusterScenario => ({
  ...scenario,
  failures: listedFailures(scenario, drawsOf(seed)),
});

/** What goes wrong unnoticed on the disks of the hosts in that replication. */
export const listedLatentErrors = (
  { failures, dataCentre, horizon }: ClusterScenario,
  seed: number,
): ReturnType<typeof latentErrorsOf> =>
  latentErrorsOf(failures.latentErrors, dataCentre.racks * dataCentre.hostsPerRack, horizon, drawsOf(seed));
