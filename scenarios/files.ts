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

/** Why a file or a folder could not be written, in a few words that go on with what to do. */
export const whyUnwritable = (error: unknown): string => {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "there is no such folder: make it, or name another place";
  if (code === "EROFS") return "its file system can only be read: name another place";
  if (code === "EACCES" || code === "EPERM") return "you may not write there: name another place";
  if (code === "EEXIST" || code === "ENOTDIR") return "a file stands where a folder is needed: name another place";
  if (code === "EISDIR") return "it is a folder: name a file in it";
  if (code === "ENOSPC" || code === "EDQUOT") return "the disk is full: make room, or name another place";
  return error instanceof Error ? error.message : String(error);
};
