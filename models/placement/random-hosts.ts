import type { CopyHost, CopyRequest } from "./copy-placement.ts";

/** Any hosts, all alike. */
export const randomHosts = (
  hosts: readonly CopyHost[],
  { copies, capturing, holders }: CopyRequest,
  pick: (n: number) => number,
): number[] => {
  const free = hosts.filter(({ up, index }) => up && index !== capturing && !holders.includes(index));
  const chosen: number[] = [];
  while (chosen.length < copies && free.length > 0) {
    const at = pick(free.length);
    chosen.push(free[at]!.index);
    free[at] = free[free.length - 1]!;
    free.pop();
  }
  return chosen;
};
