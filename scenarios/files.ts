import { readdirSync, readFileSync } from "node:fs";

/** The part of a file system that scenarios are read from. Paths are absolute. */
export interface Files {
  /** @throws an error with a `code` such as ENOENT */
  read(path: string): string;
  /** File names in a folder. */
  names(folder: string): readonly string[];
}

export const diskFiles: Files = {
  read: (path) => readFileSync(path, "utf8"),
  names: (folder) => readdirSync(folder).sort(),
};

/** Why a file could not be read, in a few words. */
export const whyUnreadable = (error: unknown): string => {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  if (code === "EACCES") return "it may not be read";
  return error instanceof Error ? error.message : String(error);
};
