import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { isThere } from "./private-folder.ts";
import { isAlive, type ProcessId, processWith } from "./processes.ts";

const schema = z.strictObject({ pid: z.int(), start: z.int(), machine: z.string(), user: z.string() });

const pathIn = (folder: string): string => join(folder, "user.json");

/** Who works from a folder: the process that does, and for whom. */
export type User = ProcessId & { readonly machine: string; readonly user: string };

/** Says in the folder that this process works from it. */
export const writeUser = (folder: string, machine: string, user: string): void =>
  writeFileSync(pathIn(folder), JSON.stringify({ ...processWith(process.pid)!, machine, user }), { mode: 0o600 });

/** Who works from the folder and is alive, if there is one; half a file is that of a process that was killed. */
export const userOf = (folder: string): User | undefined => {
  if (!isThere(folder) || !existsSync(pathIn(folder))) return undefined;
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(pathIn(folder), "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const { success, data } = schema.safeParse(read);
  return success && isAlive(data) ? data : undefined;
};
