import { lstatSync, mkdirSync, rmdirSync, rmSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { TestbedError } from "../testbed-error.ts";

/** Outlives a reboot, so that files of a machine that crashed are still found and removed. */
const parent = "/var/tmp";

/**
 * Makes a folder that only its user can look into, or checks that it is one.
 * @throws TestbedError if something else has the name, perhaps made by another user in wait for this one
 */
const privateFolder = (path: string): string => {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  check(path);
  return path;
};

const check = (path: string): void => {
  const found = lstatSync(path);
  if (found.isDirectory() && found.uid === userInfo().uid && (found.mode & 0o077) === 0) return;
  throw new TestbedError(`${path} must be a folder of this user that nobody else can look into; remove or rename it`);
};

/** From the user's own folder down to `folder`. */
const wayTo = (folder: string): string[] => {
  const user = userFolder();
  const names = folder.slice(user.length + 1).split("/");
  return [user, ...names.map((_, i) => join(user, ...names.slice(0, i + 1)))];
};

/**
 * Whether there is such a folder, below the user's own. What is in it may then be believed.
 * @throws TestbedError if it, or a folder on the way, is not the user's alone
 */
export const isThere = (folder: string): boolean => {
  try {
    for (const path of wayTo(folder)) check(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
};

/** Where a testbed keeps what it makes and the record of it, on each machine: nothing is made by asking. */
export const testbedFolder = (testbed: string): string => join(userFolder(), testbed);
const userFolder = (): string => join(parent, `snapback-${userInfo().uid}`);

/** What the controller makes: namespaces, connections. */
export const controllerFolder = (testbed: string): string => join(testbedFolder(testbed), "controller");

/** What an agent makes on a host: processes, files. */
export const hostFolder = (testbed: string, host: string): string => join(testbedFolder(testbed), "hosts", host);

/** What restore points consist of, by host: it outlives agents. */
export const storesFolder = (testbed: string): string => join(testbedFolder(testbed), "stores");
export const storeFolder = (testbed: string, host: string): string => join(storesFolder(testbed), host);

/** Another testbed that goes may take an empty folder away between two steps. */
const mostTries = 10;

/** Makes `folder`, below the user's own, with all folders on the way. */
export const makePrivately = (folder: string): string => {
  for (let tries = 1; ; tries++) {
    try {
      for (const path of wayTo(folder)) privateFolder(path);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || tries === mostTries) throw error;
    }
  }
};

/** Removes `folder` with all in it, and each folder around it that is empty then, up to the user's own. */
export const removePrivately = (folder: string): void => {
  if (isThere(folder)) rmSync(folder, { recursive: true, force: true });
  for (let path = dirname(folder); path.length >= userFolder().length; path = dirname(path))
    try {
      rmdirSync(path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A disk may be mounted there.
      if (code === "ENOTEMPTY" || code === "EEXIST" || code === "EBUSY") return;
      if (code !== "ENOENT") throw error;
    }
};
