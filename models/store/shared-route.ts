import type { DataCentre, Host } from "../data-centre/data-centre.ts";
import { type Route, RouteBuilder } from "../data-centre/route.ts";
import type { StoredPart } from "../simulation/simulated-snapshot.ts";
import { type Delivery, deliver } from "../transfer/deliver.ts";
import { senders } from "./chunk.ts";
import type { SharedPages } from "./restore-contents.ts";

/** What one source sends to the same hosts. */
interface Send {
  readonly from: Host;
  readonly to: readonly Host[];
  bytes: number;
}

/**
 * How pages that VMs share come to all hosts of a group at once: read from the copies of one of the VMs, from whose chunks
 * each host takes what lies on it. What of nobody can be read is left out.
 *
 * @param pages that the whole group gets
 * @param to hosts, none of them twice
 * @returns bytes counts each page once, whatever number of hosts gets it
 */
export const sharedRoute = (
  centre: DataCentre,
  pages: readonly SharedPages[],
  to: readonly Host[],
  delivery: Delivery,
  stage: boolean,
): { readonly route: Route; readonly bytes: number } => {
  const sends = new Map<string, Send>();
  const local = new Map<Host, number>();
  let total = 0;
  for (const { bytes, parts } of pages) {
    const part = bestReadable(parts, bytes);
    for (const chunk of part.copies.chunks) {
      const amount = chunk.share * bytes[chunk.pageClass]!;
      if (amount === 0) continue;
      const from = senders(chunk, undefined, part.vm.staged);
      if (from.length === 0) continue;
      total += amount;
      const lacking = to.filter((host) => {
        const here = senders(chunk, host, part.vm.staged);
        const isHere = here.length === 1 && here[0]!.host === host;
        if (isHere) local.set(host, (local.get(host) ?? 0) + amount);
        return !isHere;
      });
      if (lacking.length === 0) continue;
      for (const { host, part: share } of from) {
        const key = `${host.index} ${lacking.map(({ index }) => index)}`;
        const send = sends.get(key) ?? { from: host, to: lacking, bytes: 0 };
        send.bytes += amount * share;
        sends.set(key, send);
      }
    }
  }
  const route = new RouteBuilder(centre);
  if (total === 0) return { route: route.build(), bytes: 0 };
  for (const { from, to: lacking, bytes } of sends.values()) {
    route.read(from, bytes / total);
    deliver(route, from, lacking, bytes / total, delivery);
    for (const host of lacking) if (stage && host.up) route.write(host, bytes / total);
  }
  for (const [host, bytes] of local) route.read(host, bytes / total);
  return { route: route.build(), bytes: total };
};

/** Of whom most can be read now. */
const bestReadable = (parts: readonly StoredPart[], bytes: Float64Array): StoredPart => {
  const found = parts.map(({ copies, source, vm }) => {
    const { missing } = copies.readers(source, vm.staged);
    return missing.reduce((sum, share, c) => sum + (1 - share) * bytes[c]!, 0);
  });
  return parts[found.indexOf(Math.max(...found))]!;
};
