import { dirname, join } from "node:path";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import type { AgentClient } from "../agent/client.ts";
import { accelerate } from "../guest/accelerator.ts";
import type { Application } from "../guest/application.ts";
import { type GuestImage, guestImage, imageFolder } from "../guest/guest-image.ts";
import { bringImage, type GuestSpec } from "../guest/hosted-guest.ts";
import { Testbed } from "../hosts/testbed.ts";
import type { Inventory } from "../inventory/inventory.ts";

/** Hosts of a testbed that are ready for guests. */
export interface ReadyHosts {
  /** In the order of the inventory. */
  readonly agents: readonly AgentClient[];
  readonly image: GuestImage;
  readonly accelerator: GuestSpec["accelerator"];
  /** Aborted when the user interrupts the command; agents are closed then, and whatever is asked of them fails. */
  readonly signal: AbortSignal;
}

/**
 * Makes a testbed anew, brings the guests' image to all its hosts, and ends it with all that was made when the task is over,
 * or is interrupted by the user.
 *
 * @param next what a user can do who has interrupted it
 * @param application of the guests, beside their workload
 * @throws TestbedError, and CommandError when it was interrupted
 */
export const withHosts = async <T>(
  line: CommandLine,
  inventory: Inventory,
  task: (ready: ReadyHosts) => Promise<T>,
  { next = "", application }: { readonly next?: string; readonly application?: Application | undefined } = {},
): Promise<T> => {
  const image = await guestImage(imageFolder(), (text) => void line.progress.write(`${text}\n`), application);
  const testbed = await Testbed.take(inventory);
  const abort = new AbortController();
  const off = line.onInterrupt(() => {
    abort.abort();
    void testbed.close();
  });
  try {
    await testbed.make();
    const agents = (await testbed.agents("own")).map(({ value, error }) => {
      if (value === undefined) throw error;
      return value;
    });
    const { accelerator, reason } = await accelerate(agents[0]!, image, join(dirname(imageFolder()), "accelerators"));
    line.progress.write(
      reason === undefined ? "guests run through KVM\n" : `no KVM (${reason}), guests are emulated\n`,
    );
    for (const agent of agents) await bringImage(agent, image);
    return await task({ agents, image, accelerator, signal: abort.signal });
  } catch (error) {
    throw abort.signal.aborted
      ? new CommandError(`interrupted: nothing of ${inventory.name} was left behind${next}`)
      : error;
  } finally {
    off();
    await testbed.close();
    await testbed.end();
  }
};
