import type { Result } from "../agent/protocol.ts";
import type { Finding } from "./doctor.ts";

const MiB = 2 ** 20;
/** A small guest with its snapshot, and what a handful of them take. */
const least = 256 * MiB;
const enough = { memory: 1024 * MiB, disk: 4096 * MiB };

const inMiB = (bytes: number): string => `${Math.floor(bytes / MiB)} MiB`;

/** Whether a host has memory for guests, and disk for their snapshots. */
export const roomFindings = ({
  freeMemoryBytes,
  freeDiskBytes,
  folder,
}: Pick<Result<"facts">, "freeMemoryBytes" | "freeDiskBytes" | "folder">): Finding[] => [
  ...(freeMemoryBytes >= enough.memory
    ? []
    : [
        {
          grade: freeMemoryBytes < least ? "missing" : "odd",
          what: `${inMiB(freeMemoryBytes)} of memory free: guests of 256 MiB find room for ${Math.floor(freeMemoryBytes / least)}`,
          mend: "ps -eo rss,pid,comm --sort=-rss | head   # what takes it",
        } as const,
      ]),
  ...(freeDiskBytes >= enough.disk
    ? []
    : [
        {
          grade: freeDiskBytes < least ? "missing" : "odd",
          what: `${inMiB(freeDiskBytes)} free in ${folder}, where snapshots lie`,
          mend: `df -h ${folder}   # remove what is not needed, or mount more room there`,
        } as const,
      ]),
];
