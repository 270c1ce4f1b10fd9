import { accessSync, constants, existsSync, readFileSync, statfsSync } from "node:fs";
import { isIPv4 } from "node:net";
import { availableParallelism, freemem, machine, release, totalmem } from "node:os";
import { missing } from "./programs.ts";
import type { Result } from "./protocol.ts";

const mayUse = (path: string, mode: number): boolean => {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
};

/** "client port server port", as sshd tells it; a sshd that is no listener has no address to tell. */
const reachedAt = (): string | null => {
  const [, , server = ""] = (process.env["SSH_CONNECTION"] ?? "").split(" ");
  return isIPv4(server) ? server : null;
};

const debianRelease = (): string | null =>
  existsSync("/etc/debian_version") ? readFileSync("/etc/debian_version", "utf8").trim() : null;

/** What can be told of this machine without changing it. */
export const facts = (folder: string): Result<"facts"> => {
  const disk = statfsSync(folder);
  const kvm = "/dev/kvm";
  return {
    node: process.versions.node,
    kernel: release(),
    machine: machine(),
    boot: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
    root: process.getuid?.() === 0,
    debian: debianRelease(),
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    freeMemoryBytes: freemem(),
    freeDiskBytes: disk.bavail * disk.bsize,
    folder,
    kvm: !existsSync(kvm) ? "absent" : mayUse(kvm, constants.R_OK | constants.W_OK) ? "usable" : "forbidden",
    tun: existsSync("/dev/net/tun"),
    address: reachedAt(),
    missing: missing(["qemu-system-x86_64", "qemu-img", "ip", "tc", "nft"]),
  };
};
