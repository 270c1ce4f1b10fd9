import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import { loadSettings } from "../../scenarios/search/evaluate.ts";
import { shellWord } from "../../scenarios/text/shell-word.ts";
import { namespacesThere } from "../hosts/namespaces.ts";
import type { NamespaceInventory } from "../inventory/inventory.ts";
import { testbedFolder } from "../ownership/private-folder.ts";
import { drawnScenario } from "../replay/drawn-scenario.ts";
import type { Replayed } from "../replay/replay.ts";
import { soakScenario } from "../replay/soak-scenario.ts";
import { TestbedError } from "../testbed-error.ts";
import { writeRun } from "./recorded-run.ts";
import { namespacesOf, onHosts, type ReplayArguments, refuseObstacles } from "./replay.ts";
import { thisMachine } from "./this-machine.ts";

/**
 * Runs a scenario on real machines while everything fails at random, and tells what did not hold.
 *
 * @throws CommandError if anything did not
 */
export const soakCommand = async (
  line: CommandLine,
  given: ReplayArguments & { readonly soak: string },
): Promise<void> => {
  if (given.accelerate !== undefined)
    throw new CommandError("--soak: its failures have rates of their own, leave out --accelerate");
  const loaded = loadSettings(line, given, [`horizon=${given.soak}`]);
  const [point, another] = loaded.points;
  if (point === undefined || another !== undefined || point.scenario.model !== "cluster")
    throw new CommandError(`--soak: ${given.scenario} must be one point of model: cluster`);
  const { seed } = point;
  const inventory = namespacesOf(line, given);
  const storm = soakScenario(point.scenario, point.scenario.horizon);
  refuseObstacles(given.scenario, "", storm, inventory);
  const { scenario, notes } = drawnScenario(storm, seed);
  let replayed: Replayed;
  try {
    replayed = await onHosts(line, inventory, { scenario, seed }, { checks: true });
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    throw new CommandError(`seed ${seed} shows it: ${error.message}`);
  }
  const left = leftOf(inventory);
  const { checked, columns, verifiedPoints } = replayed;
  if (checked === undefined) throw new Error("a soak looks at its invariants");
  const broken = [...checked.broken, ...left];
  const command = `snapback replay ${given.scenario} --testbed ${given.testbed}${given.set.map((one) => ` --set ${shellWord(one)}`).join("")} --seed ${seed} --soak ${given.soak}`;
  const date = new Date().toISOString().slice(0, 10);
  const record = {
    ...{ machine: thisMachine(), date, command, failures: notes, broken },
    looks: checked.looks,
    pointsRead: checked.points + verifiedPoints,
    filesSwept: checked.swept,
    notes: replayed.notes,
    columns: Object.fromEntries(Object.entries(columns).filter(([, value]) => !Number.isNaN(value))),
  };
  const text = [
    ...notes,
    `${columns["rollbacks"]} rollbacks, availability ${(100 * columns["availability"]!).toFixed(1)} %.`,
    `${checked.looks} looks after recoveries, ${record.pointsRead} restore points read again; ${checked.swept} files that nobody needed were swept.`,
    ...replayed.notes,
    broken.length === 0 ? "Every invariant held, and nothing was left behind." : `NOT held:\n${broken.join("\n")}`,
  ].join("\n");
  line.print(given.json === true ? JSON.stringify(record, null, 2) : text);
  if (given.out !== undefined) {
    const folder = resolve(line.folder, given.out);
    mkdirSync(folder, { recursive: true });
    writeRun(join(folder, "run"), { scenario, seed, setting: `--soak ${given.soak}` }, replayed);
    writeFileSync(join(folder, "soak.json"), `${JSON.stringify(record, null, 2)}\n`);
  }
  if (broken.length > 0) throw new CommandError(`${broken.length} invariants did not hold; seed ${seed} shows it`);
};

/** What is still there of a testbed that has ended. */
const leftOf = (inventory: NamespaceInventory): string[] => {
  const { there } = namespacesThere(inventory);
  const folder = testbedFolder(inventory.name);
  // A namespace is a mount, too.
  const mine = (line: string): boolean => line.includes(`${folder}/`) || line.includes(`/snapback.${inventory.name}.`);
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n").filter(mine);
  return [
    ...(there > 0 ? [`${there} network namespaces are left`] : []),
    ...(existsSync(folder) ? [`${folder} is left`] : []),
    ...mounts.map((one) => `${one} is left mounted`),
  ];
};
