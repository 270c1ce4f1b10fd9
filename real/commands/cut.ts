import { setTimeout as sleep } from "node:timers/promises";
import { align } from "../../scenarios/align.ts";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import type { CaptureMode } from "../capture/capture-modes.ts";
import { type ClusterCutReport, cutCluster, type RealProtocol } from "../cut/cut-cluster.ts";
import type { Application } from "../guest/application.ts";
import { type GuestSpec, HostedGuest, untilItHears } from "../guest/hosted-guest.ts";
import type { WorkloadSettings } from "../guest/workload-settings.ts";
import { guestAddresses } from "../inventory/guest-addresses.ts";
import type { NamespaceInventory } from "../inventory/inventory.ts";
import { readInventory } from "../inventory/read-inventory.ts";
import { TestbedError } from "../testbed-error.ts";
import { withHosts } from "./with-hosts.ts";

interface CutArguments {
  readonly inventory: string;
  readonly protocol: readonly RealProtocol[];
  readonly mode: CaptureMode;
  readonly guests: number;
  readonly messages: number;
  readonly apart: number;
  readonly application?: Application;
  readonly repetitions: number;
  readonly json?: boolean;
}

/** Cuts a cluster of real guests that talk to each other, and tells how far apart their cuts were and what crossed them. */
export const cut = async (line: CommandLine, given: CutArguments): Promise<void> => {
  const { guests, messages, repetitions, apart } = given;
  if (!(Number.isSafeInteger(guests) && guests >= 2 && guests <= 16))
    throw new CommandError(`--guests: expected 2 to 16, got ${guests}`);
  if (!(messages >= 0 && messages <= 10_000))
    throw new CommandError(`--messages: expected 0 to 10000, got ${messages}`);
  if (!(Number.isSafeInteger(repetitions) && repetitions >= 1 && repetitions <= 1000))
    throw new CommandError(`--repetitions: expected 1 to 1000, got ${repetitions}`);
  if (!(apart >= 0 && apart <= 60)) throw new CommandError(`--apart: expected 0 to 60 seconds, got ${apart}`);
  try {
    const inventory = readInventory(line.files, given.inventory, line.folder);
    if (inventory.driver !== "namespace")
      throw new CommandError(
        `${given.inventory}: guests of a cluster need bridges of our own, which driver: namespace has`,
      );
    const reports = await withCluster(line, inventory, given, (cluster) => cutAgain(line, cluster, given));
    line.print(given.json === true ? JSON.stringify(reports, null, 2) : report(reports));
  } catch (error) {
    throw error instanceof TestbedError ? new CommandError(error.message) : error;
  }
};

const cutAgain = async (
  line: CommandLine,
  cluster: readonly HostedGuest[],
  { protocol, mode, repetitions, apart }: CutArguments,
): Promise<ClusterCutReport[]> => {
  const reports: ClusterCutReport[] = [];
  for (let i = 0; i < repetitions; i++)
    for (const one of protocol) {
      await sleep(1000);
      line.progress.write(`cut ${reports.length + 1} of ${repetitions * protocol.length}: ${one}\n`);
      reports.push(await cutCluster(cluster, one, mode, reports.length, apart));
      for (const { agent, name } of cluster)
        await agent.ask("removeFile", { name: `${name}.${reports.length - 1}` }, 10_000);
    }
  return reports;
};

/** Boots guests on all hosts in turn, and waits until all hear of each other. */
const withCluster = <T>(
  line: CommandLine,
  inventory: NamespaceInventory,
  { guests, messages, application }: CutArguments,
  task: (cluster: readonly HostedGuest[]) => Promise<T>,
): Promise<T> =>
  withHosts(
    line,
    inventory,
    async ({ agents, image, accelerator }) => {
      const addresses = guestAddresses(inventory, guests);
      const cluster = await Promise.all(
        addresses.map((_, id) => {
          const spec = specOf(id, addresses, inventory.subnet.bits, messages);
          const workload = application === undefined ? spec.workload : { ...spec.workload, redis };
          return HostedGuest.start(agents[id % agents.length]!, image, `g${id}`, { accelerator, ...spec, workload });
        }),
      );
      for (const guest of cluster) await untilItHears(guest, messages === 0 ? 0 : 10 * (guests - 1));
      return await task(cluster);
    },
    { application },
  );

/** A store of 20 MB that ten clients use as fast as they can. */
const redis: NonNullable<WorkloadSettings["redis"]> = {
  keys: 500,
  writesPerSecond: 50,
  load: { clients: 10, keys: 20_000, bytes: 1000 },
};

const specOf = (
  id: number,
  addresses: readonly string[],
  bits: number,
  messages: number,
): Omit<GuestSpec, "accelerator"> => ({
  memory: 128,
  cores: 1,
  network: { tap: `tap${id}`, mac: `52:54:00:00:00:${id.toString(16).padStart(2, "0")}` },
  workload: {
    ...{ id, image: 1, seed: id, beat: 0.1, address: `${addresses[id]}/${bits}` },
    classes: [{ content: "unique", pages: 4000, writesPerSecond: 500, compressRatio: 1 }],
    peers: addresses.flatMap((address, peer) =>
      peer === id ? [] : [{ id: peer, address, messages: { udp: messages, tcp: messages } }],
    ),
  },
});

const report = (reports: readonly ClusterCutReport[]): string =>
  align([
    ["protocol", "mode", "skew [ms]", "late [ms]", "longest pause [ms]", "orphans UDP", "TCP", "messages so far"],
    ...reports.map(({ protocol, skew, skewError, late, orphans, messages, guests }) => [
      protocol,
      guests[0]!.mode,
      `${(1000 * skew).toFixed(1)} ± ${(1000 * skewError).toFixed(1)}`,
      late === null ? "" : (1000 * late).toFixed(1),
      (1000 * Math.max(...guests.map(({ pause }) => pause))).toFixed(1),
      `${orphans[0]}`,
      `${orphans[1]}`,
      `${messages[0] + messages[1]}`,
    ]),
  ]);
