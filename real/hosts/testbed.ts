import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { AgentClient } from "../agent/client.ts";
import { agentProgram } from "../agent/program.ts";
import { installCommand } from "../agent/programs.ts";
import { type Exited, type Greeting, protocolVersion } from "../agent/protocol.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { type Ended, endMade } from "../ownership/end-made.ts";
import { lockTestbed } from "../ownership/lock.ts";
import { controllerFolder, hostFolder, makePrivately, testbedFolder } from "../ownership/private-folder.ts";
import { userOf, writeUser } from "../ownership/user.ts";
import { TestbedError } from "../testbed-error.ts";
import type { Driver } from "./driver.ts";
import { namespaceDriver } from "./namespace-driver.ts";
import { sshDriver } from "./ssh-driver.ts";

/** Milliseconds: for processes to end by themselves, for an agent to be there, and for one to end all it made. */
const patience = 3000;
const startDeadline = 30_000;
const closeDeadline = 15_000;

export const driverOf = (inventory: Inventory): Driver =>
  inventory.driver === "ssh" ? sshDriver(inventory) : namespaceDriver(inventory);

/** This machine in this boot, and this process, for those on other machines. */
const machine = (): string => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
const user = (): string => `process ${process.pid} of ${userInfo().username} on ${hostname()}`;

/** What came of each host: a host that fails keeps no other from its turn. */
export type Outcome<T> = { readonly host: string; readonly value?: T; readonly error?: TestbedError };

const outcomeOf = async <T>(host: string, task: Promise<T>): Promise<Outcome<T>> => {
  try {
    return { host, value: await task };
  } catch (error) {
    if (error instanceof TestbedError) return { host, error };
    throw error;
  }
};

const isOurs = (folder: string): boolean => (userOf(folder)?.machine ?? machine()) === machine();

/** Ends what was made from this machine, for hosts that lie on it, too; not what a controller on another machine uses. */
const endLocally = async (testbed: string): Promise<Ended> => {
  const hosts = join(testbedFolder(testbed), "hosts");
  const folders = existsSync(hosts)
    ? readdirSync(hosts)
        .map((host) => hostFolder(testbed, host))
        .filter(isOurs)
    : [];
  const ended: Ended[] = [];
  for (const folder of [controllerFolder(testbed), ...folders]) ended.push(await endMade(folder, patience));
  const sum = (key: keyof Ended): number => ended.reduce((total, each) => total + each[key], 0);
  return { processes: sum("processes"), namespaces: sum("namespaces") };
};

/** A testbed of which this process is the controller, till it is closed. */
export class Testbed {
  readonly inventory: Inventory;
  readonly driver: Driver;
  readonly #folder: string;
  readonly #unlock: () => void;
  readonly #agents: AgentClient[] = [];
  #program: Promise<string> | undefined;

  private constructor(inventory: Inventory, unlock: () => void) {
    this.inventory = inventory;
    this.driver = driverOf(inventory);
    this.#folder = controllerFolder(inventory.name);
    this.#unlock = unlock;
  }

  /** @throws TestbedError if another process is its controller */
  static async take(inventory: Inventory): Promise<Testbed> {
    return new Testbed(inventory, await lockTestbed(inventory.name));
  }

  /**
   * Ends all that is left of the testbed on this machine, and makes its hosts anew; makes nothing if that fails.
   * @throws TestbedError
   */
  async make(): Promise<void> {
    const [obstacle] = this.driver.obstacles();
    if (obstacle) {
      const mend = obstacle.packages.length > 0 ? `: ${installCommand(obstacle.packages)}` : "";
      throw new TestbedError(`${this.inventory.name}: ${obstacle.what}${mend}`);
    }
    await this.end();
    makePrivately(this.#folder);
    try {
      await this.driver.make(this.#folder);
    } catch (error) {
      await this.end();
      throw error instanceof TestbedError
        ? error
        : new TestbedError(`${this.inventory.name}: ${(error as Error).message}`);
    }
  }

  /** Ends all that was made for the testbed on this machine. */
  end(): Promise<Ended> {
    return endLocally(this.inventory.name);
  }

  /** Starts an agent on a host; one that owns what it makes first ends what an earlier one has left. */
  async agent(host: string, mode: Greeting["mode"], onExited?: (exited: Exited) => void): Promise<AgentClient> {
    const { name } = this.inventory;
    if (this.driver.state() !== "up")
      throw new TestbedError(`${host}: the testbed is ${this.driver.state()}; snapback testbed up ${name} makes it`);
    writeUser(makePrivately(this.#folder), machine(), user());
    this.#program ??= agentProgram();
    // Had before anything is started: what is refused at once would end before its end is listened for.
    const program = await this.#program;
    const greeting = {
      snapback: protocolVersion,
      testbed: name,
      host,
      mode,
      machine: machine(),
      user: user(),
    } as const;
    const child = this.driver.start(host, this.#folder);
    const agent = await AgentClient.start(child, program, greeting, startDeadline, onExited);
    this.#agents.push(agent);
    return agent;
  }

  /** Starts an agent on every host, at once. */
  agents(mode: Greeting["mode"]): Promise<Outcome<AgentClient>[]> {
    return Promise.all(this.driver.hosts.map((host) => outcomeOf(host, this.agent(host, mode))));
  }

  /** Lets agents end, and with them all that they made; hosts that were made stay. */
  async close(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.close(closeDeadline)));
    if (this.inventory.driver === "ssh") await this.end();
    this.#unlock();
  }
}
