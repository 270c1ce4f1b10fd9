import { accessSync, constants, existsSync, readFileSync, statfsSync } from "node:fs";
import { availableParallelism, machine, release, totalmem } from "node:os";
import { delimiter, join } from "node:path";
import type { Result } from "./protocol.ts";

/** Programs that hosts of a testbed use; `packages` of real/hosts/debian.ts tells who brings them. */
const programs = ["qemu-system-x86_64", "qemu-img", "ip", "tc"];

/** Sessions of users often lack the folders of the administrator's programs. */
const searched = (): string[] => [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];

const mayUse = (path: string, mode: number): boolean => {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
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
    root: process.getuid?.() === 0,
    debian: debianRelease(),
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    freeDiskBytes: disk.bavail * disk.bsize,
    folder,
    kvm: !existsSync(kvm) ? "absent" : mayUse(kvm, constants.R_OK | constants.W_OK) ? "usable" : "forbidden",
    tun: existsSync("/dev/net/tun"),
    // "client port server port", as sshd tells it.
    address: process.env["SSH_CONNECTION"]?.split(" ")[2] ?? null,
    missing: programs.filter(
      (name) => !searched().some((path) => path !== "" && mayUse(join(path, name), constants.X_OK)),
    ),
  };
};
