import type { DataCentre, Host } from "../data-centre/data-centre.ts";
import type { LinkCapacity } from "../data-centre/link-capacity.ts";
import type { VmDiskSpec } from "../scenario.ts";

/**
 * What running guests write to their disks. A hypervisor serves its guests before its copiers, so their rate is taken off
 * the capacity of the links that their blocks cross, and captures, copies, merges and restores share what is left.
 */
export class GuestWrites {
  readonly #centre: DataCentre;
  readonly #disk: VmDiskSpec;

  constructor(centre: DataCentre, disk: VmDiskSpec) {
    this.#centre = centre;
    this.#disk = disk;
  }

  /** A guest runs on this host, throttled to a part of its speed. Its stalls by faults are not taken off its rate. */
  begin(host: Host, speed: number): void {
    this.#change(host, speed, 1);
  }

  /** It does so no longer. */
  end(host: Host, speed: number): void {
    this.#change(host, speed, -1);
  }

  #change(host: Host, speed: number, guests: 1 | -1): void {
    const rate = speed * this.#disk.writeRate;
    if (rate > 0) for (const capacity of this.#path(host)) capacity.take(rate, guests);
  }

  #path(host: Host): readonly LinkCapacity[] {
    const { racks, store } = this.#centre;
    const links = this.#disk.on === "local" ? [host.diskWrite] : [host.nicOut, racks[host.rack]!.up, store];
    return links.map((link) => this.#centre.capacityOf(link));
  }
}
