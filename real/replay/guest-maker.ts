import type { AgentClient } from "../agent/client.ts";
import type { GuestImage } from "../guest/guest-image.ts";
import { type GuestSpec, HostedGuest } from "../guest/hosted-guest.ts";
import type { RealVm } from "./real-cluster.ts";
import type { RealHost } from "./real-host.ts";

const quick = 10_000;

/** Makes the guests that play VMs: each life of a VM has files and a tap of its own. */
export class GuestMaker {
  readonly #image: GuestImage;
  /** By VM; its tap is the life's own. */
  readonly #specs: readonly GuestSpec[];
  readonly #isCounting: boolean;
  readonly #making = new Set<Promise<unknown>>();

  /** @param isCounting what each sends to each other is counted at its tap */
  constructor(image: GuestImage, specs: readonly GuestSpec[], isCounting: boolean) {
    this.#image = image;
    this.#specs = specs;
    this.#isCounting = isCounting;
  }

  /** Nothing is being made any more, also of what nobody waits for since its host has failed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#making);
  }

  /** Starts a VM from the image on its host, with an empty disk. */
  start(vm: RealVm): Promise<void> {
    return this.#made(this.#start(vm));
  }

  /** Starts a VM from a stream that lies on its host, and its disk at that moment. */
  restore(vm: RealVm, stream: string, disks: readonly string[]): Promise<void> {
    return this.#made(this.#restore(vm, stream, disks));
  }

  /** Starts a VM that waits for its pages, over its disk at that moment. @returns the port where they are waited for */
  awaitPages(vm: RealVm, disks: readonly string[], token: string): Promise<number> {
    return this.#made(this.#awaitPages(vm, disks, token));
  }

  #made<T>(task: Promise<T>): Promise<T> {
    this.#making.add(task);
    const over = (): void => void this.#making.delete(task);
    task.then(over, over);
    return task;
  }

  async #start(vm: RealVm): Promise<void> {
    const { host, agent, name, spec } = this.#next(vm);
    const guest = await HostedGuest.start(agent, this.#image, name, spec);
    if (await gone(vm, host, guest)) return;
    vm.guest = guest;
    vm.disks = [`${name}.disk`];
    vm.version = undefined;
    await this.#count(vm, agent, spec);
  }

  async #restore(vm: RealVm, stream: string, disks: readonly string[]): Promise<void> {
    const { host, agent, name, spec } = this.#next(vm);
    const guest = await HostedGuest.restore(agent, this.#image, name, spec, { stream, frozen: disks.at(-1)! });
    if (await gone(vm, host, guest)) return;
    vm.guest = guest;
    vm.disks = [...disks, `${name}.disk`];
    await this.#count(vm, agent, spec);
  }

  async #count(vm: RealVm, agent: AgentClient, { network }: GuestSpec): Promise<void> {
    if (!this.#isCounting || network === undefined) return;
    const to = this.#specs.flatMap((other, number) =>
      number === vm.index || other.network === undefined ? [] : [{ vm: number, mac: other.network.mac }],
    );
    await agent.ask("countTraffic", { tap: network.tap, from: vm.index, to }, quick);
  }

  async #awaitPages(vm: RealVm, disks: readonly string[], token: string): Promise<number> {
    const { host, agent, name, spec } = this.#next(vm);
    const { address } = host;
    const to = { frozen: disks.at(-1)!, address, token };
    const { guest, port } = await HostedGuest.awaitPages(agent, this.#image, name, spec, to);
    if (await gone(vm, host, guest)) return port;
    vm.guest = guest;
    vm.disks = [...disks, `${name}.disk`];
    await this.#count(vm, agent, spec);
    return port;
  }

  #next(vm: RealVm): {
    readonly host: RealHost;
    readonly agent: AgentClient;
    readonly name: string;
    readonly spec: GuestSpec;
  } {
    vm.lives += 1;
    const spec = this.#specs[vm.index]!;
    const network = spec.network && { ...spec.network, tap: `t${vm.index}x${vm.lives}` };
    return {
      host: vm.host!,
      agent: vm.host!.agent,
      name: `v${vm.index}-${vm.lives}`,
      spec: network === undefined ? spec : { ...spec, network },
    };
  }
}

/** A guest whose host has failed while it started, or whose VM has been given another one, is ended with its files. */
const gone = async (vm: RealVm, host: RealHost, guest: HostedGuest): Promise<boolean> => {
  if (host.keeps && vm.host === host) return false;
  await guest.stop();
  return true;
};
