import type { SimulatedCluster } from "./simulated-cluster.ts";
import type { SimulatedDomain } from "./simulated-domain.ts";
import type { SimulatedVm } from "./simulated-vm.ts";

/** A VM that was restored from something wrong, as chance has it. */
export const wronglyRead = (domain: SimulatedDomain, { vms }: SimulatedCluster): SimulatedVm | undefined => {
  const wrong = vms.filter(({ load }) => (load?.wrong ?? 0) > 0 && domain.chance() < load!.wrong);
  return wrong[0];
};
