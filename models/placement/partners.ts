import { acrossRacks } from "./across-racks.ts";
import type { CopyHost, CopyRequest } from "./copy-placement.ts";

/** The next hosts on a ring across the racks, as far as they are up: SCR's PARTNER scheme, with failure groups as racks. */
export const partnersOf = (hosts: readonly CopyHost[], { copies, capturing, holders }: CopyRequest): number[] => {
  const ring = acrossRacks(hosts);
  const own = ring.findIndex(({ index }) => index === capturing);
  const next = [...ring.slice(own + 1), ...ring.slice(0, own)];
  return next
    .filter(({ up, index }) => up && !holders.includes(index))
    .slice(0, copies)
    .map(({ index }) => index);
};
