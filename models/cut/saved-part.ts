import { pageSize } from "../guest/memory.ts";
import type { SimulatedCluster } from "../simulation/simulated-cluster.ts";
import type { SimulatedDomain } from "../simulation/simulated-domain.ts";
import type { VmPart } from "../simulation/simulated-snapshot.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import type { Extent } from "./extent.ts";

/** A cut of one VM. */
interface Cut extends Extent {
  /** Number of the snapshot. */
  readonly snapshot: number;
  /** Seconds for which the guest has worked since it was resumed. */
  readonly work: number;
}

/** What is to be saved of a VM that has been paused for its cut; a layer of its disk is frozen with it. */
export const savedPart = (
  { disks, ledger, store, memory }: SimulatedDomain,
  cluster: SimulatedCluster,
  vm: SimulatedVm,
  { snapshot, capturesAll, storesAll, work }: Cut,
): VmPart => {
  let bytes = store.chain(cluster).wholeBytes;
  let total = store.chain(cluster).wholeTotal;
  let captured = memory.bytes + memory.sharedBytes;
  if (!storesAll) {
    bytes = new Float64Array(memory.classes.length);
    vm.dirtyPages(work, bytes);
    total = 0;
    let written = 0;
    for (let c = 0; c < bytes.length; c++) {
      const { pages, density } = memory.classes[c]!;
      vm.inSet[c] = pages === 0 ? 0 : bytes[c]! / pages;
      bytes[c]! *= pageSize;
      written += bytes[c]!;
      bytes[c]! *= density;
      total += bytes[c]!;
    }
    if (!capturesAll) captured = written;
  }
  if (capturesAll) vm.inSet.fill(1);
  const source = vm.host!;
  const copies = store.copiesFor(vm, source, storesAll);
  const layer = disks?.freeze(vm, source, snapshot, work);
  if (layer?.whole === false) {
    ledger.add("layers", 1);
    ledger.add("layerBytes", layer.bytes);
  }
  const state = { delivered: undefined, transfer: undefined, replicated: false, broken: false };
  return { of: "memory", vm, snapshot, whole: storesAll, bytes, total, captured, copies, layer, source, ...state };
};
