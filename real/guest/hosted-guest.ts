import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { AgentClient } from "../agent/client.ts";
import { mostChunkBytes, type Result } from "../agent/protocol.ts";
import type { CaptureMode } from "../capture/capture-modes.ts";
import { TestbedError } from "../testbed-error.ts";
import type { GuestImage } from "./guest-image.ts";
import { machineArguments } from "./guest-machine.ts";
import type { Exercised, Heartbeat, Verdict } from "./guest-port.ts";
import { whenListening } from "./when-listening.ts";
import { diskBytes, redisBytes, type WorkloadSettings, workloadText } from "./workload-settings.ts";

/** What a guest is like; the same for a restore of it. */
export interface GuestSpec {
  readonly accelerator: "tcg" | "kvm";
  /** MiB. */
  readonly memory: number;
  readonly cores: number;
  readonly workload: WorkloadSettings;
  readonly network?: { readonly tap: string; readonly mac: string };
}

const quick = 10_000;
/** For what moves a memory: a guest of some GiB on a slow disk. */
const slow = 300_000;
/** A guest that is well has looked through a GiB by then, emulated or not; one that was restored wrong may never answer. */
const look = 60_000;

/** Files of an image on a host. */
const imageFiles = ({ hash }: GuestImage) => ({ kernel: `image-${hash}.kernel`, initrd: `image-${hash}.initrd` });

/** Brings a guest's image to a host, once for all guests there. */
export const bringImage = async (agent: AgentClient, image: GuestImage): Promise<void> => {
  const names = imageFiles(image);
  for (const part of ["kernel", "initrd"] as const) {
    const file = await open(image[part]);
    try {
      const buffer = Buffer.alloc(mostChunkBytes);
      for (let offset = 0; ; ) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
        if (bytesRead === 0) break;
        const data = buffer.toString("base64", 0, bytesRead);
        await agent.ask("writeFile", { name: names[part], offset, data }, quick);
        offset += bytesRead;
      }
    } finally {
      await file.close();
    }
  }
};

/** A guest on a host of the testbed, by way of the host's agent. */
export class HostedGuest {
  readonly name: string;
  readonly agent: AgentClient;
  readonly spec: GuestSpec;
  readonly #image: GuestImage;
  readonly #pid: number;

  private constructor(agent: AgentClient, image: GuestImage, name: string, spec: GuestSpec, pid: number) {
    this.name = name;
    this.agent = agent;
    this.spec = spec;
    this.#image = image;
    this.#pid = pid;
  }

  /**
   * Starts a guest with an empty disk, whose image has been brought, and waits for its first heartbeat.
   *
   * @param name letters, digits and hyphens: its files are called by it
   * @param deadline milliseconds until that heartbeat
   * @throws TestbedError
   */
  static async start(
    agent: AgentClient,
    image: GuestImage,
    name: string,
    spec: GuestSpec,
    deadline = slow,
  ): Promise<HostedGuest> {
    const bytes = diskBytes(spec.workload);
    const disk = `${name}.disk`;
    await agent.ask("disk", { name: disk, on: Math.max(bytes, 2 ** 16) }, quick);
    const guest = await HostedGuest.#spawn(agent, image, name, spec, disk, { incoming: false, isPlugged: true });
    try {
      await guest.beat(deadline);
    } catch (error) {
      await guest.stop();
      throw error;
    }
    return guest;
  }

  /**
   * Starts the same machine beside it from a captured stream, with a disk of its own over the frozen one. Its network card
   * has a cable that ends nowhere: without the card it would be another machine, which the stream is not of.
   *
   * @param frozen name of the disk's file at the cut
   */
  restored(name: string, stream: string, frozen: string): Promise<HostedGuest> {
    const { network } = this.spec;
    const spec = { ...this.spec, ...(network && { network: { ...network, tap: `${network.tap}-alone` } }) };
    return HostedGuest.restore(this.agent, this.#image, name, spec, { stream, frozen }, false);
  }

  /**
   * Starts a machine from a stream that lies on its host, with a disk of its own over the frozen one. It runs then.
   *
   * @param spec as it was when it was captured
   * @param isPlugged whether its network card is connected with the others'
   * @throws TestbedError
   */
  static async restore(
    agent: AgentClient,
    image: GuestImage,
    name: string,
    spec: GuestSpec,
    { stream, frozen }: { readonly stream: string; readonly frozen: string },
    isPlugged = true,
  ): Promise<HostedGuest> {
    const disk = `${name}.disk`;
    await agent.ask("disk", { name: disk, on: frozen }, quick);
    const guest = await HostedGuest.#spawn(agent, image, name, spec, disk, { incoming: true, isPlugged });
    try {
      const given = { qmp: `${name}.qmp`, name: stream, milliseconds: slow, run: true };
      await whenListening(() => agent.ask("restore", given, slow + quick));
    } catch (error) {
      await guest.stop();
      throw error;
    }
    return guest;
  }

  /**
   * Starts a machine that waits for its pages, which an agent is to send to the port. It runs once it has the states of its
   * devices.
   *
   * @param spec as it was when it was captured
   * @throws TestbedError
   */
  static async awaitPages(
    agent: AgentClient,
    image: GuestImage,
    name: string,
    spec: GuestSpec,
    { frozen, address, token }: { readonly frozen: string; readonly address: string; readonly token: string },
  ): Promise<{ readonly guest: HostedGuest; readonly port: number }> {
    const disk = `${name}.disk`;
    await agent.ask("disk", { name: disk, on: frozen }, quick);
    const guest = await HostedGuest.#spawn(agent, image, name, spec, disk, { incoming: true, isPlugged: true });
    try {
      const given = { qmp: `${name}.qmp`, address, token, milliseconds: slow };
      return { guest, port: (await whenListening(() => agent.ask("takePages", given, quick))).port };
    } catch (error) {
      await guest.stop();
      throw error;
    }
  }

  /** Waits for the first instruction of one that waited for its pages. @throws TestbedError */
  async untilItRuns(): Promise<void> {
    await this.agent.ask("runs", { qmp: `${this.name}.qmp`, milliseconds: slow }, slow + quick);
  }

  static async #spawn(
    agent: AgentClient,
    image: GuestImage,
    name: string,
    spec: GuestSpec,
    disk: string,
    { incoming, isPlugged }: { readonly incoming: boolean; readonly isPlugged: boolean },
  ): Promise<HostedGuest> {
    if (redisBytes(spec.workload) > (spec.memory * 2 ** 20) / 3)
      throw new TestbedError(
        `${name}: its Redis would fill more than a third of ${spec.memory} MiB; give it fewer or smaller keys`,
      );
    const data = Buffer.from(workloadText(spec.workload)).toString("base64");
    await agent.ask("writeFile", { name: `${name}.settings`, offset: 0, data }, quick);
    const files = {
      settings: `${name}.settings`,
      qmp: `${name}.qmp`,
      port: `${name}.port`,
    };
    const machine = { ...imageFiles(image), ...files, disk: { file: disk, format: "qcow2" }, incoming } as const;
    const { accelerator, memory, cores, network } = spec;
    const command = machineArguments({ ...machine, accelerator, memory, cores, ...(network && { network }) });
    const { pid } = await agent.ask("spawn", { name, command: ["qemu-system-x86_64", ...command] }, quick);
    if (network !== undefined && isPlugged) await agent.ask("plug", { tap: network.tap, bridge: "br0" }, quick);
    return new HostedGuest(agent, image, name, spec, pid);
  }

  /** Its next heartbeat. @param deadline milliseconds */
  async beat(deadline: number): Promise<Heartbeat> {
    const { beat } = await whenListening(() => this.#ask("beat", deadline));
    if (beat === null) throw new TestbedError(`${this.name}: its agent tells of no heartbeat`);
    return beat;
  }

  async verify(): Promise<Verdict> {
    const { verdict } = await this.#ask("verify", look);
    if (verdict === null) throw new TestbedError(`${this.name}: its agent tells of no verdict`);
    return verdict;
  }

  /** Has programs run in it that use all of it, beside its workload, which waits for them. */
  async exercise(deadline = look): Promise<Exercised> {
    const { exercised } = await this.#ask("exercise", deadline);
    if (exercised === null) throw new TestbedError(`${this.name}: its agent tells nothing of its programs`);
    return exercised;
  }

  /** The workload writes nothing, or goes on to. */
  async hold(holding: boolean): Promise<void> {
    await this.#ask(holding ? "hold" : "go", quick);
  }

  /**
   * Captures its memory into a new file of its host, and freezes its disk with it.
   *
   * @param when it was stopped for its cluster's cut, or is to be captured, on the clock of its host
   */
  capture(
    mode: CaptureMode,
    file: string,
    when: { readonly stoppedAt?: number; readonly at?: number } = {},
  ): Promise<Result<"capture">> {
    const given = { qmp: `${this.name}.qmp`, mode, name: file, milliseconds: slow, layer: `${file}.layer`, ...when };
    return this.agent.ask("capture", given, slow + quick);
  }

  /** Stops it for its cluster's cut. @returns when, on the clock of its host */
  async pause(): Promise<number> {
    return (await this.agent.ask("pause", { qmp: `${this.name}.qmp` }, quick)).stoppedAt;
  }

  async goOn(): Promise<void> {
    await this.agent.ask("goOn", { qmp: `${this.name}.qmp` }, quick);
  }

  /** Ends it at once, as a failure does: its files stay. */
  async kill(): Promise<void> {
    await this.agent.ask("stop", { pid: this.#pid, patience: 1 }, quick).catch((error: Error) => {
      // A guest that was restored from what is corrupt may have ended itself.
      if (!/none that this agent has running/.test(error.message)) throw error;
    });
  }

  /** Ends it, with its disk and its other files. */
  async stop(): Promise<void> {
    await this.kill();
    for (const what of ["settings", "qmp", "port", "disk", "log"])
      await this.agent.ask("removeFile", { name: `${this.name}.${what}` }, quick).catch(() => {});
  }

  #ask(ask: "beat" | "verify" | "exercise" | "hold" | "go", deadline: number): Promise<Result<"workload">> {
    return this.agent.ask("workload", { port: `${this.name}.port`, ask, milliseconds: deadline }, deadline + quick);
  }
}

/** Waits until a guest has heard of so many messages by UDP, and by TCP. @throws TestbedError */
export const untilItHears = async (guest: HostedGuest, messages: number): Promise<void> => {
  for (let tries = 0; tries < 300; tries++) {
    const { received } = await guest.beat(30_000);
    if (received[0] >= messages && received[1] >= messages) return;
    await sleep(100);
  }
  throw new TestbedError(`${guest.name}: it does not hear of its peers`);
};
