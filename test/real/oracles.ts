import { execFileSync } from "node:child_process";
import { closeSync, openSync, readSync, writeSync } from "node:fs";

const [headerBytes, programHeaderBytes] = [64, 56];

/**
 * Makes a core of QEMU's `dump-guest-memory` one that makedumpfile(8) reads, in place: program headers right after the
 * ELF header, and no section headers, which QEMU puts between them.
 */
export const asVmcore = (path: string): void => {
  const file = openSync(path, "r+");
  try {
    const header = Buffer.alloc(headerBytes);
    readSync(file, header, 0, headerBytes, 0);
    const programs = Buffer.alloc(programHeaderBytes * header.readUInt16LE(56));
    readSync(file, programs, 0, programs.length, Number(header.readBigUInt64LE(32)));
    header.writeBigUInt64LE(BigInt(headerBytes), 32);
    header.writeBigUInt64LE(0n, 40);
    header.fill(0, 58);
    writeSync(file, Buffer.concat([header, programs]), 0, headerBytes + programs.length, 0);
  } finally {
    closeSync(file);
  }
};

const reports = {
  zero: "Pages filled with zero",
  cache: "Non-private cache pages",
  private: "Private cache pages",
  user: "User process data pages",
  free: "Free pages",
} as const;

/** Pages that makedumpfile excludes at a dump level (1 zero, 2 cache, 4 private cache, 8 user, 16 free, and their sums). */
export const excluded = (vmcore: string, level: number, out: string): Record<keyof typeof reports, number> => {
  const said = execFileSync("makedumpfile", ["-f", "-l", "-d", `${level}`, "--message-level", "20", vmcore, out], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const count = (words: string): number => {
    const found = new RegExp(`${words}\\s*:\\s*0x([0-9a-f]+)`).exec(said);
    if (found === null) throw new Error(`makedumpfile does not tell ${words}:\n${said}`);
    return Number.parseInt(found[1]!, 16);
  };
  return Object.fromEntries(Object.entries(reports).map(([name, words]) => [name, count(words)])) as Record<
    keyof typeof reports,
    number
  >;
};

const bit = (number: number) => 1n << BigInt(number);
const flag = {
  dirty: bit(4),
  lru: bit(5),
  slab: bit(7),
  buddy: bit(10),
  anonymous: bit(12),
  huge: bit(17),
  noPage: bit(20),
};

/** Frames by what /proc/kpageflags (Documentation/admin-guide/mm/pagemap.rst of Linux) tells of each; all of hugetlbfs counts as anonymous. */
export const flagCounts = (flags: Buffer): Record<"free" | "slab" | "anonymous" | "clean" | "dirty", number> => {
  const counts = { free: 0, slab: 0, anonymous: 0, clean: 0, dirty: 0 };
  for (let at = 0; at < flags.length; at += 8) {
    const of = flags.readBigUInt64LE(at);
    const has = (one: bigint): boolean => (of & one) !== 0n;
    if (has(flag.noPage)) continue;
    if (has(flag.buddy)) counts.free++;
    else if (has(flag.slab)) counts.slab++;
    else if (has(flag.anonymous) || has(flag.huge)) counts.anonymous++;
    else if (has(flag.lru)) counts[has(flag.dirty) ? "dirty" : "clean"]++;
  }
  return counts;
};
