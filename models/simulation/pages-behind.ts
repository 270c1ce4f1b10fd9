import type { Transfer } from "../data-centre/transfer.ts";
import type { Load } from "./load.ts";
import type { SimulatedVm } from "./simulated-vm.ts";

/** Tells guests that run already how fast the pages come that come behind them. */
export class PagesBehind {
  readonly #clock: { readonly now: number };
  /** For transfers of pages behind the guests: bytes per second that none of them exceeds. */
  readonly cap: { readonly cap?: number };

  /** @param rate Infinity without a limit */
  constructor(clock: { readonly now: number }, rate: number) {
    this.#clock = clock;
    this.cap = rate < Number.POSITIVE_INFINITY ? { cap: rate } : {};
  }

  follow(transfer: Transfer, loads: Iterable<readonly [SimulatedVm, Load]>): void {
    const all = [...loads];
    const pace = (): void => {
      for (const [vm, load] of all) this.pace(vm, load);
    };
    transfer.follow(pace);
    pace();
  }

  /** Something has come, or comes at another pace. */
  pace(vm: SimulatedVm, load: Load): void {
    if (vm.load !== load) return;
    vm.pagesCome(this.#clock.now, load.behindGuest());
  }
}
