import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { TestbedError } from "../testbed-error.ts";
import type { Package } from "./programs.ts";

const run = promisify(execFile);

/**
 * Installs packages of Debian, of the few that a testbed needs.
 * @throws TestbedError with apt-get's last words, or if this is no Debian or not for this user to do
 */
export const install = async (packages: readonly Package[]): Promise<void> => {
  if (!existsSync("/etc/debian_version")) throw new TestbedError("only packages of Debian can be installed");
  if (process.getuid?.() !== 0) throw new TestbedError("only root can install packages");
  const aptGet = (...args: string[]) =>
    run("apt-get", ["-q", "-y", "-o", "DPkg::Lock::Timeout=300", ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      maxBuffer: 2 ** 24,
    });
  try {
    await aptGet("update");
    await aptGet("install", "--no-install-recommends", ...packages);
  } catch (error) {
    throw new TestbedError((error as { stderr?: string }).stderr?.trim().slice(-400) || (error as Error).message);
  }
};
