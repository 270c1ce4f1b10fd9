import type { DataCentre, Host } from "../data-centre/data-centre.ts";
import type { CopiedTable } from "../guest/memory.ts";
import type { PlaceCopies } from "../placement/copy-placement.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import { Copies } from "./copies.ts";

/** The copies that new versions of each VM's memory, or of each VM's disk, are written to. */
export class Layout {
  readonly #centre: DataCentre;
  readonly #table: CopiedTable;
  readonly #chunk: number;
  readonly #place: PlaceCopies;
  readonly #current = new Map<SimulatedVm, Copies>();

  /**
   * @param chunk bytes
   */
  constructor(centre: DataCentre, table: CopiedTable, chunk: number, place: PlaceCopies) {
    this.#centre = centre;
    this.#table = table;
    this.#chunk = chunk;
    this.#place = place;
  }

  /** With the chain that a new version adds to, or, when it is whole, wherever all copies fit. */
  copiesFor(vm: SimulatedVm, capturing: Host, whole: boolean): Copies {
    const current = this.#current.get(vm);
    if (current !== undefined && !whole) return current;
    const copies =
      current?.forNewVersion(capturing) ??
      Copies.place(this.#centre.hosts, this.#table, this.#chunk, capturing, this.#place);
    this.#current.set(vm, copies);
    return copies;
  }

  /** New versions of this VM go on with these copies; without them, with new ones. */
  goOn(vm: SimulatedVm, copies: Copies | undefined): void {
    if (copies === undefined) this.#current.delete(vm);
    else this.#current.set(vm, copies);
  }
}
