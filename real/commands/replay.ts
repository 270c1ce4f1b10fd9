import { join, resolve } from "node:path";
import type { TrafficMatrix } from "../../models/cut/traffic.ts";
import { policyInForce } from "../../models/policies/policy-in-force.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import { ownPolicy, shownInSources } from "../../scenarios/own-policy/own-policy.ts";
import { evaluate, loadSettings, type Searched } from "../../scenarios/search/evaluate.ts";
import { shellWord } from "../../scenarios/text/shell-word.ts";
import { simulatedRun } from "../../scenarios/timeline/simulated-run.ts";
import { NamespaceSwitch } from "../hosts/namespace-switch.ts";
import { guestAddresses } from "../inventory/guest-addresses.ts";
import type { NamespaceInventory } from "../inventory/inventory.ts";
import { readInventory } from "../inventory/read-inventory.ts";
import { type ComparedRun, columnErrors, comparedColumns } from "../replay/comparison.ts";
import { drawnScenario } from "../replay/drawn-scenario.ts";
import { type Replayed, type ReplayOptions, replay } from "../replay/replay.ts";
import { replayObstacles } from "../replay/replayable.ts";
import { TestbedError } from "../testbed-error.ts";
import type { MeasuredTraffic } from "../traffic/measured-traffic.ts";
import { comparedPage } from "./compared-page.ts";
import {
  makeFolder,
  type RecordedRun,
  type ReplayPoint,
  readRun,
  recordedNow,
  writeOut,
  writeRun,
} from "./recorded-run.ts";
import { replayReport } from "./replay-report.ts";
import { trafficReport } from "./traffic-report.ts";
import { type ReadyHosts, withHosts } from "./with-hosts.ts";

export interface ReplayArguments extends Searched {
  readonly testbed: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly accelerate?: number;
  readonly soak?: string;
}

/** Runs every point of a scenario on real machines and in the simulator, and sets the columns of both beside each other. */
export const replayCommand = async (line: CommandLine, given: ReplayArguments): Promise<void> => {
  if (given.soak !== undefined) return (await import("./soak.ts")).soakCommand(line, { ...given, soak: given.soak });
  try {
    const loaded = loadSettings(line, given, []);
    const inventory = namespacesOf(line, given);
    const points = loaded.points.map(({ scenario, seed, labels }): ReplayPoint => {
      const setting = Object.entries(labels)
        .map(([key, label]) => `${key}=${label}`)
        .join(" ");
      if (scenario.model !== "cluster")
        throw new CommandError(`${given.scenario} is of model: ${scenario.model}; real machines play model: cluster`);
      refuseObstacles(given.scenario, setting, scenario, inventory);
      return { setting, seed, ...drawnScenario(scenario, seed, given.accelerate) };
    });
    const folderOf = (i: number): string | undefined =>
      given.out === undefined ? undefined : join(resolve(line.folder, given.out), `${i + 1}`);
    // What is kept of something else is told before anything is run.
    const kept = points.map((point, i) => {
      const folder = folderOf(i);
      if (folder === undefined) return undefined;
      makeFolder(folder);
      return readRun(folder, point);
    });
    const replayed: RecordedRun[] = [];
    try {
      for (const [i, point] of points.entries()) {
        const run = kept[i];
        const how = run === undefined ? "" : ` was run on ${run.date}`;
        if (points.length > 1 || run !== undefined)
          line.progress.write(`${i + 1} of ${points.length}: ${point.setting}${how}\n`);
        replayed.push(run ?? keep(folderOf(i), point, await onHosts(line, inventory, point)));
      }
    } catch (error) {
      throw shownInSources(error, points[replayed.length]!.scenario);
    }
    const places = await evaluate(
      line,
      // Runs of the simulator meet the failures that the machines have met.
      loaded.points.map((point, i) => ({ ...loaded, points: [{ ...point, scenario: points[i]!.scenario }] })),
    );
    const runs = points.map(({ setting }, i): ComparedRun => {
      const { columns } = replayed[i]!;
      return { setting, real: columns, simulated: places[i]!.replications };
    });
    for (const [i, point] of points.entries()) {
      const folder = folderOf(i);
      if (folder === undefined) continue;
      const simulated = simulatedRun(point.scenario, { seed: point.seed, replication: 0 });
      const page = comparedPage(point, { compared: runs[i]!, recorded: replayed[i]!, simulated });
      writeOut(join(folder, "timeline.html"), page);
    }
    show(line, given, runs, {
      machines: [...new Set(replayed.map(({ machine }) => machine))],
      dates: [...new Set(replayed.map(({ date }) => date))].sort(),
      traffic: replayed.map(({ traffic }, i) => ({ measured: traffic, said: points[i]!.scenario.cluster.traffic })),
      verified: replayed.reduce((sum, { verifiedPoints }) => sum + verifiedPoints, 0),
      notes: [...points.flatMap(({ notes }) => notes), ...replayed.flatMap(({ notes }) => notes)],
    });
  } catch (error) {
    throw error instanceof TestbedError ? new CommandError(error.message) : error;
  }
};

/** @throws CommandError for an inventory of other machines */
export const namespacesOf = (line: CommandLine, { testbed }: ReplayArguments): NamespaceInventory => {
  const inventory = readInventory(line.files, testbed, line.folder);
  if (inventory.driver !== "namespace")
    throw new CommandError(`${testbed}: a replay needs bridges of our own, which driver: namespace has`);
  return inventory;
};

/** @throws CommandError with all that keeps a scenario from being run on the hosts of an inventory */
export const refuseObstacles = (
  name: string,
  setting: string,
  scenario: ClusterScenario,
  { name: testbed, hosts }: NamespaceInventory,
): void => {
  const obstacles = replayObstacles(scenario, hosts.length);
  if (obstacles.length === 0) return;
  const where = setting === "" ? "" : ` with ${setting}`;
  throw new CommandError(
    `${name}${where} cannot be replayed on ${testbed}:\n${obstacles.map((one) => `  ${one}`).join("\n")}`,
  );
};

/**
 * Makes the hosts of an inventory, and runs a scenario on them.
 *
 * @param next what a user can do who has interrupted it
 */
export const onHosts = (
  line: CommandLine,
  inventory: NamespaceInventory,
  { scenario, seed }: Pick<ReplayPoint, "scenario" | "seed">,
  { next = "", ...looks }: Pick<ReplayOptions, "checks" | "surveys"> & { readonly next?: string } = {},
): Promise<Replayed> => {
  // Cables are as fast as the scenario's network cards.
  const rate = scenario.dataCentre.host.nic;
  const shaped = { ...inventory, hosts: inventory.hosts.map((host) => ({ ...host, rate })) };
  const policy = policyInForce(scenario, ownPolicy(scenario), (note) => line.progress.write(`${note}\n`));
  const play = ({ agents, image, accelerator, signal }: ReadyHosts): Promise<Replayed> =>
    replay(
      scenario,
      policy,
      {
        ...{ agents, image, accelerator },
        hostAddresses: shaped.hosts.map(({ address }) => address),
        fabric: new NamespaceSwitch(shaped),
        network: { addresses: guestAddresses(shaped, scenario.cluster.vms), bits: shaped.subnet.bits },
      },
      { seed, signal, say: (text) => void line.progress.write(`${text}\n`), ...looks },
    );
  return withHosts(line, shaped, play, { next });
};

/** What is to be kept is, as soon as it is over. */
const keep = (folder: string | undefined, point: ReplayPoint, replayed: Replayed): RecordedRun =>
  folder === undefined ? recordedNow(replayed) : writeRun(folder, point, replayed);

const show = (
  line: CommandLine,
  given: ReplayArguments,
  runs: readonly ComparedRun[],
  {
    machines,
    dates,
    traffic,
    verified,
    notes,
  }: {
    readonly machines: readonly string[];
    readonly dates: readonly string[];
    /** Of each run. */
    readonly traffic: readonly { readonly measured: readonly MeasuredTraffic[]; readonly said: TrafficMatrix }[];
    readonly verified: number;
    readonly notes: readonly string[];
  },
): void => {
  const faster = given.accelerate === undefined ? "" : ` --accelerate ${given.accelerate}`;
  const command = `snapback replay ${given.scenario} --testbed ${given.testbed}${given.set.map((one) => ` --set ${shellWord(one)}`).join("")}${faster}`;
  const date = [...new Set([dates[0]!, dates.at(-1)!])].join(" to ");
  const compared = runs.map((run) => ({ setting: run.setting, columns: comparedColumns(run) }));
  const judged = columnErrors(runs);
  const measured = traffic.some((one) => one.measured.length > 0)
    ? { traffic: traffic.map((one) => one.measured) }
    : {};
  const record = { machine: machines.join("; "), date, command, runs: compared, judged, verified, ...measured, notes };
  const text = [
    replayReport(runs),
    `${verified} restore points were read again at the end and are as they were captured.`,
    ...traffic.flatMap((one) => trafficReport(one.measured, one.said)),
    ...notes,
  ].join("\n");
  line.print(given.json === true ? JSON.stringify(record, null, 2) : text);
  if (given.out === undefined) return;
  const folder = resolve(line.folder, given.out);
  writeOut(join(folder, "replay.json"), `${JSON.stringify(record, null, 2)}\n`);
  const head = `# The simulator beside real machines\n\nMachine: ${record.machine}. Date: ${date}. Command: \`${command}\`\n`;
  writeOut(join(folder, "replay.md"), `${head}\n\`\`\`\n${text}\n\`\`\`\n`);
};
