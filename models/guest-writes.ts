import type { Link } from "../sim/index.ts";
import type { DataCentre, Host } from "./data-centre.ts";
import type { VmDiskSpec } from "./scenario.ts";

/**
 * What running guests write to their disks. A hypervisor serves its guests before its copiers, so their rate is taken off
 * the capacity of the links that their blocks cross, and captures, copies, merges and restores share what is left.
 */
export class GuestWrites {
  readonly #centre: DataCentre;
  readonly #disk: VmDiskSpec;
  readonly #writers = new Map<Link, { readonly capacity: number; guests: number }>();

  constructor(centre: DataCentre, disk: VmDiskSpec) {
    this.#centre = centre;
    this.#disk = disk;
  }

  /** A guest runs on this host. */
  begin(host: Host): void {
    for (const link of this.#path(host)) this.#change(link, 1);
  }

  /** It does so no longer. */
  end(host: Host): void {
    for (const link of this.#path(host)) this.#change(link, -1);
  }

  #path(host: Host): readonly Link[] {
    const { racks, store } = this.#centre;
    return this.#disk.on === "local" ? [host.diskWrite] : [host.nicOut, racks[host.rack]!.up, store];
  }

  #change(link: Link, by: number): void {
    if (this.#disk.writeRate === 0) return;
    let entry = this.#writers.get(link);
    if (entry === undefined) {
      entry = { capacity: link.capacity, guests: 0 };
      this.#writers.set(link, entry);
    }
    entry.guests += by;
    const left = entry.capacity - entry.guests * this.#disk.writeRate;
    if (!(left > 0)) {
      throw new RangeError(
        `${link.name}: ${entry.guests} guests write ${this.#disk.writeRate} bytes per second each, it takes ${entry.capacity}: nothing is left for snapshots`,
      );
    }
    link.setCapacity(left);
  }
}
