import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { AgentClient } from "../agent/client.ts";
import { isThere, removePrivately, storesFolder } from "../ownership/private-folder.ts";
import { isManifestName } from "./point-manifest.ts";

const slow = 60_000;

/** Removes all restore points of a testbed whose hosts' disks are this machine's. @returns how many there were */
export const letPointsGoHere = (testbed: string): number => {
  const folder = storesFolder(testbed);
  if (!isThere(folder)) return 0;
  const names = readdirSync(folder).flatMap((host) => readdirSync(join(folder, host)));
  removePrivately(folder);
  return new Set(names.filter(isManifestName)).size;
};

/** The same by way of the hosts' agents. @throws TestbedError if a host cannot be asked */
export const letPointsGo = async (agents: readonly AgentClient[]): Promise<number> => {
  const gone = new Set<string>();
  for (const agent of agents)
    for (const name of (await agent.ask("points", {}, slow)).names) {
      await agent.ask("retire", { name }, slow);
      gone.add(name);
    }
  return gone.size;
};
