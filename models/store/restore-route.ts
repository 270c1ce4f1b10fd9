import type { DataCentre, Host } from "../data-centre/data-centre.ts";
import { type Route, RouteBuilder } from "../data-centre/route.ts";
import type { MemoryTable } from "../guest/memory.ts";
import type { StoragePlan } from "../scenario.ts";
import type { SimulatedSnapshot, VmPart } from "../simulation/simulated-snapshot.ts";
import type { Chain } from "./chain.ts";
import { type HostShares, weigh } from "./host-shares.ts";
import type { Wanted } from "./restore-contents.ts";
import { type VmOutcome, vmOutcome } from "./vm-outcome.ts";

/** How one VM's memory and local disk of a restore point come to a host. */
export interface Restore {
  readonly route: Route;
  readonly bytes: number;
  /** The same when nothing has come before. */
  readonly whole: number;
  readonly outcome: VmOutcome;
}

/** What of it is asked for. */
export interface Asked {
  /** What comes to this VM alone; without it all pages do. */
  readonly wanted?: Wanted | undefined;
  /** Part of those pages, of each kind. */
  readonly pages: number;
  /** The blocks of a local disk come too. */
  readonly blocks: boolean;
}

interface RestoreSource {
  readonly centre: DataCentre;
  readonly memory: MemoryTable;
  readonly storage: StoragePlan;
}

/**
 * Undefined while something cannot be read. What the host holds is not sent: pages are read from its disk, and blocks stay
 * where they are, because the guest's writes go to a new layer over them. Pages that were not kept are read again from the
 * VM's disk, which by then is on the host, or from its image or disk on the store.
 */
export const restoreRoute = (
  { centre, memory, storage }: RestoreSource,
  chain: Chain,
  point: SimulatedSnapshot,
  part: VmPart,
  host: Host,
  { wanted, pages, blocks: withBlocks, stage }: Asked & { readonly stage: boolean },
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
    return { route: route.build(), bytes: total * pages, whole: total, outcome };
  }
  if (chain.readability(point, part, "now") === "unreadable") return undefined;
  const { from, missing } = part.copies.readers(host, part.vm.staged);
  const common = point.shared[part.vm.index];
  const inCommon = common?.copies.readers(host, part.vm.staged);
  const outcome = vmOutcome(memory, storage, { own: missing, shared: inCommon?.missing });
  if (outcome === undefined) return undefined;
  const { reRead } = outcome;
  const alone = wanted === undefined ? bytes : bytes.map((one, c) => one * wanted.own[c]!);
  const commonAlone = wanted === undefined || wanted.commonAlone ? common?.bytes : undefined;
  const sharedBytes = commonAlone ?? new Float64Array();
  let found = 0;
  for (const [c, share] of missing.entries()) found += (1 - share) * alone[c]!;
  if (commonAlone !== undefined)
    for (const [c, share] of inCommon!.missing.entries()) found += (1 - share) * sharedBytes[c]!;
  const held =
    wanted === undefined
      ? 0
      : weigh(wanted.held, bytes) + (wanted.commonHeld ? common!.bytes.reduce((sum, one) => sum + one, 0) : 0);
  const blocks = new Map<Host, number>();
  if (local !== undefined && withBlocks) {
    for (const [source, shares] of local.copies.readers(host, part.vm.staged).from) {
      if (source !== host) blocks.set(source, shares[0]! * part.vm.disk!.spec.bytes);
    }
  }
  const inBlocks = [...blocks.values()].reduce((sum, amount) => sum + amount, 0);
  const inPages = found + held + reRead;
  const total = inPages * pages + inBlocks;
  if (total > 0) {
    const bring = (shares: HostShares, of: Float64Array): void => {
      for (const [source, own] of shares) {
        const share = (weigh(own, of) * pages) / total;
        route.read(source, share).send(source, host, share);
        // What comes from elsewhere is kept on the host's disk, for the next rollback in place.
        if (stage && source !== host && host.up) route.write(host, share);
      }
    };
    bring(from, alone);
    if (commonAlone !== undefined) bring(inCommon!.from, sharedBytes);
    if (held > 0) route.read(host, (held * pages) / total);
    for (const [source, amount] of blocks) {
      const share = amount / total;
      route.read(source, share).send(source, host, share).write(host, share);
    }
    again((reRead * pages) / total);
  }
  return { route: route.build(), bytes: total, whole: inPages + inBlocks, outcome };
};
