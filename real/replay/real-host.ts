import type { CopyHost } from "../../models/placement/copy-placement.ts";
import type { VmHost } from "../../models/placement/vm-room.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import type { AgentClient } from "../agent/client.ts";
import { TestbedError } from "../testbed-error.ts";

const quick = 10_000;
/** The end of its cable, on a host of the driver `namespace`. */
const cable = "uplink";

/** A host was found to be dead while something was on its way from or to it. */
export class HostDown extends TestbedError {}

/** A host of a replay: what is known of it, what it holds, and whether it really lives. */
export class RealHost implements CopyHost, VmHost {
  readonly index: number;
  readonly rack: number;
  readonly name: string;
  readonly agent: AgentClient;
  /** By which other hosts reach it. */
  readonly address: string;
  /** Seconds by which its clock is ahead of ours. */
  readonly offset: number;
  /** Nobody takes it for dead. */
  up = true;
  /** It has not failed, whatever is known. */
  lives = true;
  /** Names of what lies on its disk for snapshots. */
  readonly files = new Set<string>();
  freeMemory: number;
  freeCores: number;
  readonly #waiting = new Set<(error: HostDown) => void>();

  constructor(
    index: number,
    agent: AgentClient,
    {
      address,
      offset,
      spec,
    }: { readonly address: string; readonly offset: number; readonly spec: ClusterScenario["dataCentre"] },
  ) {
    this.index = index;
    this.rack = Math.floor(index / spec.hostsPerRack);
    this.name = `host ${index}`;
    this.agent = agent;
    this.address = address;
    this.offset = offset;
    this.freeMemory = spec.host.memory;
    this.freeCores = spec.host.cores;
  }

  /** It is known to have failed: nobody waits for it any longer. */
  suspect(): void {
    this.up = false;
    const error = new HostDown(`${this.name} failed`);
    for (const wake of [...this.#waiting]) wake(error);
  }

  /** What a task comes to, unless the host is found dead before. */
  async whileUp<T>(task: Promise<T>): Promise<T> {
    task.catch(() => {});
    if (!this.up) throw new HostDown(`${this.name} failed`);
    let wake: (error: HostDown) => void = () => {};
    const down = new Promise<never>((_, reject) => {
      wake = reject;
      this.#waiting.add(wake);
    });
    try {
      return await Promise.race([task, down]);
    } finally {
      this.#waiting.delete(wake);
    }
  }

  /** It answers. @throws TestbedError if it does not, or could not be heard */
  async beat(deadline: number): Promise<void> {
    if (!this.lives) throw new HostDown(`${this.name} is silent`);
    await this.agent.ask("ping", {}, deadline);
  }

  /** Pulls its cable; with its guests dead nothing of it is heard any more. */
  async fail(): Promise<void> {
    this.lives = false;
    await this.agent.ask("link", { device: cable, up: false }, quick);
  }

  /** Plugs it in again; its disk is as it was. */
  async comeBack(): Promise<void> {
    await this.agent.ask("link", { device: cable, up: true }, quick);
    this.lives = true;
    this.up = true;
  }

  /** Its disk is gone for good. */
  async wipe(): Promise<void> {
    for (const name of this.files) await this.agent.ask("removeFile", { name }, quick);
    this.files.clear();
  }

  /** As if nothing had happened to it. */
  async reset(): Promise<void> {
    await this.wipe();
    if (!this.lives) await this.comeBack();
  }

  /** Removes files from its disk, if it can be asked. */
  async remove(names: Iterable<string>): Promise<void> {
    if (!this.lives) return;
    for (const name of names) if (this.files.delete(name)) await this.agent.ask("removeFile", { name }, quick);
  }
}
