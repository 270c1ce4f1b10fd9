import type { DataCentre, Host } from "../data-centre/data-centre.ts";
import { RouteBuilder } from "../data-centre/route.ts";
import type { Transfer, Transfers } from "../data-centre/transfer.ts";
import type { RepairOrder } from "../scenario.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import type { Copy } from "./chunk.ts";
import type { Copies } from "./copies.ts";
import { missingOn, repaired, riskOf } from "./copy-repair.ts";

interface Running {
  readonly transfer: Transfer;
  /** How many further losses the chunks it repairs could bear. */
  readonly risk: number;
}

/** Brings copies that lack something up to date: one transfer at a time for the copies of one VM on one host. */
export class Repairs {
  readonly #centre: DataCentre;
  readonly #transfers: Transfers;
  readonly #order: RepairOrder;
  readonly #onRepaired: () => void;
  readonly #running = new Map<Copies, Map<Host, Running>>();
  /** Copies that had something due, whose repair may have to wait for those at more risk. */
  readonly #queue = new Map<Copies, SimulatedVm>();

  constructor(centre: DataCentre, transfers: Transfers, order: RepairOrder, onRepaired: () => void) {
    this.#centre = centre;
    this.#transfers = transfers;
    this.#order = order;
    this.#onRepaired = onRepaired;
  }

  get idle(): boolean {
    return this.#running.size === 0 && this.#queue.size === 0;
  }

  /** The repair of these copies may begin. */
  due(copies: Copies, vm: SimulatedVm, lacking: readonly Copy[]): void {
    for (const copy of lacking) copy.due = true;
    this.begin(copies, vm);
  }

  /** Begins what is due and can be read now, unless others come first. */
  begin(copies: Copies, vm: SimulatedVm): void {
    if (this.#order === "together") this.#repairAll(copies, vm);
    else {
      this.#queue.set(copies, vm);
      this.#next();
    }
  }

  /** Ends the repair of copies that are not in use any more. */
  keepOnly(used: ReadonlySet<Copies>): void {
    for (const copies of this.#queue.keys()) if (!used.has(copies)) this.#queue.delete(copies);
    for (const [copies, running] of this.#running) {
      if (used.has(copies)) continue;
      this.#running.delete(copies);
      for (const { transfer } of running.values()) this.#transfers.cancel(transfer);
    }
  }

  /** Nothing is begun while chunks that can bear fewer further losses are due or being repaired. */
  #next(): void {
    let least = Number.POSITIVE_INFINITY;
    for (const running of this.#running.values()) {
      for (const { risk } of running.values()) least = Math.min(least, risk);
    }
    const due = [...this.#queue].map(([copies, vm]) => ({ copies, vm, risk: riskOf(copies, vm.staged) }));
    for (const { risk } of due) least = Math.min(least, risk);
    for (const { copies, vm, risk } of due) {
      if (risk === Number.POSITIVE_INFINITY) this.#queue.delete(copies);
      else if (risk <= least) this.#repairAll(copies, vm, least);
    }
  }

  #repairAll(copies: Copies, vm: SimulatedVm, atMost?: number): void {
    for (const host of copies.hostsBehind) this.#repair(copies, vm, host, atMost);
  }

  #repair(copies: Copies, vm: SimulatedVm, target: Host, atMost = Number.POSITIVE_INFINITY): void {
    const running = this.#running.get(copies) ?? new Map<Host, Running>();
    if (running.has(target)) return;
    const missing = missingOn(copies, target, vm.staged, atMost);
    if (missing.copies.length === 0) return;
    const ended = (left: number): void => {
      running.delete(target);
      if (running.size === 0) this.#running.delete(copies);
      repaired(copies, missing.copies, left);
      // More may have come due on this host meanwhile, or the rest can be read elsewhere.
      if (this.#order === "together") this.#repair(copies, vm, target);
      else this.begin(copies, vm);
      if (left === 0) this.#onRepaired();
    };
    const route = new RouteBuilder(this.#centre).repair(target);
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
    running.set(target, { transfer, risk: atMost });
  }
}
