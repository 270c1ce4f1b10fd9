import { Streams } from "../sim/index.ts";
import { type Columns, columnsOf } from "./books/columns.ts";
import { type Distributions, distributionsOf } from "./books/distributions.ts";
import { Ledger } from "./books/ledger.ts";
import type { ClusterPolicy } from "./policies/cluster-policy.ts";
import { policyInForce } from "./policies/policy-in-force.ts";
import type { ClusterScenario } from "./scenario.ts";
import { checkColumns, checkDomain, InvariantViolated } from "./simulation/invariants.ts";
import { SimulatedDomain } from "./simulation/simulated-domain.ts";

export interface RunIdentity {
  readonly seed: number;
  readonly replication: number;
}

export interface ClusterResult {
  readonly metrics: Columns;
  readonly distributions: Distributions;
  /** What a reader of the figures should know of how they came about. */
  readonly notes: readonly string[];
}

/**
 * Simulates one replication of a scenario. Random streams depend on the seed and the replication alone, so scenarios
 * that differ in their policies meet the same failures.
 *
 * @param own the policy that the scenario's module exports, if it names one
 * @throws RangeError if the VMs do not fit on the hosts.
 * @throws PolicyFailed if that policy breaks its contract with the testbed, or throws.
 * @throws InvariantViolated if the run contradicts itself.
 */
export const simulateCluster = (scenario: ClusterScenario, run: RunIdentity, own?: ClusterPolicy): ClusterResult => {
  const fail = failing(scenario, run);
  const streams = new Streams(run.seed).replication(run.replication);
  const ledger = new Ledger();
  const ended: string[] = [];
  const policy = policyInForce(scenario, own, (note) => ended.push(note));
  const jumped: Jumps = { jumps: 0, cycles: 0, approximate: false };
  for (let i = 0; i < scenario.domains; i++) {
    const domain = new SimulatedDomain(scenario, streams.split(`domain ${i}`), { policy });
    domain.run();
    checkDomain(domain, fail);
    ledger.merge(domain.ledger);
    jumped.jumps += domain.fastForward?.jumps ?? 0;
    jumped.cycles += domain.fastForward?.cyclesSkipped ?? 0;
    jumped.approximate ||= domain.fastForward?.approximate ?? false;
  }
  const seconds = scenario.domains * scenario.cluster.count * scenario.horizon;
  const metrics = columnsOf(ledger, seconds);
  checkColumns(scenario, ledger, seconds, metrics, fail);
  return {
    metrics,
    distributions: distributionsOf(ledger),
    notes: [
      fidelityNote(scenario, jumped),
      ...preCopyNotes(ledger),
      ...diskFullNotes(metrics["diskFull"]!),
      ...new Set(ended),
    ],
  };
};

/** What to do when a run contradicts itself. */
export const failing =
  (scenario: ClusterScenario, run: RunIdentity) =>
  (law: string, found: string): never => {
    const reproduce = `snapback run ${scenario.name} --seed ${run.seed}, replication ${run.replication}, shows it`;
    throw new InvariantViolated(law, found, reproduce);
  };

const preCopyNotes = (ledger: Ledger): string[] => {
  const { mean } = ledger.sample("preCopyConverged");
  if (!(mean < 1)) return [];
  return [
    `pre-copy: the last round did not fit the downtime limit in ${Math.ceil(100 * (1 - mean))} % of the captures`,
  ];
};

const diskFullNotes = (part: number): string[] =>
  part > 0
    ? [
        `disks were full: for ${Number((100 * part).toPrecision(2))} % of the time snapshots waited for room; keep fewer restore points, let the oldest go (storage.onFull: expire), or give larger disks`,
      ]
    : [];

interface Jumps {
  jumps: number;
  cycles: number;
  approximate: boolean;
}

const fidelityNote = ({ fidelity, policy }: ClusterScenario, { jumps, cycles, approximate }: Jumps): string => {
  if (policy !== "protect") {
    return `fidelity: full, every cycle simulated: nothing tells whether the cycles of ${policy.program.name} repeat`;
  }
  if (fidelity === "full") return "fidelity: full, every cycle simulated";
  const kind = approximate ? "approximate, cycles did not repeat and were sampled" : "exact";
  return `fidelity: fast-forward, ${kind}: ${cycles} repeated cycles jumped over in ${jumps} jumps`;
};
