import type { Host } from "../data-centre/data-centre.ts";
import type { StoredContent } from "../guest/content.ts";
import type { SharedContent } from "../placement/bytes-moved.ts";
import type { SimulatedSnapshot, StoredPart } from "../simulation/simulated-snapshot.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import type { Chain } from "./chain.ts";
import { holders } from "./chunk.ts";

/**
 * What a placement of VMs brings to their hosts: what each VM wants alone, by the hosts on which its chunks lie, and what
 * all or pairs of them share, which hosts hold where a VM of the cluster was captured or restored.
 *
 * @param vms numbered in this order
 * @param contents of the stored classes; undefined when every VM gets all of its own
 * @param kept part of what VMs shared at first that each of them still has
 */
export const contentsToPlace = (
  chain: Chain,
  point: SimulatedSnapshot,
  vms: readonly SimulatedVm[],
  contents: readonly StoredContent[] | undefined,
  kept: number,
): SharedContent[] => {
  const placed: SharedContent[] = [];
  const numbers = new Map(vms.map(({ index }, number) => [index, number]));
  const holding = [...new Set(point.parts.flatMap(({ vm }) => vm.staged?.index ?? []))];
  for (const [number, vm] of vms.entries()) {
    const part = point.parts[vm.index]!;
    const bytes = chain.readBytes(point, vm.index);
    const hasPartner = numbers.has(vm.index ^ 1);
    const alone = bytes.map((one, c) => {
      if (contents === undefined) return one;
      const { own, interVm } = contents[c]!;
      return one * (own + interVm.all * (1 - kept) + interVm.pair * (hasPartner ? 1 - kept ** 2 : 1));
    });
    for (const [heldBy, amount] of byHolders(part, alone, vm.staged))
      placed.push({ bytes: amount, wantedBy: [number], heldBy });
  }
  if (contents === undefined) {
    for (const [number, vm] of vms.entries()) {
      const stored = point.shared[vm.index];
      if (stored === undefined) continue;
      for (const [heldBy, amount] of byHolders(stored, stored.bytes, vm.staged))
        placed.push({ bytes: amount, wantedBy: [number], heldBy });
    }
    return placed.filter(({ bytes }) => bytes > 0);
  }
  const first = vms[0];
  if (first === undefined) return placed;
  const bytes = chain.readBytes(point, first.index);
  const sum = (of: (content: StoredContent) => number): number =>
    bytes.reduce((total, one, c) => total + one * of(contents[c]!), 0);
  placed.push({
    bytes: kept * sum(({ interVm }) => interVm.all),
    wantedBy: vms.map((_, number) => number),
    heldBy: holding,
  });
  const inPair = kept ** 2 * sum(({ interVm }) => interVm.pair);
  for (const [number, vm] of vms.entries()) {
    const partner = numbers.get(vm.index ^ 1);
    if (partner === undefined || vm.index % 2 === 1) continue;
    const both = [vm, vms[partner]!].flatMap(({ staged }) => staged?.index ?? []);
    placed.push({ bytes: inPair, wantedBy: [number, partner], heldBy: [...new Set(both)] });
  }
  for (const stored of new Set(point.shared)) {
    const wantedBy = vms.flatMap((vm, number) => (point.shared[vm.index] === stored ? [number] : []));
    const total = stored.bytes.reduce((all, one) => all + one, 0);
    placed.push({ bytes: total, wantedBy, heldBy: holding });
  }
  return placed.filter(({ bytes, wantedBy }) => bytes > 0 && wantedBy.length > 0);
};

/** Bytes of a VM by the hosts that hold them, for whom nothing has to be sent. */
const byHolders = (
  { copies }: StoredPart,
  bytes: Float64Array,
  staged: Host | undefined,
): [heldBy: readonly number[], bytes: number][] => {
  const found = new Map<string, [number[], number]>();
  for (const chunk of copies.chunks) {
    const hosts = new Set(holders(chunk).map(({ index }) => index));
    if (staged !== undefined) hosts.add(staged.index);
    const heldBy = [...hosts].sort((one, other) => one - other);
    const one = found.get(heldBy.join()) ?? [heldBy, 0];
    one[1] += chunk.share * bytes[chunk.pageClass]!;
    found.set(heldBy.join(), one);
  }
  return [...found.values()];
};
