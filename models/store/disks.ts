import type { DataCentre, Host } from "../data-centre/data-centre.ts";
import { GuestWrites } from "../guest/guest-writes.ts";
import type { PlaceCopies } from "../placement/copy-placement.ts";
import type { ClusterScenario, SnapshotPlan, VmDiskSpec } from "../scenario.ts";
import type { DiskLayer, StoredPart } from "../simulation/simulated-snapshot.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import type { Copies } from "./copies.ts";
import { diskTable, type LayerCosts, layerCosts } from "./disk-layer.ts";
import { Layout } from "./layout.ts";
import { VmDisk } from "./vm-disk.ts";

/** The disks of the VMs of one data centre: what their layers cost, and where those of local disks are copied to. */
export class Disks {
  readonly spec: VmDiskSpec;
  readonly costs: LayerCosts;
  readonly #writes: GuestWrites;
  readonly #layout: Layout | undefined;

  constructor(spec: VmDiskSpec, scenario: ClusterScenario, centre: DataCentre, place: PlaceCopies) {
    const { dataCentre, storage } = scenario;
    this.spec = spec;
    this.costs = layerCosts(spec, storage.disk, dataCentre.host.disk, dataCentre.store);
    this.#writes = new GuestWrites(centre, spec);
    if (spec.on === "local") this.#layout = new Layout(centre, diskTable(spec, storage), storage.chunk, place);
  }

  add(): VmDisk {
    return new VmDisk(this.spec, this.#writes);
  }

  /** A plan whose pauses hold the making of a layer, too. */
  pausedFor(plan: SnapshotPlan): SnapshotPlan {
    const { costs } = plan;
    const { create } = this.costs;
    return { ...plan, costs: { ...costs, fixed: costs.fixed + create, device: costs.device + create } };
  }

  /** The cut `version` freezes the disk of a VM on `source` after `work` seconds of guest work since the cut before. */
  freeze(vm: SimulatedVm, source: Host, version: number, work: number): DiskLayer {
    const disk = vm.disk!;
    const bytes = disk.unfrozen(work);
    return disk.freeze(version, bytes, this.#toBeCopied(vm, source, version, bytes, disk.fresh));
  }

  /** New layers of this VM's disk go on with these copies; without them, with new ones. */
  goOn(vm: SimulatedVm, copies: Copies | undefined): void {
    this.#layout?.goOn(vm, copies);
  }

  /** Where a whole layer of this VM's disk is written; undefined on the store. */
  copiesFor(vm: SimulatedVm, source: Host): Copies | undefined {
    return this.#layout?.copiesFor(vm, source, true);
  }

  #toBeCopied(vm: SimulatedVm, source: Host, snapshot: number, bytes: number, whole: boolean): StoredPart | undefined {
    const copies = this.#layout?.copiesFor(vm, source, whole);
    if (copies === undefined) return undefined;
    return {
      of: "disk",
      vm,
      snapshot,
      whole,
      bytes: Float64Array.of(bytes),
      total: bytes,
      copies,
      source,
      delivered: undefined,
      transfer: undefined,
      replicated: false,
      broken: false,
    };
  }
}
