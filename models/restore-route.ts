import type { Chain } from "./chain.ts";
import { weigh } from "./copies.ts";
import type { DataCentre, Host } from "./data-centre.ts";
import type { MemoryTable } from "./memory.ts";
import { type Route, RouteBuilder } from "./route.ts";
import type { StoragePlan } from "./scenario.ts";
import type { VmPart } from "./simulated-snapshot.ts";

/** How one VM's pages of a restore point come to a host. */
export interface Restore {
  readonly route: Route;
  readonly bytes: number;
}

/** Undefined while some pages cannot be read. Pages that the host holds are not sent. */
export const restoreRoute = (
  {
    centre,
    memory,
    storage,
  }: { readonly centre: DataCentre; readonly memory: MemoryTable; readonly storage: StoragePlan },
  chain: Chain,
  part: VmPart,
  host: Host,
): Restore | undefined => {
  const bytes = chain.wholeBytes;
  const route = new RouteBuilder(centre);
  if (part.vm.stagedOn === host) {
    const total = memory.bytes + memory.reReadBytes;
    if (total > 0) route.read(host, memory.bytes / total).fetch(host, memory.reReadBytes / total);
    return { route: route.build(), bytes: total };
  }
  if (chain.readability(part, "now") === "unreadable") return undefined;
  const { from, missing } = part.copies.readers(host, part.vm.staged);
  let reRead = memory.reReadBytes;
  let found = 0;
  for (const [c, share] of missing.entries()) {
    if (share > 0 && storage.types[chain.type(c)].onLoss === "re-read") reRead += share * bytes[c]!;
    found += (1 - share) * bytes[c]!;
  }
  const total = found + reRead;
  if (total > 0) {
    for (const [source, shares] of from) {
      const share = weigh(shares, bytes) / total;
      route.read(source, share).send(source, host, share);
      // What comes from elsewhere is kept on the host's disk, for the next rollback in place.
      if (source !== host) route.write(host, share);
    }
    route.fetch(host, reRead / total);
  }
  return { route: route.build(), bytes: total };
};
