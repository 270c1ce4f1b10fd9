import type { AgentClient } from "../agent/client.ts";
import { TestbedError } from "../testbed-error.ts";
import { filesOfPart, isManifestName, type PointManifest, parseManifest } from "./point-manifest.ts";

const quick = 10_000;
/** For reading some GiB on a slow disk. */
const slow = 300_000;

/** A restore point as the disks of hosts have it. */
export interface FoundPoint {
  readonly name: string;
  readonly manifest: PointManifest;
  /** Hosts with its manifest. */
  readonly hosts: readonly AgentClient[];
  /** By file, those that hold it as it was captured. */
  readonly holders: ReadonlyMap<string, readonly AgentClient[]>;
  /** Copies that are there and have another content. */
  readonly wrong: number;
  /** Every file has a holder, but for packs that it can do without. One that is not was never published as a whole, or its last copies are lost. */
  readonly complete: boolean;
}

export interface FoundPoints {
  /** In the order of their cuts. */
  readonly points: readonly FoundPoint[];
  /** Manifests that cannot be read, each with its host and why. */
  readonly faults: readonly string[];
}

/**
 * Finds the restore points on the disks of hosts, whoever made them: every copy of every file is read.
 *
 * @throws TestbedError if a host cannot be asked
 */
export const findPoints = async (agents: readonly AgentClient[]): Promise<FoundPoints> => {
  const texts = new Map<string, Map<string, AgentClient[]>>();
  const faults: string[] = [];
  for (const agent of agents)
    for (const name of (await agent.ask("points", {}, quick)).names) {
      if (!isManifestName(name)) throw new TestbedError(`${agent.host}: ${name} is no name of a restore point`);
      const { text } = await agent.ask("manifest", { name }, quick);
      const versions = texts.get(name) ?? new Map<string, AgentClient[]>();
      texts.set(name, versions.set(text, [...(versions.get(text) ?? []), agent]));
    }
  const points: FoundPoint[] = [];
  for (const [name, versions] of texts)
    for (const [text, hosts] of versions)
      try {
        points.push(
          await found(name, parseManifest(text, `${hosts.map(({ host }) => host).join(", ")}: ${name}`), hosts),
        );
      } catch (error) {
        if (!(error instanceof TestbedError)) throw error;
        faults.push(error.message);
      }
  points.sort((one, other) => one.manifest.cutAt - other.manifest.cutAt);
  return { points, faults };
};

const found = async (name: string, manifest: PointManifest, hosts: readonly AgentClient[]): Promise<FoundPoint> => {
  const states = await Promise.all(hosts.map((agent) => agent.ask("verifyPoint", { name }, slow)));
  const holders = new Map(
    manifest.files.map((file, i) => [file.name, hosts.filter((_, host) => states[host]!.states[i] === "whole")]),
  );
  return {
    name,
    manifest,
    hosts,
    holders,
    wrong: states.reduce((sum, one) => sum + one.states.filter((state) => state === "wrong").length, 0),
    complete: manifest.parts.every((part) =>
      filesOfPart(part).every((file) => part.losable.includes(file) || holders.get(file)!.length > 0),
    ),
  };
};
