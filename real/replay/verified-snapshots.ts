import { TestbedError } from "../testbed-error.ts";
import type { HostFiles } from "./host-files.ts";
import type { RealHost } from "./real-host.ts";
import { memoryFilesOf, type RealPart, type RealSnapshot } from "./real-snapshot.ts";

const quick = 10_000;

/**
 * Makes the memory of every durable snapshot again from its records, on a host that has them or is sent them, and compares it
 * with what was captured. What is let go meanwhile is left out.
 *
 * @returns how many were read, and of which that failed
 */
export const verified = async (
  snapshots: readonly RealSnapshot[],
  hosts: readonly RealHost[],
  files: HostFiles,
): Promise<{ readonly points: number; readonly spoilt: readonly string[] }> => {
  const spoilt: string[] = [];
  let points = 0;
  for (const host of hosts) if (host.keeps) await files.removeWrong(host, [...host.files]);
  for (const one of snapshots.filter(({ state }) => state === "durable")) {
    try {
      for (const part of one.parts) await rebuild(one, part, hosts, files);
      points += 1;
    } catch (error) {
      if (!(error instanceof TestbedError)) throw error;
      if (one.state !== "durable") continue;
      points += 1;
      spoilt.push(`snapshot ${one.number} cannot be restored: ${error.message}`);
    }
  }
  return { points, spoilt };
};

const rebuild = async (
  snapshot: RealSnapshot,
  part: RealPart,
  hosts: readonly RealHost[],
  files: HostFiles,
): Promise<void> => {
  const { records, vm } = part;
  const names = memoryFilesOf(part);
  const living = hosts.filter(({ keeps, up }) => keeps && up);
  const host = living.find((one) => names.every((name) => one.files.has(name))) ?? living[0];
  if (host === undefined) throw new TestbedError(`no host lives that could read the records of ${vm.name}`);
  const stream = `${records.at(-1)!}.verified`;
  await files.rebuild(snapshot, part, host, stream);
  await host.agent.ask("removeFile", { name: stream }, quick);
};
