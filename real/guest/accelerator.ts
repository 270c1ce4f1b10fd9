import type { AgentClient } from "../agent/client.ts";
import { TestbedError } from "../testbed-error.ts";
import type { GuestImage } from "./guest-image.ts";
import { type GuestSpec, HostedGuest } from "./hosted-guest.ts";

const probeDeadline = 30_000;
/** A guest that boots at all does so in less. */
const bootDeadline = 20_000;

const smallest: GuestSpec["workload"] = {
  id: 0,
  image: 0,
  seed: 0,
  beat: 0.1,
  classes: [{ content: "unique", pages: 1, writesPerSecond: 0, compressRatio: 1 }],
  peers: [],
  messages: { udp: 0, tcp: 0 },
};

/**
 * KVM where a whole guest boots through it, else emulation and why: on some machines KVM runs a boot sector, and a kernel
 * never.
 */
export const accelerate = async (
  agent: AgentClient,
  image: GuestImage,
): Promise<{ readonly accelerator: GuestSpec["accelerator"]; readonly reason: string | undefined }> => {
  const { reason } = await agent.ask("accelerator", { accelerator: "kvm" }, probeDeadline);
  if (reason !== null) return { accelerator: "tcg", reason };
  const spec = { accelerator: "kvm", memory: 128, cores: 1, workload: smallest } as const;
  try {
    const guest = await HostedGuest.start(agent, image, "probe", spec, bootDeadline);
    await guest.stop();
    return { accelerator: "kvm", reason: undefined };
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    return { accelerator: "tcg", reason: `a guest does not boot: ${error.message}` };
  }
};
