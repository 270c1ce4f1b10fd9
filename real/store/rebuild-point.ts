import { randomBytes } from "node:crypto";
import type { AgentClient } from "../agent/client.ts";
import { TestbedError } from "../testbed-error.ts";
import { filesOfPart } from "./point-manifest.ts";
import type { FoundPoint } from "./restore-points.ts";

const quick = 10_000;
/** For some GiB on a slow link, and on a slow disk. */
const slow = 300_000;

/** A host that something is rebuilt on, and by which address others reach it. */
export interface RebuildHost {
  readonly agent: AgentClient;
  readonly address: string;
}

/**
 * Puts all that one VM of a restore point consists of among the files of a host, from the disks of those that hold it, and makes
 * the stream of its memory there, of which every byte is what was captured, but for pages whose packs no host holds, where those may
 * be lost.
 *
 * @returns names of what was put there, the stream last; what is there already is left as it is, and not among them
 * @throws TestbedError if a file has no holder, or what is rebuilt is not what was captured; nothing is left there then
 */
export const rebuildPart = async (
  { name: point, manifest, holders }: FoundPoint,
  part: FoundPoint["manifest"]["parts"][number],
  { agent, address }: RebuildHost,
): Promise<readonly string[]> => {
  const put: string[] = [];
  try {
    const lost = [...new Set(part.losable.filter((name) => holders.get(name)!.length === 0))];
    for (const name of filesOfPart(part)) {
      if (lost.includes(name)) continue;
      const { digest } = manifest.files.find((file) => file.name === name)!;
      const from = holders.get(name)!;
      const holder = from.includes(agent) ? agent : from[0];
      if (holder === undefined) throw new TestbedError(`${point}: no host holds ${name} as it was captured`);
      if (holder === agent) await agent.ask("putBack", { digest, name }, quick);
      else await send(holder, digest, { agent, address }, name);
      put.push(name);
    }
    const stream = `${part.records.at(-1)!}.stream`;
    const disk = part.disks.at(-1);
    const without = lost.length === 0 ? {} : { lost };
    const asked = { records: part.records, stream, ...without, ...(disk === undefined ? {} : { disk }) };
    await agent.ask("rebuild", asked, slow);
    return [...put, stream];
  } catch (error) {
    for (const name of put) await agent.ask("removeFile", { name }, quick);
    throw error;
  }
};

/** Sends a content of the store on one host to a file of another. */
const send = async (from: AgentClient, digest: string, to: RebuildHost, name: string): Promise<void> => {
  const token = randomBytes(16).toString("hex");
  const { address, agent } = to;
  const sent = `sent-${token}`;
  await from.ask("putBack", { digest, name: sent }, quick);
  try {
    const { port } = await agent.ask("takeFile", { address, token, name, milliseconds: slow }, quick);
    await from.ask("giveFile", { address, port, token, name: sent, milliseconds: slow }, slow + quick);
  } finally {
    await from.ask("removeFile", { name: sent }, quick);
  }
};
