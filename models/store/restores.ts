import type { Ledger } from "../books/ledger.ts";
import type { DataCentre, Host } from "../data-centre/data-centre.ts";
import type { Route } from "../data-centre/route.ts";
import { reductionOf, storedContent } from "../guest/content.ts";
import { type MemoryTable, pageSize } from "../guest/memory.ts";
import type { SharedContent } from "../placement/bytes-moved.ts";
import type { ClusterScenario } from "../scenario.ts";
import type { SimulatedSnapshot } from "../simulation/simulated-snapshot.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import type { Delivery } from "../transfer/deliver.ts";
import type { Chain } from "./chain.ts";
import { weigh } from "./host-shares.ts";
import { contentsToPlace } from "./placed-contents.ts";
import { type RestoreContents, restoreContents, type SharedPages, type Wanted } from "./restore-contents.ts";
import { type Asked, type Restore, restoreRoute } from "./restore-route.ts";
import { sharedRoute } from "./shared-route.ts";

/** What restores read from the store: how it comes to the hosts, and what need not be sent. */
export class Restores {
  readonly #centre: DataCentre;
  readonly #memory: MemoryTable;
  readonly #scenario: ClusterScenario;
  readonly #ledger: Ledger;
  readonly #chain: (point: SimulatedSnapshot) => Chain;
  /** Of the stored classes. */
  readonly #contents;
  /** Bytes of a VM that are not stored. */
  readonly #left;

  constructor(
    centre: DataCentre,
    memory: MemoryTable,
    scenario: ClusterScenario,
    ledger: Ledger,
    chain: (point: SimulatedSnapshot) => Chain,
  ) {
    this.#centre = centre;
    this.#memory = memory;
    this.#scenario = scenario;
    this.#ledger = ledger;
    this.#chain = chain;
    this.#contents = memory.classes.map(({ source }) => storedContent(source, scenario.storage));
    this.#left = leftOut(memory, scenario);
  }

  /** How a VM's pages of a restore point come to a host; undefined while some cannot. */
  route(point: SimulatedSnapshot, vm: SimulatedVm, host: Host, asked: Asked): Restore | undefined {
    const source = { centre: this.#centre, memory: this.#memory, storage: this.#scenario.storage };
    return restoreRoute(source, this.#chain(point), point, point.parts[vm.index]!, host, {
      ...asked,
      stage: this.#scenario.rollback.stage,
    });
  }

  isReadable(point: SimulatedSnapshot, vms: readonly SimulatedVm[]): boolean {
    const chain = this.#chain(point);
    return vms.every(({ index }) => chain.readability(point, point.parts[index]!, "now") !== "unreadable");
  }

  /** @param kept part of what VMs shared at first that each of them still has */
  contents(point: SimulatedSnapshot, vms: readonly SimulatedVm[], kept: number): RestoreContents {
    return restoreContents(this.#chain(point), point, vms, this.#contents, kept);
  }

  sharedRoute(
    pages: readonly SharedPages[],
    to: readonly Host[],
    delivery: Delivery,
  ): { readonly route: Route; readonly bytes: number } {
    return sharedRoute(this.#centre, pages, to, delivery, this.#scenario.rollback.stage);
  }

  /** What a placement of these VMs brings to their hosts, with VMs numbered in this order. */
  contentsToPlace(point: SimulatedSnapshot, vms: readonly SimulatedVm[], kept: number): SharedContent[] {
    const isShared = this.#scenario.rollback.transfer !== "unicast";
    return contentsToPlace(this.#chain(point), point, vms, isShared ? this.#contents : undefined, kept);
  }

  /** Counts what a VM that is to be restored has, and what of it need not be sent. */
  count(point: SimulatedSnapshot, vm: SimulatedVm, wanted?: Wanted): void {
    const left = this.#left;
    const add = this.#ledger.add.bind(this.#ledger);
    const raw = this.#scenario.cluster.vm.memory;
    add("restoreRawBytes", raw);
    add("restoreSavedDrop", left.dropped);
    if (vm.stagedOn === vm.host) {
      add("restoreSavedZero", left.zero);
      add("restoreSavedHeld", this.#heldInPlace);
      return;
    }
    const bytes = this.#chain(point).readBytes(point, vm.index);
    const partOf = (part: (c: number) => number): number =>
      wanted === undefined ? 0 : bytes.reduce((sum, one, c) => sum + one * part(c), 0);
    add("restoreSavedZero", left.zero + partOf((c) => this.#contents[c]!.zero));
    add("restoreSavedSelf", left.self + partOf((c) => this.#contents[c]!.selfDuplicate));
    add("restoreSavedCompression", left.compression);
    if (wanted !== undefined) add("restoreSavedHeld", this.#held(point, vm, wanted));
  }

  /** Of what lay on the host, for this VM or for another, this part has to come from elsewhere after all. */
  countLostHeld(point: SimulatedSnapshot, vm: SimulatedVm, wanted: Wanted | undefined, part: number): void {
    const held = wanted === undefined ? this.#heldInPlace : this.#held(point, vm, wanted);
    this.#ledger.add("restoreSavedHeld", -part * held);
  }

  /** Bytes of a VM that is rolled back on the host on which its pages lie. */
  get #heldInPlace(): number {
    return this.#scenario.cluster.vm.memory - this.#left.dropped - this.#left.zero;
  }

  #held(point: SimulatedSnapshot, vm: SimulatedVm, wanted: Wanted): number {
    const common = point.shared[vm.index]?.bytes ?? none;
    const inCommon = wanted.commonHeld ? common.reduce((sum, one) => sum + one, 0) : 0;
    return weigh(wanted.held, this.#chain(point).readBytes(point, vm.index)) + inCommon;
  }
}

const none = new Float64Array();

/** Bytes of one VM that no restore reads, because they are not stored. */
const leftOut = ({ classes, dropped }: MemoryTable, { storage }: ClusterScenario) => {
  const left = { dropped: 0, zero: 0, self: 0, compression: 0 };
  for (const { pages } of dropped) left.dropped += pages * pageSize;
  for (const { source } of classes) {
    const { zero, self, compression } = reductionOf(source, storage, false);
    left.zero += source.pages * pageSize * zero;
    left.self += source.pages * pageSize * self;
    left.compression += source.pages * pageSize * (1 - zero - self) * (1 - compression);
  }
  return left;
};
