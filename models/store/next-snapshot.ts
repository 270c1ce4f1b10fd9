import { extentOf } from "../cut/extent.ts";
import type { Host } from "../data-centre/data-centre.ts";
import { type MemoryTable, pageSize } from "../guest/memory.ts";
import type { SnapshotPlan, StoragePlan } from "../scenario.ts";
import type { SimulatedCluster } from "../simulation/simulated-cluster.ts";
import type { Chain } from "./chain.ts";
import { weigh } from "./host-shares.ts";
import type { Layout } from "./layout.ts";

interface Given {
  readonly memory: MemoryTable;
  readonly scenario: { readonly snapshot: SnapshotPlan; readonly storage: StoragePlan };
  readonly sim: { readonly now: number };
}

/**
 * What the next snapshot of a cluster takes at most on each host: what is dirty by then and for an interval more, or
 * everything.
 *
 * @returns bytes by host; Infinity for a host whose copies have no place
 */
export const nextSnapshot = (
  cluster: SimulatedCluster,
  chain: Chain,
  { memory, scenario, sim }: Given,
  layout: Layout,
): Map<Host, number> => {
  const { interval } = scenario.snapshot;
  const { capturesAll, storesAll } = extentOf(scenario.snapshot, scenario.storage, cluster);
  const more = new Map<Host, number>();
  const add = (host: Host, bytes: number): void => {
    more.set(host, (more.get(host) ?? 0) + bytes);
  };
  for (const vm of cluster.vms) {
    const { host, disk } = vm;
    if (host === undefined) continue;
    const work = vm.work(sim.now) + interval;
    const bytes = storesAll ? chain.wholeBytes : new Float64Array(memory.classes.length);
    let captured = memory.bytes + memory.sharedBytes;
    if (!storesAll) {
      vm.dirtyPages(work, bytes);
      if (!capturesAll) captured = bytes.reduce((sum, pages) => sum + pages * pageSize, 0);
      for (const [c, { density }] of memory.classes.entries()) bytes[c]! *= pageSize * density;
    }
    const copies = layout.copiesFor(vm, host, storesAll);
    add(host, copies.full ? captured : Number.POSITIVE_INFINITY);
    for (const [holder, shares] of copies.targets) add(holder, weigh(shares, bytes));
    if (disk?.spec.on === "local") add(host, disk.fresh ? 0 : disk.unfrozen(work));
  }
  return more;
};
