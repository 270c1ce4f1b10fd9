import { setTimeout as sleep } from "node:timers/promises";
import type { CopyHost } from "../../models/placement/copy-placement.ts";
import type { VmHost } from "../../models/placement/vm-room.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import type { AgentClient } from "../agent/client.ts";
import type { DiskRates } from "../disk/own-disk.ts";
import { TestbedError } from "../testbed-error.ts";

const quick = 10_000;
/** Between two looks at whether something has changed, milliseconds. */
const look = 50;
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
  /** Outages of the machine itself, whatever is known. */
  #dead = 0;
  /** Outages that cut it off from others while it runs on. */
  #cutOff = 0;
  /** Of both, so far. */
  outages = 0;
  /** Its disk is gone, and no new one there yet. */
  #diskless = false;
  #hasSlowDisk = false;
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

  get lives(): boolean {
    return this.#dead === 0;
  }

  get reachable(): boolean {
    return this.lives && this.#cutOff === 0;
  }

  /** What is written to its disk is there afterwards. */
  get keeps(): boolean {
    return this.lives && !this.#diskless;
  }

  get diskless(): boolean {
    return this.#diskless;
  }

  /** Returns when it is known to be out of reach, or is in reach again. */
  async untilKnown(): Promise<void> {
    while (this.up && !this.reachable) await sleep(look);
  }

  /** It answers. @throws TestbedError if it does not, or could not be heard */
  async beat(deadline: number): Promise<void> {
    if (!this.reachable) throw new HostDown(`${this.name} is silent`);
    await this.agent.ask("ping", {}, deadline);
  }

  /** It is heard again, and can be used if it has a disk. */
  answer(): void {
    this.up = this.reachable && !this.#diskless;
  }

  /** It fails; from now on nothing of it counts. Its guests are to be killed, and its cable pulled. */
  die(): void {
    this.#dead += 1;
    this.outages += 1;
  }

  /** Pulls its cable; with its guests dead nothing of it is heard any more. */
  async unplug(): Promise<void> {
    await this.agent.ask("link", { device: cable, up: false }, quick);
  }

  /** One of its outages ends; after the last its cable is plugged in again. */
  async comeBack(): Promise<void> {
    if (this.#dead === 1) await this.agent.ask("link", { device: cable, up: true }, quick);
    this.#dead -= 1;
  }

  /** Others cannot reach it, or again after as many of them. */
  cutOff(begins: boolean): void {
    this.#cutOff += begins ? 1 : -1;
    if (begins) this.outages += 1;
  }

  /** Its disk fails; what lay on it is to be wiped. Whoever uses it knows that at once. */
  loseDisk(): void {
    this.#diskless = true;
    this.suspect();
  }

  replaceDisk(): void {
    this.#diskless = false;
    this.answer();
  }

  /** Whatever disk it has meanwhile: one that takes the place of a slow one is slow, too, as in the model. */
  get hasSlowDisk(): boolean {
    return this.#hasSlowDisk;
  }

  /** Its disk reads and writes no faster than this from now on; undefined: as fast as it can. */
  async slowDisk(rates: DiskRates | undefined): Promise<void> {
    this.#hasSlowDisk = rates !== undefined;
    await this.agent.ask("slowDisk", { rates: rates ?? null }, quick);
  }

  /** Its disk is gone for good. */
  async wipe(): Promise<void> {
    for (const name of [...this.files])
      if (this.files.delete(name)) await this.agent.ask("removeFile", { name }, quick);
  }

  /** As if nothing had happened to it. */
  async reset(): Promise<void> {
    await this.wipe();
    // A capture that a failure has broken leaves what it had written.
    const { files } = await this.agent.ask("holdings", {}, quick);
    for (const name of files) if (isCaptured(name)) await this.agent.ask("removeFile", { name }, quick);
    while (!this.lives) await this.comeBack();
    this.#cutOff = 0;
    this.#diskless = false;
    this.up = true;
  }

  /** Removes files from its disk, if it can be asked. */
  async remove(names: Iterable<string>): Promise<void> {
    if (!this.lives) return;
    for (const name of names) if (this.files.delete(name)) await this.agent.ask("removeFile", { name }, quick);
  }
}

/** What a capture of a guest writes, in whatever step; drafts are removed by whoever writes them. */
const isCaptured = (name: string): boolean => /^v\d+-\d+\.\d+/.test(name) && !name.endsWith(".draft");
