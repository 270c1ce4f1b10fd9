import { execFile } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { TestbedError } from "../testbed-error.ts";
import { Made } from "./made.ts";
import { isThere, removePrivately } from "./private-folder.ts";
import { endProcesses, insideNetwork, isAlive, madeBy, type ProcessId } from "./processes.ts";

const run = promisify(execFile);

/** Where iproute2 keeps the names of network namespaces. */
export const namespacePath = (name: string): string => join("/run/netns", name);

/** What was found and ended. */
export type Ended = { readonly processes: number; readonly namespaces: number };

/** A process that ends may have just started another. */
const mostRounds = 20;

/** What `folder` made and what is still there; nothing is changed. */
export const whatIsLeft = (
  folder: string,
): { readonly processes: readonly ProcessId[]; readonly namespaces: readonly string[] } => {
  const things = isThere(folder) ? new Made(folder).list() : [];
  const namespaces = things
    .filter((thing) => thing.kind === "namespace")
    .map(({ name }) => name)
    .filter((name) => existsSync(namespacePath(name)));
  const found = [
    ...things.filter((thing) => thing.kind === "process").filter(isAlive),
    ...madeBy(folder),
    // What runs on a host ends with it; or else it would keep the namespace in being, without a name.
    ...namespaces.flatMap((name) => insideNetwork(statSync(namespacePath(name)).ino)),
  ];
  const processes = new Map(found.map(({ pid, start }) => [pid, { pid, start }]));
  processes.delete(process.pid);
  return { processes: [...processes.values()], namespaces };
};

/**
 * Ends what was made from `folder` and is still there, whoever died before he could, and removes the folder: only what
 * its record, the environment of processes or their namespace says to be made from it.
 *
 * @param patience milliseconds that processes get to end by themselves
 * @throws TestbedError if something does not end
 */
export const endMade = async (folder: string, patience: number): Promise<Ended> => {
  const { namespaces } = whatIsLeft(folder);
  const ended = new Set<string>();
  for (let round = 0; ; round++) {
    const { processes } = whatIsLeft(folder);
    if (processes.length === 0) break;
    if (round === mostRounds) throw new TestbedError(`processes made from ${folder} start anew as fast as they end`);
    for (const { pid, start } of processes) ended.add(`${pid},${start}`);
    await endProcesses(processes, patience);
  }
  for (const name of namespaces) await run("ip", ["netns", "delete", name]);
  removePrivately(folder);
  return { processes: ended.size, namespaces: namespaces.length };
};
