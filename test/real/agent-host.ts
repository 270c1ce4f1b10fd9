import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { AgentClient } from "../../real/agent/client.ts";
import { agentProgram, loader } from "../../real/agent/program.ts";
import { endMade } from "../../real/ownership/end-made.ts";
import { hostFolder, removePrivately, storeFolder } from "../../real/ownership/private-folder.ts";
import { manifestText, type PointManifest } from "../../real/store/point-manifest.ts";

const second = 1000;
const program = await agentProgram();

/** An agent in a process of its own, which can be killed and started again. */
export class AgentHost {
  readonly name: string;
  readonly #testbed: string;
  #child!: ChildProcessWithoutNullStreams;
  agent!: AgentClient;

  constructor(testbed: string, name: string) {
    this.#testbed = testbed;
    this.name = name;
  }

  async start(): Promise<void> {
    this.#child = spawn(process.execPath, ["-e", loader], { stdio: "pipe" });
    const greeting = {
      snapback: 1,
      testbed: this.#testbed,
      host: this.name,
      mode: "own",
      machine: "here",
      user: "a test",
    } as const;
    this.agent = await AgentClient.start(this.#child, program, greeting, 20 * second);
  }

  async kill(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    if (this.#child.exitCode === null && this.#child.signalCode === null) await ended;
    await this.agent.close(10 * second);
  }

  get files(): string {
    return join(hostFolder(this.#testbed, this.name), "files");
  }

  get store(): string {
    return storeFolder(this.#testbed, this.name);
  }

  async publish(manifest: PointManifest): Promise<void> {
    await this.agent.ask("publish", { text: manifestText(manifest) }, 20 * second);
  }

  async end(): Promise<void> {
    await this.kill();
    await endMade(hostFolder(this.#testbed, this.name), 0);
    removePrivately(this.store);
  }
}

export const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** A restore point of one VM, whose records build on each other. */
export const pointOf = (
  number: number,
  files: readonly (readonly [name: string, content: Buffer])[],
  packs: readonly (readonly [name: string, content: Buffer])[] = [],
): PointManifest => ({
  snapback: 3,
  run: "0123456789ab",
  number,
  cluster: "cluster",
  cutAt: number,
  parts: [
    { vm: "vm 0", records: files.map(([name]) => name), packs: packs.map(([name]) => name), losable: [], disks: [] },
  ],
  files: [...files, ...packs].map(([name, content]) => ({ name, bytes: content.length, digest: digestOf(content) })),
});
