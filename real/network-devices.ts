import { readFileSync } from "node:fs";

/** Devices of this process's own network: what /sys tells may be of another namespace than it is in. A line each, after two of headings. */
export const networkDevices = (): string[] =>
  readFileSync("/proc/self/net/dev", "utf8")
    .split("\n")
    .slice(2)
    .map((line) => line.split(":")[0]!.trim())
    .filter((name) => name !== "");
