import type { DataCentre, Host } from "../data-centre/data-centre.ts";
import { type Route, RouteBuilder } from "../data-centre/route.ts";
import type { MemoryTable } from "../guest/memory.ts";
import type { StoragePlan } from "../scenario.ts";
import type { SimulatedSnapshot, VmPart } from "../simulation/simulated-snapshot.ts";
import type { Chain } from "./chain.ts";
import { type HostShares, weigh } from "./host-shares.ts";
import { type VmOutcome, vmOutcome } from "./vm-outcome.ts";

/** How one VM's memory and local disk of a restore point come to a host. */
export interface Restore {
  readonly route: Route;
  readonly bytes: number;
  readonly outcome: VmOutcome;
}

/**
 * Undefined while something cannot be read. What the host holds is not sent: pages are read from its disk, and blocks stay
 * where they are, because the guest's writes go to a new layer over them. Pages that were not kept are read again from the
 * VM's disk, which by then is on the host, or from its image or disk on the store.
 */
export const restoreRoute = (
  {
    centre,
    memory,
    storage,
  }: { readonly centre: DataCentre; readonly memory: MemoryTable; readonly storage: StoragePlan },
  chain: Chain,
  point: SimulatedSnapshot,
  part: VmPart,
  host: Host,
): Restore | undefined => {
  const bytes = chain.readBytes(point, part.vm.index);
  const route = new RouteBuilder(centre);
  const local = part.layer?.stored;
  const again = (share: number): RouteBuilder =>
    local === undefined ? route.fetch(host, share) : route.read(host, share);
  if (part.vm.stagedOn === host) {
    const outcome = vmOutcome(memory, storage);
    if (outcome === undefined) return undefined;
    const kept = chain.stagedReadBytes(point, part.vm.index);
    const total = kept + outcome.reRead;
    if (total > 0) {
      route.read(host, kept / total);
      again(outcome.reRead / total);
    }
    return { route: route.build(), bytes: total, outcome };
  }
  if (chain.readability(point, part, "now") === "unreadable") return undefined;
  const { from, missing } = part.copies.readers(host, part.vm.staged);
  const common = point.shared[part.vm.index];
  const inCommon = common?.copies.readers(host, part.vm.staged);
  const outcome = vmOutcome(memory, storage, { own: missing, shared: inCommon?.missing });
  if (outcome === undefined) return undefined;
  const { reRead } = outcome;
  let found = 0;
  for (const [c, share] of missing.entries()) found += (1 - share) * bytes[c]!;
  const sharedBytes = common?.bytes ?? new Float64Array();
  for (const [c, share] of (inCommon?.missing ?? sharedBytes).entries()) found += (1 - share) * sharedBytes[c]!;
  const blocks = new Map<Host, number>();
  if (local !== undefined) {
    for (const [source, shares] of local.copies.readers(host, part.vm.staged).from) {
      if (source !== host) blocks.set(source, shares[0]! * part.vm.disk!.spec.bytes);
    }
  }
  const total = [...blocks.values()].reduce((sum, amount) => sum + amount, found + reRead);
  if (total > 0) {
    const bring = (shares: HostShares, of: Float64Array): void => {
      for (const [source, own] of shares) {
        const share = weigh(own, of) / total;
        route.read(source, share).send(source, host, share);
        // What comes from elsewhere is kept on the host's disk, for the next rollback in place.
        if (source !== host && host.up) route.write(host, share);
      }
    };
    bring(from, bytes);
    if (inCommon !== undefined) bring(inCommon.from, sharedBytes);
    for (const [source, amount] of blocks) {
      const share = amount / total;
      route.read(source, share).send(source, host, share).write(host, share);
    }
    again(reRead / total);
  }
  return { route: route.build(), bytes: total, outcome };
};
