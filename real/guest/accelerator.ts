import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
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
};

const verdictForm = z.strictObject({ accelerator: z.enum(["kvm", "tcg"]), reason: z.optional(z.string()) });
type Verdict = z.infer<typeof verdictForm>;

/**
 * KVM where a whole guest boots through it, else emulation and why: on some machines KVM runs a boot sector, and a kernel
 * never. It can take half a minute to see that, so a verdict is kept until the host, its kernel, its QEMU, or the image is another.
 *
 * @param folder of verdicts
 */
export const accelerate = async (agent: AgentClient, image: GuestImage, folder: string): Promise<Verdict> => {
  const { boot, kvm } = await agent.ask("facts", {}, probeDeadline);
  const { version } = await agent.ask("qemu", {}, probeDeadline);
  const key = createHash("sha256")
    .update(JSON.stringify([boot, kvm, version, image.hash]))
    .digest("hex")
    .slice(0, 32);
  const path = join(folder, `${key}.json`);
  const known = verdictIn(path);
  if (known !== undefined) return known;
  const verdict = await probed(agent, image);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(verdict), { mode: 0o600 });
  renameSync(draft, path);
  return verdict;
};

/** What is no verdict is as if there were none: it is found again. */
const verdictIn = (path: string): Verdict | undefined => {
  try {
    return verdictForm.safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch {
    return undefined;
  }
};

const probed = async (agent: AgentClient, image: GuestImage): Promise<Verdict> => {
  const { reason } = await agent.ask("accelerator", { accelerator: "kvm" }, probeDeadline);
  if (reason !== null) return { accelerator: "tcg", reason };
  const spec = { accelerator: "kvm", memory: 128, cores: 1, workload: smallest } as const;
  try {
    const guest = await HostedGuest.start(agent, image, "probe", spec, bootDeadline);
    await guest.stop();
    return { accelerator: "kvm" };
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    return { accelerator: "tcg", reason: `a guest does not boot: ${error.message}` };
  }
};
