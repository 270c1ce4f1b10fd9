import type { Host } from "../data-centre/data-centre.ts";
import type { Copies } from "./copies.ts";

/** Spoils one byte of all that lies on a host: the copies that it belongs to, each as likely as it is large. */
export const spoilOne = (
  all: readonly Copies[],
  host: Host,
  checksums: boolean,
  draw: () => number,
): Copies | undefined => {
  const sizes = all.map((copies) => copies.bytesOn(host));
  let at = draw() * sizes.reduce((sum, size) => sum + size, 0);
  for (const [i, size] of sizes.entries()) {
    at -= size;
    if (at >= 0 || size === 0) continue;
    all[i]!.spoil(host, draw, checksums);
    return all[i];
  }
  return undefined;
};
