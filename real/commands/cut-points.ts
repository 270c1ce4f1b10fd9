import type { ClusterScenario } from "../../models/scenario.ts";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import { evaluate, loadSettings } from "../../scenarios/search/evaluate.ts";
import { guestAddresses } from "../inventory/guest-addresses.ts";
import type { NamespaceInventory } from "../inventory/inventory.ts";
import { readInventory } from "../inventory/read-inventory.ts";
import { isFittedTo, type KnownCalibration } from "../study/calibration-file.ts";
import { captureObstacles, cutScenario, type VerifiedCut } from "../study/scenario-cuts.ts";
import { shuffled } from "../study/shuffled.ts";
import type { Figures } from "../study/validation.ts";
import { simulatedFigures } from "./simulated-figures.ts";
import type { ValidateArguments, Validated } from "./validate.ts";
import { withHosts } from "./with-hosts.ts";

interface CutPoint {
  /** What the sweep has set: `snapshot.capture=post-copy`. */
  readonly setting: string;
  readonly scenario: ClusterScenario;
}

/**
 * The capture half of a scenario on real guests, again and again in an order drawn from the seed, and in the simulator. Points
 * of its sweep to which the calibration was fitted are left out, and so are captures that are corrupt; both are told.
 */
export const cutPoints = async (
  line: CommandLine,
  given: ValidateArguments & { readonly testbed: string },
  calibration: KnownCalibration,
): Promise<Validated> => {
  const { testbed, repetitions, seed } = given;
  if (!(Number.isSafeInteger(repetitions) && repetitions >= 1 && repetitions <= 1000))
    throw new CommandError(`--repetitions: expected 1 to 1000, got ${repetitions}`);
  const inventory = readInventory(line.files, testbed, line.folder);
  if (inventory.driver !== "namespace")
    throw new CommandError(`${testbed}: guests that talk need bridges of our own, which driver: namespace has`);
  const loaded = loadSettings(line, { scenario: given.scenario, set: [] }, []);
  const points = loaded.points.map(({ scenario, labels }): CutPoint => {
    const setting = Object.entries(labels)
      .map(([key, label]) => `${key}=${label}`)
      .join(" ");
    if (scenario.model !== "cluster")
      throw new CommandError(`${given.scenario} is of model: ${scenario.model}; real machines play model: cluster`);
    const obstacles = captureObstacles(scenario);
    if (obstacles.length > 0)
      throw new CommandError(
        `${given.scenario}${setting === "" ? "" : ` with ${setting}`} cannot be cut on ${testbed}:\n${obstacles.map((one) => `  ${one}`).join("\n")}`,
      );
    return { setting, scenario };
  });
  const isHeld = points.map(({ scenario }) => !isFittedTo(scenario, calibration));
  const held = points.filter((_, i) => isHeld[i]);
  for (const { setting } of points.filter((one) => !held.includes(one)))
    line.print(`left out, the calibration was fitted to it: ${setting}`);
  if (held.length < 2)
    throw new CommandError(
      `${given.scenario}: ${held.length} points that nothing was fitted to; it takes two: sweep something, such as snapshot.capture or cluster.vm.memory`,
    );
  const places = await evaluate(
    line,
    loaded.points.filter((_, i) => isHeld[i]).map((point) => ({ ...loaded, points: [point] })),
  );
  // What the simulator cannot tell is known before an hour of captures.
  const simulated = places.map((place, i) => simulatedFigures(place, held[i]!.setting));
  const cuts = await takeCuts(line, inventory, held, repetitions, seed);
  return {
    x: "point of the sweep",
    points: held.map(({ setting, scenario }, i) => ({
      setting,
      mode: scenario.snapshot.capture,
      panel: scenario.cluster.vms === 1 ? "one guest" : `${scenario.cluster.vms} guests, ${scenario.snapshot.cut}`,
      x: i + 1,
      measured: soundOf(line, setting, cuts[i]!),
      simulated: simulated[i]!,
    })),
  };
};

/** @returns of each point its cuts */
const takeCuts = (
  line: CommandLine,
  inventory: NamespaceInventory,
  points: readonly CutPoint[],
  repetitions: number,
  seed: number,
): Promise<VerifiedCut[][]> =>
  withHosts(line, inventory, async ({ agents, image, accelerator }) => {
    const cuts = points.map((): VerifiedCut[] => []);
    const order = Array.from({ length: repetitions }, (_, i) => shuffled([...points.keys()], seed * 1000 + i)).flat();
    for (const [done, i] of order.entries()) {
      const { setting, scenario } = points[i]!;
      line.progress.write(`cut ${done + 1} of ${order.length}: ${setting}\n`);
      const network = { addresses: guestAddresses(inventory, scenario.cluster.vms), bits: inventory.subnet.bits };
      cuts[i]!.push(await cutScenario({ agents, image, accelerator, network }, scenario, `${seed} ${done}`));
    }
    return cuts;
  });

const soundOf = (line: CommandLine, setting: string, cuts: readonly VerifiedCut[]): Figures[] => {
  const sound = cuts.filter(({ state }) => state === "verified");
  if (sound.length < cuts.length)
    line.print(
      `${setting}: ${cuts.length - sound.length} of ${cuts.length} cuts are not of one moment: ${cuts.find(({ state }) => state === "corrupt")!.reason}`,
    );
  if (sound.length === 0) throw new CommandError(`${setting}: no cut of it can be trusted; use another mode`);
  return sound.map(({ pause, captureDuration, captureBytes }) => ({ pause, captureDuration, captureBytes }));
};
