import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import { install as installHere } from "../agent/install.ts";
import { installCommand, packagesOf } from "../agent/programs.ts";
import { examine } from "../hosts/doctor.ts";
import { type Outcome, Testbed } from "../hosts/testbed.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { readInventory } from "../inventory/read-inventory.ts";
import { whatIsLeft } from "../ownership/end-made.ts";
import { controllerFolder } from "../ownership/private-folder.ts";
import { userOf } from "../ownership/user.ts";
import { letPointsGo, letPointsGoHere } from "../store/let-points-go.ts";
import type { RebuildHost } from "../store/rebuild-point.ts";
import { TestbedError } from "../testbed-error.ts";
import { diagnosisText } from "./diagnosis-text.ts";
import type { TestbedAction } from "./testbed-actions.ts";
import { listPoints } from "./testbed-points.ts";

interface TestbedArguments {
  readonly action: TestbedAction;
  readonly inventory: string;
  readonly install: boolean;
  readonly retire: boolean;
  readonly rebuild: boolean;
  readonly keepPoints: boolean;
}

const quick = 10_000;
/** apt-get may wait for another, and fetch a hundred megabytes. */
const installDeadline = 900_000;

/** Prints what failed on which host; throws once all had their turn. */
const tellFailures = (line: CommandLine, what: string, outcomes: readonly Outcome<unknown>[]): void => {
  const failures = outcomes.flatMap(({ error }) => error ?? []);
  for (const { message } of failures) line.print(`! ${message}`);
  if (failures.length > 0) throw new CommandError(`${what} failed on ${failures.length} of ${outcomes.length} hosts`);
};

const doctor = async (line: CommandLine, testbed: Testbed): Promise<void> => {
  const { driver, inventory } = testbed;
  const obstacles = driver.obstacles();
  for (const { what, packages } of obstacles)
    line.print(`! this machine: ${what}${packages.length > 0 ? `\n    mend: ${installCommand(packages)}` : ""}`);
  if (obstacles.length > 0) throw new CommandError(`${inventory.name}: hosts cannot be examined before this is mended`);
  // Hosts that are down are made for the while.
  const before = driver.state();
  if (before !== "up") await testbed.make();
  try {
    const diagnoses = await examine(testbed);
    for (const each of diagnoses) line.print(diagnosisText(each));
    const sick = diagnoses.filter(({ findings }) => findings.some(({ grade }) => grade === "missing"));
    if (sick.length > 0)
      throw new CommandError(`${sick.length} of ${diagnoses.length} hosts lack what a testbed needs`);
  } finally {
    if (before !== "up") await testbed.end();
  }
};

const setup = async (line: CommandLine, testbed: Testbed, install: boolean): Promise<void> => {
  const { driver, inventory } = testbed;
  const needed = driver.obstacles().flatMap(({ packages }) => packages);
  if (install && needed.length > 0) {
    line.print(`this machine: installing ${needed.join(" ")} …`);
    await installHere(needed);
  }
  const made = driver.state() !== "up";
  if (made) await testbed.make();
  try {
    const outcomes = await testbed.agents("own");
    const lacking: Outcome<unknown>[] = [];
    for (const outcome of outcomes) {
      const { host, value: agent } = outcome;
      if (agent === undefined) {
        lacking.push(outcome);
        continue;
      }
      // Asked anew on each, as hosts that share a machine have what an earlier one was given.
      const { missing } = await agent.ask("facts", {}, quick);
      const packages = packagesOf(missing);
      try {
        if (packages.length === 0) line.print(`${host}: nothing is missing`);
        else if (!install) line.print(`${host}: lacks ${packages.join(" ")}; --install installs them`);
        else {
          line.print(`${host}: installing ${packages.join(" ")} …`);
          await agent.ask("install", { packages }, installDeadline);
        }
        const lacks = packages.length > 0 && !install;
        lacking.push({ host, ...(lacks ? { error: new TestbedError(`${host}: ${missing.join(", ")} missing`) } : {}) });
      } catch (error) {
        if (!(error instanceof TestbedError)) throw error;
        lacking.push({ host, error });
      }
    }
    tellFailures(line, `${inventory.name}: setup`, lacking);
  } finally {
    if (made) await testbed.end();
  }
};

const up = async (line: CommandLine, testbed: Testbed): Promise<void> => {
  const { driver, inventory } = testbed;
  await testbed.make();
  const outcomes = await testbed.agents("own");
  try {
    tellFailures(line, `${inventory.name}: up`, outcomes);
  } catch (error) {
    await testbed.end();
    throw error;
  }
  const hosts = driver.hosts.map((host) => [host, driver.addresses.get(host)].filter(Boolean).join(" "));
  line.print(`${inventory.name} is up: ${hosts.join(", ")}`);
};

const down = async (line: CommandLine, testbed: Testbed, keepPoints: boolean): Promise<void> => {
  const { inventory } = testbed;
  // Hosts of other machines clean up after themselves: an agent ends what is left when it starts, and itself with the rest.
  const outcomes = inventory.driver === "ssh" ? await testbed.agents("own") : [];
  const reached = outcomes.flatMap(({ value }) => value ?? []);
  const points = keepPoints ? 0 : letPointsGoHere(inventory.name) + (await letPointsGo(reached));
  const { processes, namespaces } = await testbed.end();
  tellFailures(line, `${inventory.name}: down`, outcomes);
  line.print(`${inventory.name} is down; ${processes} processes and ${namespaces} namespaces were ended here`);
  if (points > 0) line.print(`${points} restore points were let go`);
};

const status = async (line: CommandLine, testbed: Testbed): Promise<void> => {
  const { driver, inventory } = testbed;
  const { processes } = whatIsLeft(controllerFolder(inventory.name));
  const state = driver.state();
  const left = processes.length === 0 ? "" : `, with ${processes.length} processes that nobody uses`;
  const broken = state === "broken" || left !== "" ? `; snapback testbed down ${inventory.name} ends what is left` : "";
  line.print(`${inventory.name}: ${state}${left}${broken}`);
  if (state !== "up") return;
  const outcomes = await testbed.agents("look");
  for (const { host, value: agent } of outcomes) {
    if (agent === undefined) continue;
    const found = await agent.ask("left", {}, quick);
    line.print(`${host}: ${found.inUse ? `in use by ${found.inUse}` : "free"}, ${found.processes} processes`);
  }
  tellFailures(line, `${inventory.name}: status`, outcomes);
};

/** Hosts that are down are made for the while: what is on their disks outlives them. */
const points = async (
  line: CommandLine,
  testbed: Testbed,
  asked: Pick<TestbedArguments, "rebuild" | "retire">,
): Promise<void> => {
  const { driver, inventory } = testbed;
  const before = driver.state();
  if (before !== "up") await testbed.make();
  try {
    const outcomes = await testbed.agents("own");
    tellFailures(line, `${inventory.name}: points`, outcomes);
    const reached: RebuildHost[] = [];
    for (const { host, value: agent } of outcomes) {
      if (agent === undefined) continue;
      const address = driver.addresses.get(host) ?? (await agent.ask("facts", {}, quick)).address;
      if (address === null) throw new TestbedError(`${host}: no address is known by which other hosts reach it`);
      reached.push({ agent, address });
    }
    await listPoints(line, reached, asked);
  } finally {
    if (before !== "up") {
      await testbed.close();
      await testbed.end();
    }
  }
};

const act = (
  line: CommandLine,
  testbed: Testbed,
  { action, install, keepPoints, ...asked }: TestbedArguments,
): Promise<void> => {
  switch (action) {
    case "doctor":
      return doctor(line, testbed);
    case "setup":
      return setup(line, testbed, install);
    case "up":
      return up(line, testbed);
    case "status":
      return status(line, testbed);
    case "points":
      return points(line, testbed, asked);
    case "down":
      return down(line, testbed, keepPoints);
  }
};

/** Looks at a testbed, or makes, prepares or ends it. */
export const testbed = async (line: CommandLine, given: TestbedArguments): Promise<void> => {
  try {
    const inventory = readInventory(line.files, given.inventory, line.folder);
    const taken = await takeOrTell(line, inventory, given);
    if (taken === undefined) return;
    try {
      await act(line, taken, given);
    } finally {
      await taken.close();
    }
  } catch (error) {
    throw error instanceof TestbedError ? new CommandError(error.message) : error;
  }
};

/** To be in use is an answer for one who asks how it stands, and an obstacle for all others. */
const takeOrTell = async (line: CommandLine, inventory: Inventory, { action }: TestbedArguments) => {
  try {
    return await Testbed.take(inventory);
  } catch (error) {
    if (action !== "status" || !(error instanceof TestbedError)) throw error;
    line.print(`${inventory.name}: in use by ${userOf(controllerFolder(inventory.name))?.user ?? "another process"}`);
    return undefined;
  }
};
