import type { CommandLine } from "../../scenarios/commands/command-line.ts";
import { type RebuildHost, rebuildPart } from "../store/rebuild-point.ts";
import { type FoundPoint, findPoints } from "../store/restore-points.ts";

const slow = 60_000;

/** Makes every memory of a restore point again, on a host in turn, and leaves nothing of them. @throws TestbedError if one is another than was captured */
const rebuilt = async (point: FoundPoint, hosts: readonly RebuildHost[]): Promise<void> => {
  for (const [i, part] of point.manifest.parts.entries()) {
    const host = hosts[i % hosts.length]!;
    for (const name of await rebuildPart(point, part, host)) await host.agent.ask("removeFile", { name }, slow);
  }
};

/** Reads all restore points on the disks of hosts, says of each how it is, and rebuilds them or lets them go if asked. */
export const listPoints = async (
  line: CommandLine,
  reached: readonly RebuildHost[],
  { rebuild, retire }: { readonly rebuild: boolean; readonly retire: boolean },
): Promise<void> => {
  const { points, faults } = await findPoints(reached.map(({ agent }) => agent));
  for (const fault of faults) line.print(`! ${fault}`);
  for (const point of points) {
    const { name, manifest, hosts, holders, wrong, complete } = point;
    const { number, cluster, cutAt, parts, files } = manifest;
    const bytes = files.reduce((sum, one) => sum + one.bytes, 0);
    const copies = Math.min(...[...holders.values()].map(({ length }) => length));
    const without = new Set(parts.flatMap(({ losable }) => losable.filter((file) => holders.get(file)!.length === 0)));
    line.print(
      [
        `${name.replace(/\.point$/, "")}: snapshot ${number} of ${cluster}, cut ${new Date(1000 * cutAt).toISOString()}`,
        `${parts.length} VMs, ${(bytes / 2 ** 20).toFixed(1)} MiB`,
        `${copies} copies or more of each file, on ${hosts.map(({ host }) => host).join(", ")}`,
        ...(wrong > 0 ? [`${wrong} copies are wrong`] : []),
        ...(without.size > 0 ? [`${without.size} packs that it can do without are lost`] : []),
        complete ? "can be restored" : "cannot be restored",
      ].join("; "),
    );
    if (rebuild && complete) {
      await rebuilt(point, reached);
      line.print(`  every memory was made again ${without.size > 0 ? "as well as it can be" : "as it was captured"}`);
    }
    if (retire) for (const agent of hosts) await agent.ask("retire", { name }, slow);
  }
  if (points.length === 0 && faults.length === 0) line.print("no restore points");
  else if (retire) line.print(`${points.length} restore points were let go`);
};
