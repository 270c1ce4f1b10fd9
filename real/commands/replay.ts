import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { policyInForce } from "../../models/policies/policy-in-force.ts";
import type { ClusterScenario } from "../../models/scenario.ts";

import { mean } from "../../results/statistics/moments.ts";
import { align } from "../../scenarios/align.ts";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import { ownPolicy, shownInSources } from "../../scenarios/own-policy/own-policy.ts";
import { evaluate, loadPlace, type Place } from "../../scenarios/search/evaluate.ts";
import { HtmlTimeline } from "../../scenarios/timeline/html.ts";
import { guestAddresses } from "../inventory/guest-addresses.ts";
import { readInventory } from "../inventory/read-inventory.ts";
import { type Replayed, replay } from "../replay/replay.ts";
import { replayObstacles } from "../replay/replayable.ts";
import { TestbedError } from "../testbed-error.ts";
import { withHosts } from "./with-hosts.ts";

interface ReplayArguments {
  readonly scenario: string;
  readonly testbed: string;
  readonly set: readonly string[];
  readonly seed?: string;
  readonly replications?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Runs a scenario on real machines and in the simulator, and sets the columns of both beside each other. */
export const replayCommand = async (line: CommandLine, given: ReplayArguments): Promise<void> => {
  try {
    const loaded = loadPlace(line, given, []);
    const { scenario, seed } = loaded.points[0]!;
    if (scenario.model !== "cluster")
      throw new CommandError(`${given.scenario} is of model: ${scenario.model}; real machines play model: cluster`);
    const inventory = readInventory(line.files, given.testbed, line.folder);
    if (inventory.driver !== "namespace")
      throw new CommandError(`${given.testbed}: a replay needs bridges of our own, which driver: namespace has`);
    const obstacles = replayObstacles(scenario, inventory.hosts.length);
    if (obstacles.length > 0)
      throw new CommandError(
        `${given.scenario} cannot be replayed on ${inventory.name}:\n${obstacles.map((one) => `  ${one}`).join("\n")}`,
      );
    // Cables are as fast as the scenario's network cards.
    const rate = scenario.dataCentre.host.nic;
    const shaped = { ...inventory, hosts: inventory.hosts.map((host) => ({ ...host, rate })) };
    const abort = new AbortController();
    const off = line.onInterrupt(() => abort.abort());
    let real: Replayed;
    try {
      real = await withHosts(line, shaped, ({ agents, image, accelerator }) =>
        replay(
          scenario,
          policyInForce(scenario, ownPolicy(scenario), (note) => line.progress.write(`${note}\n`)),
          {
            ...{ agents, image, accelerator },
            hostAddresses: shaped.hosts.map(({ address }) => address),
            network: { addresses: guestAddresses(shaped, scenario.cluster.vms), bits: shaped.subnet.bits },
          },
          { seed, signal: abort.signal, say: (text) => void line.progress.write(`${text}\n`) },
        ),
      );
    } catch (error) {
      if (abort.signal.aborted) throw new CommandError("interrupted: nothing was left behind");
      throw shownInSources(error, scenario);
    } finally {
      off();
    }
    const [simulated] = await evaluate(line, [loaded]);
    show(line, given, real, simulated!);
    if (given.out !== undefined) write(line, given.out, scenario, seed, real, simulated!);
  } catch (error) {
    throw error instanceof TestbedError ? new CommandError(error.message) : error;
  }
};

/** What both have seen. */
const bothOf = (real: Replayed, simulated: Place): { column: string; real: number; model: number }[] =>
  Object.entries(real.columns).flatMap(([column, value]) => {
    const model = mean(simulated.replications.map((metrics) => metrics[column] ?? Number.NaN));
    return Number.isNaN(value) || Number.isNaN(model) ? [] : [{ column, real: value, model }];
  });

const show = (line: CommandLine, { json, scenario }: ReplayArguments, real: Replayed, simulated: Place): void => {
  const both = bothOf(real, simulated);
  if (json === true) {
    line.print(JSON.stringify({ scenario, columns: both, verified: real.verifiedPoints, notes: real.notes }, null, 2));
    return;
  }
  line.print(
    align([
      ["", "real", "simulated", "difference"],
      ...both
        .filter((one) => one.real !== 0 || one.model !== 0)
        .map((one) => [one.column, short(one.real), short(one.model), difference(one.real, one.model)]),
    ]),
  );
  line.print(`${real.verifiedPoints} restore points were read again at the end and are as they were captured`);
  for (const note of real.notes) line.print(note);
};

const short = (value: number): string => `${Number(value.toPrecision(4))}`;

const difference = (real: number, model: number): string =>
  real === 0 ? "" : `${((100 * (model - real)) / Math.abs(real)).toFixed(1)} %`;

/** Events and timeline of the real run, and the columns of both. */
const write = (
  line: CommandLine,
  out: string,
  { name, horizon }: ClusterScenario,
  seed: number,
  real: Replayed,
  simulated: Place,
): void => {
  const folder = resolve(line.folder, out);
  mkdirSync(folder, { recursive: true });
  const put = (file: string, text: string): void => writeFileSync(join(folder, file), text);
  put("real.jsonl", real.events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  put("columns.json", `${JSON.stringify(bothOf(real, simulated), null, 2)}\n`);
  const title = { scenario: `${name}, on real machines`, seed, replication: 0, domain: 0, domains: 1, horizon };
  const timeline = new HtmlTimeline({ ...title, from: 0, to: horizon });
  const [cast] = real.events;
  if (cast?.kind !== "begin") throw new Error("a run begins with who takes part");
  timeline.begin(cast);
  for (const event of real.events) timeline.event(event);
  put("real.html", timeline.end());
  line.print(`${out}: real.jsonl, real.html, columns.json`);
};
