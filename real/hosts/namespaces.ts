import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { environment } from "../agent/programs.ts";
import type { NamespaceHost, NamespaceInventory } from "../inventory/inventory.ts";
import { namespacePath } from "../ownership/end-made.ts";
import { Made } from "../ownership/made.ts";
import { TestbedError } from "../testbed-error.ts";

const execute = promisify(execFile);
const run = (program: "ip" | "tc", args: readonly string[]) => execute(program, args, { env: environment() });

/** No host has such a name: the namespace of the switch between them, and its bridge. */
export const switchName = "_switch";

/** The network namespace that plays a host. */
export const namespaceOf = (testbed: string, host: string): string => `snapback.${testbed}.${host}`;

const namesOf = ({ name, hosts }: NamespaceInventory): string[] =>
  [switchName, ...hosts.map((host) => host.name)].map((each) => namespaceOf(name, each));

/** Which of the namespaces of an inventory there are. */
export const namespacesThere = (inventory: NamespaceInventory): { there: number; wanted: number } => {
  const names = namesOf(inventory);
  return { there: names.filter((name) => existsSync(namespacePath(name))).length, wanted: names.length };
};

/** What a queue lets through at once: its rate over a tick of a slow kernel, and no less than the largest packet. */
const burstOf = (bytesPerSecond: number): number => Math.max(2 ** 16, Math.ceil(bytesPerSecond / 250));

const shape = async (namespace: string, device: string, { rate }: NamespaceHost): Promise<void> => {
  if (rate === undefined) return;
  const bits = Math.round(rate * 8);
  const queue = ["tbf", "rate", `${bits}bit`, "burst", `${burstOf(rate)}b`, "latency", "50ms"];
  await run("tc", ["-n", namespace, "qdisc", "add", "dev", device, "root", ...queue]);
};

/** Multicast passes, as through a switch that does not look into it. */
export const bridge = ["type", "bridge", "mcast_snooping", "0"];

/**
 * Makes a namespace for each host and one for the switch between them. A host has a bridge `br0` with its address, for
 * the taps of its guests, and on it `uplink`, the end of a cable to the switch; both ends are shaped to the host's rate.
 * Nothing is made in the machine's own namespace. Names are in the record of `folder` before they are made.
 *
 * @throws TestbedError if a name is taken by somebody else
 */
export const makeNamespaces = async (inventory: NamespaceInventory, folder: string): Promise<void> => {
  const made = new Made(folder);
  const taken = namesOf(inventory).filter((name) => existsSync(namespacePath(name)));
  if (taken.length > 0)
    throw new TestbedError(
      `${inventory.name}: a network namespace ${taken[0]} is there, and no record says that snapback made it; if nobody needs it: ip netns delete ${taken[0]}`,
    );
  const make = async (name: string): Promise<void> => {
    made.note({ kind: "namespace", name });
    await run("ip", ["netns", "add", name]);
    await run("ip", ["-n", name, "link", "set", "lo", "up"]);
  };
  const hub = namespaceOf(inventory.name, switchName);
  await make(hub);
  await run("ip", ["-n", hub, "link", "add", switchName, "up", ...bridge]);
  for (const host of inventory.hosts) {
    const namespace = namespaceOf(inventory.name, host.name);
    const ip = (...args: string[]) => run("ip", ["-n", namespace, ...args]);
    await make(namespace);
    await ip("link", "add", "br0", "up", ...bridge);
    await ip("address", "add", `${host.address}/${inventory.subnet.bits}`, "dev", "br0");
    await ip("link", "add", "uplink", "type", "veth", "peer", "name", host.name, "netns", hub);
    await ip("link", "set", "uplink", "up", "master", "br0");
    await run("ip", ["-n", hub, "link", "set", "dev", host.name, "up", "master", switchName]);
    await shape(namespace, "uplink", host);
    await shape(hub, host.name, host);
  }
};
