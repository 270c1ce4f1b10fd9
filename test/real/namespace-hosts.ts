import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentClient } from "../../real/agent/client.ts";
import type { GuestImage } from "../../real/guest/guest-image.ts";
import { bringImage } from "../../real/guest/hosted-guest.ts";
import { Testbed } from "../../real/hosts/testbed.ts";
import type { NamespaceInventory } from "../../real/inventory/inventory.ts";
import { readInventory } from "../../real/inventory/read-inventory.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { findCommand } from "../runner/find-command.ts";
import { testImage } from "./guest-image.ts";

export const neededForGuests = "needs root, Debian, QEMU and a C compiler";

/** The image that guests on namespaces boot; undefined where there can be none. */
export const guestsPossible = async () =>
  process.getuid?.() !== 0 || ["ip", "tc", "qemu-img"].some((one) => findCommand(one) === undefined)
    ? undefined
    : testImage();

/** Hosts of a test: namespaces `h1`, `h2` and so on, on a testbed of its own. */
export class NamespaceHosts {
  readonly name: string;
  /** Path of the inventory. */
  readonly file: string;
  readonly inventory: NamespaceInventory;
  readonly #folder: string;
  #testbed: Testbed | undefined;
  #agents: AgentClient[] | undefined;
  #ending: Promise<void> | undefined;

  /** @param letter tells testbeds of one process apart */
  constructor(letter: string, subnet: string, hosts: number) {
    this.name = `${letter}${process.pid.toString(36)}`;
    this.#folder = mkdtempSync(join(tmpdir(), "hosts-"));
    this.file = join(this.#folder, "hosts.yaml");
    const names = Array.from({ length: hosts }, (_, i) => `h${i + 1}: `).join(", ");
    writeFileSync(
      this.file,
      `name: ${this.name}\ndriver: namespace\nsubnet: ${subnet}\nrate: 1Gbit/s\nhosts: { ${names} }\n`,
    );
    this.inventory = readInventory(diskFiles, this.file, "/") as NamespaceInventory;
    // Its name is of this process: no other run would ever take away what this one leaves.
    process.once("SIGTERM", () => void this.end().finally(() => process.exit(1)));
  }

  /** An agent on each host, which has the image, if any; made when they are first asked for. */
  async agents(image?: GuestImage): Promise<readonly AgentClient[]> {
    if (this.#agents !== undefined) return this.#agents;
    this.#testbed = await Testbed.take(this.inventory);
    await this.#testbed.make();
    const agents = (await this.#testbed.agents("own")).map(({ value, error }) => {
      if (value === undefined) throw error;
      return value;
    });
    if (image !== undefined) for (const agent of agents) await bringImage(agent, image);
    this.#agents = agents;
    return agents;
  }

  /** Ends all that was made, also by a command that was given the inventory. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    this.#testbed ??= await Testbed.take(this.inventory);
    await this.#testbed.close();
    await this.#testbed.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
