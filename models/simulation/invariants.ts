import type { Columns } from "../books/columns.ts";
import { causes, type Ledger } from "../books/ledger.ts";
import { stages } from "../books/stage-use.ts";
import { promisesConsistency } from "../cut/protocols.ts";
import type { ClusterScenario } from "../scenario.ts";
import type { SimulatedDomain } from "./simulated-domain.ts";

/** A run has contradicted itself: a defect of the simulator, never of the scenario. */
export class InvariantViolated extends Error {
  override readonly name = "InvariantViolated";
  readonly law: string;

  constructor(law: string, found: string, reproduce: string) {
    super(`${law}: ${found}. This is a defect of the simulator; ${reproduce}`);
    this.law = law;
  }
}

type Fail = (law: string, found: string) => never;

const close = (a: number, b: number, scale: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(scale));

/** What holds in every contention domain at the end of every run. */
export const checkDomain = ({ centre, clusters, scenario, store, transfers }: SimulatedDomain, fail: Fail): void => {
  const links = centre.links.reduce((sum, link) => sum + link.carried, 0);
  const moved = transfers.carried;
  if (!close(links, moved, moved))
    fail("bytes are conserved", `links carried ${links} bytes, transfers moved ${moved}`);
  for (const host of centre.hosts) {
    const vms = clusters.flatMap((cluster) => cluster.vms).filter((vm) => vm.host === host).length;
    if (vms * scenario.cluster.vm.memory > scenario.dataCentre.host.memory) {
      fail("no host is above its capacity", `${host.name} runs ${vms} VMs of ${scenario.cluster.vm.memory} bytes`);
    }
  }
  for (const cluster of clusters) {
    const { versions, inFlight } = store.chain(cluster);
    const cuts = [...versions, ...inFlight].map(({ number }) => number).join(", ");
    for (const { name, disk } of cluster.vms) {
      // Some VMs may have passed a cut that others have not.
      const complete = disk?.layers.filter(({ version }) => version <= cluster.snapshots);
      const layers = complete?.map(({ version }) => version).join(", ");
      if (layers !== undefined && layers !== cuts)
        fail("memory and disk of a snapshot are the same cut", `snapshots ${cuts}, layers ${layers} of ${name}`);
    }
  }
};

/** What holds for the results of every run. */
export const checkColumns = (
  scenario: ClusterScenario,
  ledger: Ledger,
  seconds: number,
  columns: Columns,
  fail: Fail,
): void => {
  const down = causes.reduce((sum, cause) => sum + ledger.sum(cause), 0);
  const up = ledger.sum("up");
  if (!close(up + down, seconds, seconds)) {
    fail("the downtime split adds up", `${up} s up and ${down} s down in ${seconds} s`);
  }
  const { cut } = scenario.snapshot;
  if (promisesConsistency(cut) && ledger.sum("orphans") > 0) {
    fail(`a ${cut} cut is consistent`, `${ledger.sum("orphans")} messages were received before their receiver's cut`);
  }
  const run = ledger.sum("runSeconds");
  if (ledger.sum("stallSeconds") < -1e-9 * run) {
    fail("no guest works longer than it runs", `${run - ledger.sum("stallSeconds")} s of work in ${run} s`);
  }
  const { workRatio, availabilityNet, stall } = columns as {
    workRatio: number;
    availabilityNet: number;
    stall: number;
  };
  for (const stage of stages) {
    const used = ledger.sum(`${stage}Seconds`);
    if (!(used >= 0 && used <= seconds * (1 + 1e-9))) {
      fail("no stage is in use for longer than the run", `${stage} for ${used} s in ${seconds} s`);
    }
  }
  const whole = scenario.cluster.quorum === scenario.cluster.vms;
  if (whole && scenario.pauseTolerance === 0 && (stall === 0 || Number.isNaN(stall))) {
    if (!close(workRatio, availabilityNet, 1)) {
      fail("without stalls availabilityNet equals workRatio", `${availabilityNet} is not ${workRatio}`);
    }
  }
};
