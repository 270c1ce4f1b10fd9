import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { environment } from "../agent/programs.ts";
import type { NamespaceInventory } from "../inventory/inventory.ts";
import { bridge, namespaceOf, switchName } from "./namespaces.ts";

/** Where the far ends of hosts' cables are plugged in. */
export interface Fabric {
  /** Into the switch that joins all hosts, a switch of their own that joins these alone, or nothing. */
  plug(hosts: readonly number[], into: "all" | "their own" | "nothing"): Promise<void>;
}

/** The switch between the hosts of the driver `namespace`: its ports are moved while the machines run on. */
export class NamespaceSwitch implements Fabric {
  readonly #inventory: NamespaceInventory;
  readonly #own = new Set<string>();

  constructor(inventory: NamespaceInventory) {
    this.#inventory = inventory;
  }

  async plug(hosts: readonly number[], into: "all" | "their own" | "nothing"): Promise<void> {
    const [first] = hosts;
    if (first === undefined) return;
    const to = into === "nothing" ? ["nomaster"] : ["master", into === "all" ? switchName : await this.#ownOf(first)];
    for (const host of hosts) await this.#ip("link", "set", "dev", this.#inventory.hosts[host]!.name, ...to);
  }

  /** A switch for hosts of which this is the first. It goes with the namespace that it is in. */
  async #ownOf(host: number): Promise<string> {
    // No host has such a name.
    const name = `_rack${host}`;
    if (!this.#own.has(name)) await this.#ip("link", "add", name, "up", ...bridge);
    this.#own.add(name);
    return name;
  }

  async #ip(...args: readonly string[]): Promise<void> {
    const namespace = namespaceOf(this.#inventory.name, switchName);
    await promisify(execFile)("ip", ["-n", namespace, ...args], { env: environment() });
  }
}
