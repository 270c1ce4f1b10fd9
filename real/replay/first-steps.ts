import { createHash } from "node:crypto";
import type { ClusterScenario } from "../../models/scenario.ts";
import type { RealCluster } from "./real-cluster.ts";
import type { RealHost } from "./real-host.ts";
import type { RunEvents } from "./run-events.ts";

/** Whole numbers in [0, n), by the seed. */
export const drawing = (seed: number): ((n: number) => number) => {
  let draws = 0;
  return (n) => {
    const hash = createHash("sha256").update(`${seed} ${draws++}`).digest();
    return Math.floor((hash.readUIntBE(0, 6) / 2 ** 48) * n);
  };
};

/** Tells who takes part. */
export const tellBegin = (
  { name, horizon, cluster: { quorum }, pauseTolerance }: ClusterScenario,
  cluster: RealCluster,
  hosts: readonly RealHost[],
  events: RunEvents,
): void =>
  events.tell(
    {
      kind: "begin",
      scenario: name,
      horizon,
      quorum,
      pauseTolerance,
      hosts: hosts.map((host) => ({ name: host.name, rack: host.rack })),
      clusters: [{ name: cluster.name, vms: cluster.vms.map((vm) => ({ vm: vm.name, host: vm.host!.name })) }],
    },
    0,
  );
