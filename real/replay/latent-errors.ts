import { setTimeout as sleep } from "node:timers/promises";
import type { Columns } from "../../models/books/columns.ts";
import type { latentErrorsOf } from "../../models/failures/latent-times.ts";
import type { FileChecks, WrongCopy } from "./file-checks.ts";
import type { HostFiles } from "./host-files.ts";
import type { RealCluster } from "./real-cluster.ts";
import type { RealHost } from "./real-host.ts";
import type { RealStore } from "./real-store.ts";
import type { RunEvents } from "./run-events.ts";

const quick = 10_000;

interface LatentParts {
  readonly events: RunEvents;
  readonly hosts: readonly RealHost[];
  readonly cluster: RealCluster;
  readonly files: HostFiles;
  readonly store: RealStore;
  readonly checks: FileChecks;
  /** Of each host. */
  readonly errors: ReturnType<typeof latentErrorsOf>;
  /** Seconds in which every copy is read once; Infinity: never. */
  readonly scrub: number;
}

/** Bytes of stored copies go wrong unnoticed, and scrubbing reads all copies in turn; whoever finds a wrong one has it made again. */
export class LatentErrors {
  readonly #parts: LatentParts;
  /** When a byte of a copy went wrong that was not found yet. */
  readonly #since = new Map<string, number>();
  readonly #delays: number[] = [];
  #count = 0;
  #found = 0;
  #scrubbed = 0;
  #onError: (error: unknown) => void = () => {};
  #mending: Promise<void> = Promise.resolve();

  constructor(parts: LatentParts) {
    this.#parts = parts;
  }

  /**
   * Tasks that go on until the signal, and end with an AbortError then.
   *
   * @param onError told of what could not be mended for another reason than a host that is down
   */
  begin(signal: AbortSignal, onError: (error: unknown) => void): Promise<void>[] {
    const { hosts, errors, scrub } = this.#parts;
    this.#onError = onError;
    return [
      ...hosts.map((host) => this.#spoilInTurn(host, errors[host.index]!, signal)),
      ...(Number.isFinite(scrub) ? hosts.map((host) => this.#scrub(host, signal)) : []),
    ];
  }

  /** What the model's columns of the same names hold. */
  get columns(): Columns {
    const found = { latentErrors: this.#count, latentErrorsFound: this.#found, scrubBytes: this.#scrubbed };
    const sum = this.#delays.reduce((all, one) => all + one, 0);
    return this.#delays.length === 0 ? found : { ...found, scrubDelay: sum / this.#delays.length };
  }

  /** A copy was found wrong, and is gone. */
  wrong({ host, name }: WrongCopy): void {
    const { store, cluster } = this.#parts;
    this.#since.delete(keyOf(host, name));
    this.#found += 1;
    store.missing(cluster);
    this.#mending = this.#mending.then(() => store.repair(cluster)).catch(this.#onError);
  }

  /** Every copy that was found wrong so far has been made again, as far as one was left. */
  async mended(): Promise<void> {
    await this.#mending;
  }

  async #spoilInTurn(
    host: RealHost,
    { times, where }: { readonly times: readonly number[]; readonly where: () => number },
    signal: AbortSignal,
  ): Promise<void> {
    const { events } = this.#parts;
    for (const start of times) {
      await sleep(Math.max(0, 1000 * (start - events.now)), undefined, { signal });
      await this.#spoil(host, where());
    }
  }

  /** One byte of all copies on a host, each with the same probability; what a running guest reads from is left alone. */
  async #spoil(host: RealHost, draw: number): Promise<void> {
    const { cluster, files, events } = this.#parts;
    if (!host.keeps) return;
    const inUse = new Set(cluster.vms.flatMap((vm) => (vm.host === host ? vm.disks : [])));
    const held = [...host.files].filter((name) => !inUse.has(name));
    let at = Math.floor(draw * held.reduce((sum, name) => sum + files.sizeOf(name), 0));
    for (const name of held) {
      const bytes = files.sizeOf(name);
      if (at >= bytes) {
        at -= bytes;
        continue;
      }
      try {
        await host.agent.ask("spoilByte", { name, offset: at }, quick);
      } catch (error) {
        if (host.files.has(name)) throw error;
        return;
      }
      this.#count += 1;
      const key = keyOf(host, name);
      if (!this.#since.has(key)) this.#since.set(key, events.now);
      return;
    }
  }

  /** Reads what lies on a host in one period, evenly, and begins anew. */
  async #scrub(host: RealHost, signal: AbortSignal): Promise<void> {
    const { scrub, checks, files, events } = this.#parts;
    for (;;) {
      const names = [...host.files];
      if (names.length === 0) await sleep((1000 * scrub) / 10, undefined, { signal });
      for (const name of names) {
        await sleep((1000 * scrub) / names.length, undefined, { signal });
        if (!host.reachable || !host.keeps || !host.files.has(name)) continue;
        this.#scrubbed += files.sizeOf(name);
        const since = this.#since.get(keyOf(host, name));
        const wrong = await checks.removeWrong(host, [name]);
        if (wrong.length > 0 && since !== undefined) this.#delays.push(events.now - since);
      }
    }
  }
}

const keyOf = (host: RealHost, name: string): string => `${host.index} ${name}`;
