import type { CommandLine } from "../../scenarios/commands/command-line.ts";
import type { AgentClient } from "../agent/client.ts";
import { findPoints } from "../store/restore-points.ts";

const slow = 60_000;

/** Reads all restore points on the disks of hosts, says of each how it is, and lets them go if asked. */
export const listPoints = async (line: CommandLine, agents: readonly AgentClient[], retire: boolean): Promise<void> => {
  const { points, faults } = await findPoints(agents);
  for (const fault of faults) line.print(`! ${fault}`);
  for (const { name, manifest, hosts, holders, wrong, complete } of points) {
    const { number, cluster, cutAt, parts, files } = manifest;
    const bytes = files.reduce((sum, one) => sum + one.bytes, 0);
    const copies = Math.min(...[...holders.values()].map(({ length }) => length));
    line.print(
      [
        `${name.replace(/\.point$/, "")}: snapshot ${number} of ${cluster}, cut ${new Date(1000 * cutAt).toISOString()}`,
        `${parts.length} VMs, ${(bytes / 2 ** 20).toFixed(1)} MiB`,
        `${copies} copies or more of each file, on ${hosts.map(({ host }) => host).join(", ")}`,
        ...(wrong > 0 ? [`${wrong} copies are wrong`] : []),
        complete ? "can be restored" : "cannot be restored",
      ].join("; "),
    );
    if (retire) for (const agent of hosts) await agent.ask("retire", { name }, slow);
  }
  if (points.length === 0 && faults.length === 0) line.print("no restore points");
  else if (retire) line.print(`${points.length} restore points were let go`);
};
