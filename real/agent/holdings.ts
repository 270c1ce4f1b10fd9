import { readdirSync, readFileSync } from "node:fs";
import { networkDevices } from "../network-devices.ts";
import { whatIsLeft } from "../ownership/end-made.ts";
import { mostHoldings, type Result } from "./protocol.ts";

/** What is on a host that an agent, or what it started, has made. @throws Error if that is more than can be told */
export const holdings = async (owner: string, files: string): Promise<Result<"holdings">> => {
  const names = readdirSync(files);
  if (names.length > mostHoldings) throw new Error(`${names.length} files: at most ${mostHoldings} can be told of`);
  // Others on this machine may mount what they like.
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  return {
    files: names,
    devices: networkDevices(),
    processes: whatIsLeft(owner).processes.length,
    mounts: mounts.filter((line) => line.split(" ")[1]?.startsWith(owner)).length,
  };
};
