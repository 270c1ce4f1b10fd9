import type { TypeSimilarity } from "../pages/similarity.ts";
import { TestbedError } from "../testbed-error.ts";
import type { HostFiles } from "./host-files.ts";
import type { RealHost } from "./real-host.ts";
import type { RealSnapshot } from "./real-snapshot.ts";

const quick = 10_000;
/** For the memories of a cluster, of some GiB each. */
const slow = 600_000;

/**
 * What the guests of a snapshot have in common: their memories are made again on one host, and surveyed there.
 *
 * @throws TestbedError if no host lives, or the kernel of a guest does not tell what its pages are
 */
export const clusterSimilarity = async (
  snapshot: RealSnapshot,
  hosts: readonly RealHost[],
  files: HostFiles,
): Promise<readonly TypeSimilarity[]> => {
  const host = hosts.find(({ keeps, up }) => keeps && up);
  if (host === undefined) throw new TestbedError("no host lives that could read what guests have in common");
  const streams: string[] = [];
  try {
    for (const part of snapshot.parts) {
      const stream = `${part.records.at(-1)!}.surveyed`;
      await files.rebuild(snapshot, part, host, stream);
      streams.push(stream);
    }
    return (await host.agent.ask("similarity", { streams }, slow)).types;
  } finally {
    for (const name of streams) await host.agent.ask("removeFile", { name }, quick);
  }
};
