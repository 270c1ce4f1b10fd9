import type { Host } from "../data-centre/data-centre.ts";
import type { StoredContent } from "../guest/content.ts";
import type { SimulatedSnapshot, StoredPart } from "../simulation/simulated-snapshot.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import type { Chain } from "./chain.ts";

/** What one VM of a restore wants of its memory, by class. */
export interface Wanted {
  /** Parts of its bytes that only it wants, or whoever it shared them with has lost. */
  readonly own: Float64Array;
  /** Parts that another VM has left on its host. */
  readonly held: Float64Array;
  /** What VMs have in common is stored once for them, and another VM has left it on the host. */
  readonly commonHeld: boolean;
  /** Nobody shares it any more: it comes to this VM alone. */
  readonly commonAlone: boolean;
  /** By content. */
  readonly shared: ReadonlyMap<string, SharedPart>;
}

/** What one VM wants of a content that others want, too. */
export interface SharedPart {
  /** Bytes by class. */
  readonly bytes: Float64Array;
  /** What holds them. */
  readonly part: StoredPart;
}

/** Pages that several VMs want: each is to come once to every host that wants it. */
export interface SharedPages {
  /** Names the content among those of the cluster. */
  readonly content: string;
  /** Bytes by class. */
  readonly bytes: Float64Array;
  readonly vms: readonly SimulatedVm[];
  /** What holds them, of each VM that wants them. */
  readonly parts: readonly StoredPart[];
}

/** What the VMs of a restore want, when pages of zeros and what a VM holds twice are sent to nobody. */
export interface RestoreContents {
  readonly wanted: ReadonlyMap<SimulatedVm, Wanted>;
  readonly shared: readonly SharedPages[];
}

/**
 * Who wants what, in expectation: each of n VMs has kept a page that they shared with probability k, independently, so that
 * k [1 − (1 − k)^(n−1)] of the pages are still in some other VM too, and of such pages there are
 * 1 − (1 − k)^n − n k (1 − k)^(n−1) different ones.
 *
 * @param vms those that are to be brought to their hosts; who is staged there is none of them
 * @param contents of the stored classes
 * @param kept k
 */
export const restoreContents = (
  chain: Chain,
  point: SimulatedSnapshot,
  vms: readonly SimulatedVm[],
  contents: readonly StoredContent[],
  kept: number,
): RestoreContents => {
  const staged = stagedByHost(point);
  const seekers = vms.filter(({ host }) => !staged.has(host!));
  const wanted = new Map<SimulatedVm, Wanted>();
  const shared = new Map<string, { bytes: Float64Array; vms: SimulatedVm[]; parts: StoredPart[] }>();
  const want = (content: string, vm: SimulatedVm, part: StoredPart, bytes: Float64Array): void => {
    let one = shared.get(content);
    if (one === undefined) {
      one = { bytes, vms: [], parts: [] };
      shared.set(content, one);
    }
    one.vms.push(vm);
    one.parts.push(part);
  };
  const seeking = new Set(seekers.map(({ index }) => index));
  for (const vm of vms) {
    const part = point.parts[vm.index]!;
    const bytes = chain.readBytes(point, vm.index);
    const here = staged.get(vm.host!);
    const partner = vm.index ^ 1;
    const own = new Float64Array(bytes.length);
    const held = new Float64Array(bytes.length);
    const mine = new Map<string, SharedPart>();
    const inAll = here === undefined ? stillShared(kept, seekers.length) : kept * (1 - (1 - kept) ** here.size);
    const inPair = here === undefined ? (seeking.has(partner) ? kept ** 2 : 0) : here.has(partner) ? kept ** 2 : 0;
    for (const [c, { interVm, own: unique }] of contents.entries()) {
      const common = interVm.all * inAll + interVm.pair * inPair;
      if (here !== undefined) held[c] = common;
      own[c] = unique + interVm.all + interVm.pair - common;
    }
    if (here === undefined && inAll > 0) {
      const different = differentShared(kept, seekers.length);
      mine.set("all", { part, bytes: bytes.map((one, c) => one * contents[c]!.interVm.all * inAll) });
      want(
        "all",
        vm,
        part,
        bytes.map((one, c) => one * contents[c]!.interVm.all * different),
      );
    }
    if (here === undefined && inPair > 0) {
      const content = `pair ${Math.min(vm.index, partner)}`;
      const both = bytes.map((one, c) => one * contents[c]!.interVm.pair * inPair);
      mine.set(content, { part, bytes: both });
      want(content, vm, part, both);
    }
    const stored = point.shared[vm.index];
    if (stored !== undefined && here === undefined) {
      const content = `stored ${point.shared.indexOf(stored)}`;
      mine.set(content, { part: stored, bytes: stored.bytes });
      want(content, vm, stored, stored.bytes);
    }
    for (const [content, { bytes }] of mine) if (bytes.every((one) => one === 0)) mine.delete(content);
    wanted.set(vm, {
      own,
      held,
      commonHeld: stored !== undefined && here !== undefined,
      commonAlone: false,
      shared: mine,
    });
  }
  return {
    wanted,
    shared: [...shared]
      .map(([content, one]) => ({ content, ...one }))
      .filter(({ bytes }) => bytes.some((one) => one > 0)),
  };
};

/** The same when the disk is gone on which another VM had left some: that has to come to it alone. */
export const withoutHeld = (wanted: Wanted): Wanted => ({
  own: wanted.own.map((part, c) => part + wanted.held[c]!),
  held: new Float64Array(wanted.held.length),
  commonHeld: false,
  commonAlone: wanted.commonHeld,
  shared: wanted.shared,
});

/** VMs whose pages lie on the disks of the hosts, because they were captured or restored there. */
const stagedByHost = ({ parts }: SimulatedSnapshot): ReadonlyMap<Host, ReadonlySet<number>> => {
  const staged = new Map<Host, Set<number>>();
  for (const { vm } of parts) {
    if (vm.staged === undefined) continue;
    const here = staged.get(vm.staged) ?? new Set();
    staged.set(vm.staged, here.add(vm.index));
  }
  return staged;
};

/** Part of what n VMs shared at first that one of them still shares with another. */
const stillShared = (kept: number, vms: number): number => kept * (1 - (1 - kept) ** (vms - 1));

/** Different pages among those, as a part of what they shared at first. */
const differentShared = (kept: number, vms: number): number =>
  1 - (1 - kept) ** vms - vms * kept * (1 - kept) ** (vms - 1);
