import type { DataCentre, Host } from "../data-centre/data-centre.ts";
import { RouteBuilder } from "../data-centre/route.ts";
import type { Transfer, Transfers } from "../data-centre/transfer.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import type { Copy } from "./chunk.ts";
import type { Copies } from "./copies.ts";

/** Brings copies that lack something up to date: one transfer at a time for the copies of one VM on one host. */
export class Repairs {
  readonly #centre: DataCentre;
  readonly #transfers: Transfers;
  readonly #onRepaired: () => void;
  readonly #running = new Map<Copies, Map<Host, Transfer>>();

  constructor(centre: DataCentre, transfers: Transfers, onRepaired: () => void) {
    this.#centre = centre;
    this.#transfers = transfers;
    this.#onRepaired = onRepaired;
  }

  get idle(): boolean {
    return this.#running.size === 0;
  }

  /** The repair of these copies may begin. */
  due(copies: Copies, vm: SimulatedVm, lacking: readonly Copy[]): void {
    for (const copy of lacking) copy.due = true;
    this.begin(copies, vm);
  }

  /** Begins what is due and can be read now. */
  begin(copies: Copies, vm: SimulatedVm): void {
    for (const host of copies.hostsBehind) this.#repair(copies, vm, host);
  }

  /** Ends the repair of copies that are not in use any more. */
  keepOnly(used: ReadonlySet<Copies>): void {
    for (const [copies, transfers] of this.#running) {
      if (used.has(copies)) continue;
      this.#running.delete(copies);
      for (const transfer of transfers.values()) this.#transfers.cancel(transfer);
    }
  }

  #repair(copies: Copies, vm: SimulatedVm, target: Host): void {
    const running = this.#running.get(copies) ?? new Map<Host, Transfer>();
    if (running.has(target)) return;
    const missing = copies.missing(target, vm.staged);
    if (missing.copies.length === 0) return;
    const ended = (left: number): void => {
      running.delete(target);
      if (running.size === 0) this.#running.delete(copies);
      copies.repaired(missing.copies, left);
      // More may have come due on this host meanwhile, or the rest can be read elsewhere.
      this.#repair(copies, vm, target);
      if (left === 0) this.#onRepaired();
    };
    const route = new RouteBuilder(this.#centre).write(target);
    for (const [source, { read, sent }] of missing.from) {
      route.read(source, read / missing.bytes).send(source, target, sent / missing.bytes);
    }
    this.#running.set(copies, running);
    const transfer = this.#transfers.start({
      errand: "repair",
      vm,
      bytes: missing.bytes,
      route: route.build(),
      onDone: () => ended(0),
      onBroken: (remaining) => ended(remaining / missing.bytes),
    });
    running.set(target, transfer);
  }
}
