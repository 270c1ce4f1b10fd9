import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { TestbedError } from "../testbed-error.ts";

/** A process, told apart from a later one that was given the same number by when it started, in ticks since boot. */
export type ProcessId = { readonly pid: number; readonly start: number };

/** The variable of the environment by which a process and all its descendants say who made them. */
export const ownerVariable = "SNAPBACK_OWNER";

/** Why a process may vanish between two looks at it: it ended. */
const ifThere = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES") return undefined;
    throw error;
  }
};

/** The process that has this number now, or undefined if it has ended (waiting to be reaped is ended). */
export const processWith = (pid: number): ProcessId | undefined => {
  const stat = ifThere(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  // The name, in parentheses, may itself have blanks and parentheses.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields === undefined || fields[0] === "Z" || fields[0] === "X") return undefined;
  return { pid, start: Number(fields[19]) };
};

export const isAlive = ({ pid, start }: ProcessId): boolean => processWith(pid)?.start === start;

const allProcesses = (): ProcessId[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processWith(Number(name)))
    .filter((found) => found !== undefined);

/** Processes whose environment says that `owner` made them. */
export const madeBy = (owner: string): ProcessId[] =>
  allProcesses().filter(({ pid }) =>
    ifThere(() => readFileSync(`/proc/${pid}/environ`, "utf8"))
      ?.split("\0")
      .includes(`${ownerVariable}=${owner}`),
  );

/** Processes that are in the network namespace with this number of an inode. */
export const insideNetwork = (inode: number): ProcessId[] =>
  allProcesses().filter(({ pid }) => ifThere(() => readlinkSync(`/proc/${pid}/ns/net`)) === `net:[${inode}]`);

const signal = (process_: ProcessId, name: "SIGTERM" | "SIGKILL"): void => {
  if (!isAlive(process_)) return;
  try {
    process.kill(process_.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
};

const allEnded = async (processes: readonly ProcessId[], milliseconds: number): Promise<boolean> => {
  for (const end = performance.now() + milliseconds; ; await sleep(10)) {
    if (!processes.some(isAlive)) return true;
    if (performance.now() >= end) return false;
  }
};

const uninterruptibleWait = 5000;

/**
 * Asks processes to end, and after `patience` milliseconds makes them.
 * @throws TestbedError naming those that not even that ends, such as one that waits for a dead disk
 */
export const endProcesses = async (processes: readonly ProcessId[], patience: number): Promise<void> => {
  for (const each of processes) signal(each, "SIGTERM");
  if (await allEnded(processes, patience)) return;
  for (const each of processes) signal(each, "SIGKILL");
  if (await allEnded(processes, uninterruptibleWait)) return;
  const left = processes.filter(isAlive).map(({ pid }) => pid);
  throw new TestbedError(`processes ${left.join(", ")} do not end, even when killed; ps -o pid,stat,wchan tells why`);
};
