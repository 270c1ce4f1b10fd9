import type { ClusterScenario } from "../../models/scenario.ts";
import { type DomainOptions, SimulatedDomain } from "../../models/simulation/simulated-domain.ts";
import { Streams } from "../../sim/index.ts";

/** A domain after its run, to be looked into. */
export const finishedDomain = (scenario: ClusterScenario, seed = 7, options?: DomainOptions): SimulatedDomain => {
  const domain = new SimulatedDomain(scenario, new Streams(seed).replication(0).split("domain 0"), options);
  domain.run();
  return domain;
};
