import { setTimeout as sleep } from "node:timers/promises";
import { LifeCycleAccount } from "../../models/books/life-cycle-account.ts";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import { TestbedError } from "../testbed-error.ts";
import type { RealCluster } from "./real-cluster.ts";
import type { RealHost } from "./real-host.ts";
import type { RealStore } from "./real-store.ts";
import type { RunEvents } from "./run-events.ts";

const quick = 10_000;
/** A tap goes a moment after its QEMU. */
const patience = 2000;

interface InvariantParts {
  readonly events: RunEvents;
  readonly hosts: readonly RealHost[];
  readonly cluster: RealCluster;
  readonly store: RealStore;
}

export interface Checked {
  /** Looks that were taken, and restore points that were read again in them. */
  readonly looks: number;
  readonly points: number;
  /** What the files of dead guests and of broken captures took, which nobody needs, and which is gone. */
  readonly swept: number;
  readonly broken: readonly string[];
}

/** What must hold whenever a cluster is up again, whatever has failed. */
export class Invariants {
  readonly #parts: InvariantParts;
  readonly #broken: string[] = [];
  #strays = new Map<RealHost, ReadonlySet<string>>();
  #looks = 0;
  #points = 0;
  #swept = 0;
  #running: Promise<void> = Promise.resolve();
  #isWaiting = false;

  constructor(parts: InvariantParts) {
    this.#parts = parts;
  }

  get checked(): Checked {
    return { looks: this.#looks, points: this.#points, swept: this.#swept, broken: this.#broken };
  }

  /** Takes a look as soon as the one before is over; not two of them. */
  look(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#running = this.#running.then(() => {
      this.#isWaiting = false;
      return this.#look();
    });
    // Whoever waits for its end hears of it.
    this.#running.catch(() => {});
  }

  /** All looks are over. @throws what kept one from being taken */
  async over(): Promise<void> {
    await this.#running;
  }

  async #look(): Promise<void> {
    const { events, store, cluster } = this.#parts;
    const at = events.now;
    const { failures } = cluster;
    const say = (what: string): void => void this.#broken.push(`at ${at.toFixed(1)} s: ${what}`);
    this.#looks += 1;
    for (const law of brokenBooks(events.inOrder, at)) say(law);
    const { points, spoilt } = await store.verify();
    this.#points += points - spoilt.length;
    // One of which a copy lies on a host that is down will be readable again, or is lost by more failures than it has copies.
    if (this.#parts.hosts.every(({ up, keeps }) => up && keeps)) for (const one of spoilt) say(one);
    for (const host of this.#parts.hosts) await this.#lookAt(host, say, failures);
  }

  /** Guests and taps are those of the VMs there, nothing is mounted, and every file is needed. */
  async #lookAt(host: RealHost, say: (what: string) => void, failures: number): Promise<void> {
    const { cluster, store } = this.#parts;
    const isCalm = (): boolean => cluster.failures === failures && cluster.undetected.size === 0;
    for (let waited = 0; ; waited += 100) {
      const own = cluster.vms.filter((vm) => vm.host === host && vm.guest !== undefined);
      const held = [...host.files];
      const { files, devices, processes, mounts } = await host.agent.ask("holdings", {}, quick);
      if (!isCalm()) return;
      const taps = devices.filter((name) => /^t\d+x\d+$/.test(name)).length;
      const isRight = processes === own.length && taps === own.length && mounts === 0;
      if (!isRight && waited < patience) {
        await sleep(100);
        continue;
      }
      if (!isRight)
        say(`${host.name} has ${processes} guests, ${taps} taps and ${mounts} mounts; ${own.length} VMs are there`);
      const needed = store.neededFiles(cluster);
      const lives = own.map(({ guest }) => guest!.name);
      const strays = new Set(
        files.filter(
          (name) =>
            !/^image-/.test(name) && !needed.has(originOf(name)) && !lives.includes(name.slice(0, name.indexOf("."))),
        ),
      );
      for (const name of held) if (host.files.has(name) && !files.includes(name)) say(`${host.name} has lost ${name}`);
      await this.#sweep(host, strays);
      return;
    }
  }

  /** Removes what nobody needed at the look before either: a transfer that was under way then is over. */
  async #sweep(host: RealHost, strays: ReadonlySet<string>): Promise<void> {
    const before = this.#strays.get(host);
    const old = [...strays].filter((name) => before?.has(name) && !host.files.has(name));
    for (const name of old)
      try {
        await host.agent.ask("removeFile", { name }, quick);
        this.#swept += 1;
      } catch (error) {
        if (!(error instanceof TestbedError)) throw error;
      }
    this.#strays.set(host, new Set([...strays].filter((name) => !old.includes(name))));
  }
}

/** The file that one under way will be, or is made of. */
const originOf = (name: string): string => name.replace(/\.(draft|stream|verified)$/, "");

/** A VM goes from where it was, and time is up or down for one reason, all of it. */
export const brokenBooks = (events: readonly LifeCycleEvent[], at: number): string[] => {
  const account = new LifeCycleAccount();
  const broken: string[] = [];
  const states = new Map<string, string>();
  for (const event of events) {
    if (event.at > at || event.kind === "end") continue;
    account.enter(event);
    if (event.kind !== "vm") continue;
    const { vm, from, to } = event;
    const was = states.get(vm) ?? "up";
    if (was !== from) broken.push(`${vm} goes from ${from} to ${to} at ${event.at} s, and was ${was}`);
    states.set(vm, to);
  }
  account.enter({ at, kind: "end" });
  const { columns } = account;
  const parts = Object.keys(columns).filter(
    (column) => column === "availability" || (column.startsWith("downtime") && column !== "downtimeCatchUp"),
  );
  const sum = parts.reduce((all, column) => all + columns[column]!, 0);
  if (!(Math.abs(sum - 1) < 1e-6)) broken.push(`${parts.join(", ")} make ${sum}, and not 1`);
  return broken;
};
