import { randomBytes } from "node:crypto";
import type { Errand } from "../../models/data-centre/errand.ts";
import { allOf } from "../all-of.ts";
import type { MadeUp } from "../drop/reduced-stream.ts";
import type { SentToMany } from "../hosts/one-to-many.ts";
import { TestbedError } from "../testbed-error.ts";
import type { FileChecks } from "./file-checks.ts";
import { filesWithout, lostPacks } from "./part-outcome.ts";
import { HostDown, type RealHost } from "./real-host.ts";
import { filesOf, memoryFilesOf, type RealPart, type RealSnapshot } from "./real-snapshot.ts";
import type { RunEvents } from "./run-events.ts";
import { type SharedFiles, sharedFiles, type Together, type Wanted } from "./shared-files.ts";
import { ToldTransfers } from "./told-transfers.ts";

const quick = 10_000;
/** For one file on its way: a memory of some GiB on a slow link. */
const slow = 300_000;
/** Files of one transfer to several hosts. */
const mostNames = 2048;

/** The files of snapshots on the disks of the hosts, and their ways from one to another. */
export class HostFiles {
  readonly #hosts: readonly RealHost[];
  /** Tells of what goes from disk to disk. */
  readonly transfers: ToldTransfers;
  readonly #checks: FileChecks | undefined;
  readonly #sizes = new Map<string, number>();
  readonly #digests = new Map<string, string>();
  readonly #coming = new Map<string, Promise<number>>();

  /** @param checks what is read is verified before; without them it is not */
  constructor(hosts: readonly RealHost[], events: RunEvents, checks?: FileChecks) {
    this.#hosts = hosts;
    this.transfers = new ToldTransfers(events);
    this.#checks = checks;
  }

  /** Bytes of a file; 0 for one that was never written. */
  sizeOf(name: string): number {
    return this.#sizes.get(name) ?? 0;
  }

  /** SHA-256 of a file as it was captured. */
  digestOf(name: string): string {
    const digest = this.#digests.get(name);
    if (digest === undefined) throw new TestbedError(`${name} was never sealed; only what was captured has a digest`);
    return digest;
  }

  /** A capture has written files: their contents are right now. */
  async seal(host: RealHost, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const { digest } = await host.agent.ask("digestOf", { name }, slow);
      this.#digests.set(name, digest);
      this.#checks?.seal(name, digest);
    }
  }

  /** Lets go what is wrong among files that a host is about to read. */
  async removeWrong(host: RealHost, names: readonly string[]): Promise<readonly string[]> {
    return (await this.#checks?.removeWrong(host, names)) ?? [];
  }

  /** A capture has written files to the disk of its host; one that has failed meanwhile has none. */
  written(host: RealHost, sizes: Iterable<readonly [name: string, bytes: number]>): void {
    for (const [name, bytes] of sizes) {
      this.#sizes.set(name, bytes);
      if (host.keeps) host.files.add(name);
    }
  }

  /** Hosts on whose disk a file lies, up or not. */
  holders(name: string): RealHost[] {
    return this.#hosts.filter(({ files }) => files.has(name));
  }

  /** Whether a file lies on a host that is up. */
  canRead(name: string): boolean {
    return this.holders(name).some(({ up }) => up);
  }

  #lostOf(part: RealPart): readonly string[] {
    return lostPacks(part, (name) => this.canRead(name));
  }

  #bytesOf(names: readonly string[]): number {
    return names.reduce((sum, name) => sum + this.sizeOf(name), 0);
  }

  async #sourceOf(name: string, to?: RealHost): Promise<RealHost> {
    for (const host of this.holders(name)) {
      if (!host.up || host === to) continue;
      await this.removeWrong(host, [name]);
      if (host.up && host.files.has(name)) return host;
    }
    throw new HostDown(`no host that is up holds ${name}`);
  }

  /** A host that is up and holds all of a memory, which it has looked at; `to` if it does. */
  async sourceOfMemory(part: RealPart, to: RealHost): Promise<RealHost | undefined> {
    const names = memoryFilesOf(part);
    const has = (host: RealHost): boolean => host.up && names.every((name) => host.files.has(name));
    for (const host of [to, ...this.#hosts.filter((one) => one !== to)]) {
      if (!has(host)) continue;
      await this.removeWrong(host, names);
      if (has(host)) return host;
    }
    return undefined;
  }

  /** Brings files of a part to a host, all that a restore reads now unless it is told which. @returns bytes that came over the network */
  async bring(
    snapshot: RealSnapshot,
    part: RealPart,
    to: RealHost,
    errand: Errand,
    names = filesWithout(part, this.#lostOf(part)),
  ): Promise<number> {
    if (errand === "restore") await this.removeWrong(to, names);
    const missing = names.filter((name) => !to.files.has(name));
    if (missing.length === 0) return 0;
    const sources = new Map<string, RealHost>();
    for (const name of missing) sources.set(name, await this.#sourceOf(name, to));
    // What another brings is waited for, and is his transfer.
    const coming = missing.flatMap((name) => this.#coming.get(keyOf(name, to)) ?? []);
    const own = missing.filter((name) => !to.files.has(name) && !this.#coming.has(keyOf(name, to)));
    const [moved] = await allOf([this.#transfer(snapshot, part, to, errand, own, sources), ...coming]);
    return moved!;
  }

  /** Moves files one after the other. @returns bytes */
  async #transfer(
    snapshot: RealSnapshot,
    part: RealPart,
    to: RealHost,
    errand: Errand,
    names: readonly string[],
    sources: ReadonlyMap<string, RealHost>,
  ): Promise<number> {
    if (names.length === 0) return 0;
    const end = this.transfers.begin({
      errand,
      vm: part.vm.name,
      snapshot: snapshot.number,
      from: [...new Set(names.map((name) => sources.get(name)!.name))],
      to: [to.name],
      bytes: this.#bytesOf(names),
    });
    let moved = 0;
    let isDone = false;
    try {
      let before: Promise<unknown> = Promise.resolve();
      const tasks = names.map((name) => {
        const task = this.#move(name, sources.get(name)!, to, before);
        before = task;
        return task;
      });
      for (const task of tasks) moved += await task;
      isDone = true;
    } finally {
      // Over two network cards, that of the sender and that of the receiver.
      end({ state: isDone ? "done" : "broken", moved, sourceBytes: moved, linkBytes: 2 * moved });
    }
    return moved;
  }

  /** Brings files that several hosts want to all of them at once. What does not arrive is left to `bring`. */
  async bringTogether(snapshot: RealSnapshot, wanted: readonly Wanted[], { groups, send }: Together): Promise<void> {
    for (const { part, host } of wanted) await this.removeWrong(host, filesOf(part));
    const readOf = (part: RealPart): readonly string[] => filesWithout(part, this.#lostOf(part));
    for (const shared of sharedFiles(wanted, { groups, filesOf: readOf, sizeOf: (name) => this.sizeOf(name) })) {
      const bySource = new Map<RealHost, string[]>();
      for (const name of shared.names) {
        const from = await this.#sourceOf(name);
        bySource.set(from, [...(bySource.get(from) ?? []), name]);
      }
      for (const [from, names] of bySource)
        for (let first = 0; first < names.length; first += mostNames)
          await this.#sendTogether(snapshot, { ...shared, names: names.slice(first, first + mostNames) }, from, send);
    }
  }

  async #sendTogether(
    snapshot: RealSnapshot,
    { names: all, hosts, vms }: SharedFiles,
    from: RealHost,
    send: Together["send"],
  ): Promise<void> {
    const lacking = hosts.map((index) => this.#hosts[index]!).filter((host) => host !== from && host.up);
    const to = lacking.filter(({ files }) => all.some((name) => !files.has(name)));
    // What is on its way to one of them already comes to the others by itself.
    const names = all.filter((name) => !to.some((host) => this.#coming.has(keyOf(name, host))));
    if (to.length < 2 || names.length === 0) return;
    const bytes = this.#bytesOf(names);
    const end = this.transfers.begin({
      errand: "restore",
      vm: vms[0]!,
      vms,
      snapshot: snapshot.number,
      from: [from.name],
      to: to.map(({ name }) => name),
      bytes,
    });
    const sending = from.whileUp(send({ names, from, to, milliseconds: slow })).then((sent) => {
      for (const [i, host] of to.entries())
        if (sent.failures[i] === undefined && host.keeps) for (const name of names) host.files.add(name);
      return sent;
    });
    for (const [i, host] of to.entries()) {
      const coming = sending.then(({ failures }) => {
        if (failures[i] !== undefined) throw new HostDown(`${host.name}: ${failures[i]}`);
        return 0;
      });
      coming.catch(() => {});
      for (const name of names) this.#coming.set(keyOf(name, host), coming);
    }
    let sent: SentToMany | undefined;
    try {
      sent = await sending;
    } catch (error) {
      if (!(error instanceof TestbedError)) throw error;
    } finally {
      for (const host of to) for (const name of names) this.#coming.delete(keyOf(name, host));
      const { sourceBytes = 0, linkBytes = 0, failures = to.map(() => "") } = sent ?? {};
      const arrived = failures.filter((failure) => failure === undefined).length;
      const moved = (bytes * arrived) / to.length;
      end({ state: arrived === to.length ? "done" : "broken", moved, sourceBytes, linkBytes });
    }
  }

  /**
   * Brings all that a restore of a part reads to a host, and makes the stream of its memory again, without packs of which no
   * copy can be read, as far as they may be lost.
   *
   * @returns what was made up for
   */
  async rebuild(snapshot: RealSnapshot, part: RealPart, host: RealHost, stream: string): Promise<MadeUp> {
    for (;;) {
      const lost = this.#lostOf(part);
      await this.bring(snapshot, part, host, "restore", filesWithout(part, lost));
      try {
        const disk = part.disks.at(-1);
        const without = lost.length === 0 ? {} : { lost: [...lost] };
        const asked = { records: [...part.records], stream, ...without, ...(disk === undefined ? {} : { disk }) };
        return await host.whileUp(host.agent.ask("rebuild", asked, slow));
      } catch (error) {
        // It may have gone wrong since it was looked at.
        if (error instanceof HostDown || (await this.removeWrong(host, memoryFilesOf(part))).length === 0) throw error;
      }
    }
  }

  /** Moves a file once the one before is there; whoever else needs it there waits for it from now on. @returns bytes */
  #move(name: string, from: RealHost, to: RealHost, before: Promise<unknown>): Promise<number> {
    const key = keyOf(name, to);
    const outages = (): number => from.outages + to.outages;
    const move = async (): Promise<number> => {
      let wasCutOff = false;
      let earlier = 0;
      try {
        await before;
        wasCutOff = !(from.reachable && to.reachable);
        earlier = outages();
        const bytes = await to.whileUp(from.whileUp(this.#send(name, from, to)));
        to.files.add(name);
        return bytes;
      } catch (error) {
        if (wasCutOff || outages() > earlier) {
          // Nobody knows of the outage yet that ended it.
          await Promise.all([from.untilKnown(), to.untilKnown()]);
          throw new HostDown(`${name} did not come from ${from.name} to ${to.name}, of which one was out of reach`);
        }
        // It was let go while it was read.
        if (!from.files.has(name)) throw new HostDown(`${from.name} holds ${name} no more`);
        throw error;
      } finally {
        this.#coming.delete(key);
      }
    };
    const task = move();
    // Who waits for an earlier one that fails is told by that.
    task.catch(() => {});
    this.#coming.set(key, task);
    return task;
  }

  async #send(name: string, from: RealHost, to: RealHost): Promise<number> {
    const token = randomBytes(16).toString("hex");
    const { address } = to;
    const { port } = await to.agent.ask("takeFile", { address, token, name, milliseconds: slow }, quick);
    const given = { address, port, token, name, milliseconds: slow };
    return (await from.agent.ask("giveFile", given, slow + quick)).bytes;
  }
}

const keyOf = (name: string, to: RealHost): string => `${to.index} ${name}`;
