import type { FluidFlow, FluidNetwork } from "../../sim/index.ts";
import type { Ledger } from "../books/ledger.ts";
import type { Tell, TransferEnds } from "../life-cycle-events.ts";
import type { Vm } from "../testbed.ts";
import type { Host } from "./data-centre.ts";
import type { Errand } from "./errand.ts";
import type { Route } from "./route.ts";

export interface TransferOptions {
  readonly errand: Errand;
  /** Whose pages are moved, and of which snapshot when it is a single one. */
  readonly vm: Vm;
  /** When they are pages that several want: all of them. */
  readonly vms?: readonly Vm[];
  readonly snapshot?: number;
  readonly bytes: number;
  readonly route: Route;
  /** Bytes per second that the transfer does not exceed. */
  readonly cap?: number;
  readonly onDone: () => void;
  /** `at`, a host of the route, has failed; `remaining` bytes have not arrived. */
  readonly onBroken: (remaining: number, at: Host) => void;
}

/** One transfer under way. */
export class Transfer {
  readonly options: TransferOptions;
  readonly bytes: number;
  /** Counted from 1 in the order of their beginnings. */
  readonly id: number;
  flow: FluidFlow | undefined;

  constructor(options: TransferOptions, id: number) {
    this.options = options;
    this.id = id;
    this.bytes = options.bytes;
  }

  get remaining(): number {
    return this.flow === undefined ? 0 : this.flow.remaining;
  }

  /** Bytes per second. */
  get rate(): number {
    return this.flow?.inProgress === true ? this.flow.rate : 0;
  }

  /** Calls back whenever its rate has changed; what is over, or has nothing to move, has none. */
  follow(onRate: () => void): void {
    if (this.flow?.inProgress === true) this.flow.follow(onRate);
  }

  /** Fraction of the bytes that have arrived. */
  get progress(): number {
    return this.bytes === 0 ? 1 : 1 - this.remaining / this.bytes;
  }
}

/** All transfers under way: starts them, breaks them when a host fails, and counts their bytes. */
export class Transfers {
  readonly #net: FluidNetwork;
  readonly #ledger: Ledger;
  readonly #tell: Tell | undefined;
  readonly #active = new Set<Transfer>();
  /** Bytes times shares of all transfers so far: what the links must have carried. */
  #carried = 0;
  #begun = 0;

  constructor(net: FluidNetwork, ledger: Ledger, tell?: Tell) {
    this.#net = net;
    this.#ledger = ledger;
    this.#tell = tell;
  }

  get active(): ReadonlySet<Transfer> {
    return this.#active;
  }

  /** Link-bytes that transfers have asked the network to carry, those under way included. */
  get carried(): number {
    let total = this.#carried;
    for (const transfer of this.#active) total += (transfer.bytes - transfer.remaining) * transfer.options.route.weight;
    return total;
  }

  start(options: TransferOptions): Transfer {
    const transfer = new Transfer(options, ++this.#begun);
    this.#active.add(transfer);
    this.#tell?.({ ...described(transfer), state: "begin" });
    transfer.flow = this.#flow(options, options.bytes, () => this.#end(transfer));
    return transfer;
  }

  #flow({ route, cap }: TransferOptions, bytes: number, onDone: () => void): FluidFlow {
    // Nothing to move crosses nothing; the network asks for a limit all the same.
    const limit = route.over.length === 0 ? 1 : cap;
    return this.#net.transfer({ bytes, over: route.over, ...(limit === undefined ? {} : { cap: limit }), onDone });
  }

  /** Takes `bytes` of a transfer as moved in time that was jumped over. */
  shorten(transfer: Transfer, bytes: number): void {
    const remaining = transfer.remaining - bytes;
    transfer.flow!.cancel();
    this.#carried -= bytes * transfer.options.route.weight;
    transfer.flow = this.#flow(transfer.options, remaining, () => this.#end(transfer));
  }

  /** Ends a transfer that nobody wants any more. */
  cancel(transfer: Transfer): void {
    if (this.#active.has(transfer)) this.#stop(transfer, "cancelled");
  }

  /** Breaks every transfer that crosses a failed host. */
  breakAt(host: Host): void {
    const broken = [...this.#active].filter((transfer) => transfer.options.route.hosts.includes(host));
    const remaining = broken.map((transfer) => this.#stop(transfer, "broken"));
    for (const [i, transfer] of broken.entries()) transfer.options.onBroken(remaining[i]!, host);
  }

  /** Counts what the transfers under way have moved by the end of the run. */
  settle(): void {
    for (const transfer of [...this.#active]) this.#stop(transfer, "unfinished");
  }

  #stop(transfer: Transfer, how: TransferEnds["state"]): number {
    const { remaining } = transfer;
    // When its last byte arrives at this very instant, only its end is still to be told.
    if (!transfer.flow!.triggered) transfer.flow!.cancel();
    this.#count(transfer, remaining, how);
    return remaining;
  }

  #end(transfer: Transfer): void {
    if (!this.#active.has(transfer)) return;
    this.#count(transfer, 0, "done");
    transfer.options.onDone();
  }

  #count(transfer: Transfer, remaining: number, state: TransferEnds["state"]): void {
    this.#active.delete(transfer);
    transfer.flow = undefined;
    const { errand, route } = transfer.options;
    const moved = transfer.bytes - remaining;
    this.#carried += moved * transfer.options.route.weight;
    const sourceBytes = moved * route.sourceShare;
    const linkBytes = moved * route.linkShare;
    this.#ledger.add("sourceBytes", sourceBytes);
    this.#ledger.add("linkBytes", linkBytes);
    if (errand === "capture") this.#ledger.add("captureBytes", moved);
    if (errand === "repair") this.#ledger.add("repairBytes", moved);
    if (errand === "restore") {
      this.#ledger.add("restoreBytes", moved);
      this.#ledger.add("restoreSourceBytes", sourceBytes);
      this.#ledger.add("restoreLinkBytes", linkBytes);
      this.#ledger.add("restoreUplinkBytes", moved * route.uplinkShare);
    }
    this.#tell?.({ ...described(transfer), state, moved, sourceBytes, linkBytes });
  }
}

const described = ({ id, options: { errand, vm, vms, snapshot, route, bytes } }: Transfer) => ({
  kind: "transfer" as const,
  id,
  errand,
  vm: vm.name,
  ...(vms === undefined ? {} : { vms: vms.map(({ name }) => name) }),
  ...(snapshot === undefined ? {} : { snapshot }),
  from: route.from,
  to: route.to,
  bytes,
});
