import { randomBytes } from "node:crypto";
import type { Errand } from "../../models/data-centre/errand.ts";
import { allOf } from "../all-of.ts";
import { TestbedError } from "../testbed-error.ts";
import type { FileChecks } from "./file-checks.ts";
import { HostDown, type RealHost } from "./real-host.ts";
import { filesOf, type RealPart, type RealSnapshot } from "./real-snapshot.ts";
import type { RunEvents } from "./run-events.ts";

const quick = 10_000;
/** For one file on its way: a memory of some GiB on a slow link. */
const slow = 300_000;

/** The files of snapshots on the disks of the hosts, and their ways from one to another. */
export class HostFiles {
  readonly #hosts: readonly RealHost[];
  readonly #events: RunEvents;
  readonly #checks: FileChecks | undefined;
  readonly #sizes = new Map<string, number>();
  readonly #digests = new Map<string, string>();
  readonly #coming = new Map<string, Promise<number>>();
  #transfers = 0;

  /** @param checks what is read is verified before; without them it is not */
  constructor(hosts: readonly RealHost[], events: RunEvents, checks?: FileChecks) {
    this.#hosts = hosts;
    this.#events = events;
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

  async #sourceOf(name: string, to: RealHost): Promise<RealHost> {
    for (const host of this.holders(name)) {
      if (!host.up || host === to) continue;
      await this.removeWrong(host, [name]);
      if (host.up && host.files.has(name)) return host;
    }
    throw new HostDown(`no host that is up holds ${name}`);
  }

  /** Pages went from the memory of a guest to the disk of its host. */
  tellCapture({ number }: RealSnapshot, { vm, source, bytes }: RealPart, from: number, to: number): void {
    const transfer = {
      kind: "transfer",
      id: ++this.#transfers,
      errand: "capture",
      vm: vm.name,
      snapshot: number,
      from: [source.name],
      to: [source.name],
      bytes,
    } as const;
    this.#events.tell({ ...transfer, state: "begin" }, from);
    this.#events.tell({ ...transfer, state: "done", moved: bytes, sourceBytes: 0, linkBytes: 0 }, to);
  }

  /** Brings all that a restore of a part reads to a host. @returns bytes that came over the network */
  async bring(snapshot: RealSnapshot, part: RealPart, to: RealHost, errand: Errand): Promise<number> {
    if (errand === "restore") await this.removeWrong(to, filesOf(part));
    const missing = filesOf(part).filter((name) => !to.files.has(name));
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
    const transfer = {
      kind: "transfer",
      id: ++this.#transfers,
      errand,
      vm: part.vm.name,
      snapshot: snapshot.number,
      from: [...new Set(names.map((name) => sources.get(name)!.name))],
      to: [to.name],
      bytes: names.reduce((sum, name) => sum + this.sizeOf(name), 0),
    } as const;
    this.#events.tell({ ...transfer, state: "begin" });
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
      const over = { moved, sourceBytes: moved, linkBytes: 2 * moved };
      this.#events.tell({ ...transfer, state: isDone ? "done" : "broken", ...over });
    }
    return moved;
  }

  /** Brings all that a restore of a part reads to a host, and makes the stream of its memory again. */
  async rebuild(snapshot: RealSnapshot, part: RealPart, host: RealHost, stream: string): Promise<void> {
    for (;;) {
      await this.bring(snapshot, part, host, "restore");
      try {
        await host.whileUp(host.agent.ask("rebuild", { records: [...part.records], stream }, slow));
        return;
      } catch (error) {
        // It may have gone wrong since it was looked at.
        if (error instanceof HostDown || (await this.removeWrong(host, part.records)).length === 0) throw error;
      }
    }
  }

  /** Moves a file once the one before is there; whoever else needs it there waits for it from now on. @returns bytes */
  #move(name: string, from: RealHost, to: RealHost, before: Promise<unknown>): Promise<number> {
    const key = keyOf(name, to);
    const move = async (): Promise<number> => {
      try {
        await before;
        const bytes = await to.whileUp(from.whileUp(this.#send(name, from, to)));
        to.files.add(name);
        return bytes;
      } catch (error) {
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
