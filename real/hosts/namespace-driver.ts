import { spawn } from "node:child_process";
import { loader } from "../agent/program.ts";
import { connectionEnvironment, missing, packagesOf } from "../agent/programs.ts";
import type { NamespaceInventory } from "../inventory/inventory.ts";
import { namespacePath } from "../ownership/end-made.ts";
import type { Driver, Obstacle } from "./driver.ts";
import { makeNamespaces, namespaceOf, namespacesThere } from "./namespaces.ts";

/** Hosts that are network namespaces on this machine. */
export const namespaceDriver = (inventory: NamespaceInventory): Driver => ({
  hosts: inventory.hosts.map(({ name }) => name),
  addresses: new Map(inventory.hosts.map(({ name, address }) => [name, address])),
  obstacles: () => {
    const obstacles: Obstacle[] = [];
    if (process.getuid?.() !== 0)
      obstacles.push({ what: "network namespaces need root; run it as root", packages: [] });
    const programs = missing(["ip", "tc", "nsenter"]);
    if (programs.length > 0) obstacles.push({ what: `${programs.join(", ")} missing`, packages: packagesOf(programs) });
    return obstacles;
  },
  state: () => {
    const { there, wanted } = namespacesThere(inventory);
    return there === wanted ? "up" : there === 0 ? "down" : "broken";
  },
  make: (folder) => makeNamespaces(inventory, folder),
  start: (host, folder) =>
    spawn("nsenter", [`--net=${namespacePath(namespaceOf(inventory.name, host))}`, process.execPath, "-e", loader], {
      stdio: "pipe",
      env: connectionEnvironment(folder),
    }),
});
