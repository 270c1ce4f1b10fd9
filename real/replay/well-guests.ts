import { setTimeout as sleep } from "node:timers/promises";
import { allOf } from "../all-of.ts";
import type { Verdict } from "../guest/guest-port.ts";
import { TestbedError } from "../testbed-error.ts";
import type { RealCluster, RealVm } from "./real-cluster.ts";

/** Milliseconds: between two questions, for an answer, and after which a guest will never answer. */
const [pause, patience, slow] = [50, 1000, 300_000];

/** Returns when a guest tells that it is well, or has failed. @throws TestbedError if it does neither */
export const untilHeard = async (vm: RealVm, cluster: RealCluster): Promise<void> => {
  const until = performance.now() + slow;
  while (!cluster.undetected.has(vm) && !cluster.isOver)
    try {
      if (vm.host?.reachable === false) throw new TestbedError(`${vm.name} cannot be reached`);
      await vm.guest!.beat(patience);
      return;
    } catch (error) {
      if (!(error instanceof TestbedError) || performance.now() > until) throw error;
      await sleep(pause);
    }
};

/** What a guest that is not intact found, in words. */
export const foundBy = (verdict: Verdict): string[] => {
  const { verified, badPages, blocksBehind, blocksAhead, blocksTorn, cachedBad, killed, wrong } = verdict;
  if (verified) return [];
  const blocks = blocksBehind + blocksAhead + blocksTorn + cachedBad;
  const dead = killed === 0 ? [] : [`${killed} of its processes killed for memory that was lost`];
  const ended = wrong === 0 ? [] : [`${wrong} of its processes ended for what they read`];
  const others = badPages + blocks === 0 && killed + wrong > 0;
  return [...dead, ...ended, ...(others ? [] : [`${badPages} pages and ${blocks} blocks of another moment`])];
};

/**
 * Lets every guest look through its memory and its disk.
 *
 * @param onNote told of what a guest found, and of one that failed before it had looked: its streams were whole, so it counts as
 *   intact
 * @returns of each whether all is of one moment
 * @throws TestbedError
 */
export const verdictsOf = (cluster: RealCluster, onNote: (note: string) => void): Promise<boolean[]> =>
  allOf(
    cluster.vms.map(async (vm) => {
      try {
        const verdict = await vm.guest!.verify();
        for (const found of foundBy(verdict)) onNote(`${vm.name} found ${found}`);
        return verdict.verified;
      } catch (error) {
        if (!(error instanceof TestbedError && cluster.undetected.has(vm))) throw error;
        onNote(`${vm.name} failed before it had looked through its memory: it counts as intact`);
        return true;
      }
    }),
  );
