import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, lstat, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fsyncFolder, piecesOf } from "../agent/files.ts";
import { isThere, makePrivately, removePrivately } from "../ownership/private-folder.ts";
import { isManifestName, manifestName, mostManifestText, type PointManifest, parseManifest } from "./point-manifest.ts";

const draftOf = (path: string): string => `${path}.draft`;

/** How a file that a manifest names is found on a host. */
export type FileState = "whole" | "wrong" | "absent";

/**
 * The restore points on the disk of one host, which outlive its agent: manifests, and the contents they name,
 * each under its SHA-256 and once, as a further name of what lies among the agent's files. Nothing is changed once it is there. A
 * content stays as long as any manifest here names it, and what none names is removed; so whatever moment the agent dies at, each
 * manifest finds the contents that were there when it came.
 */
export class HostStore {
  readonly #folder: string;
  readonly #files: string;
  #last: Promise<unknown> = Promise.resolve();

  /** @param folder of the store, there only while something is in it; on one file system with the agent's `files` */
  constructor(folder: string, files: string) {
    this.#folder = folder;
    this.#files = files;
  }

  /**
   * Takes a restore point in: the files of it that lie here, then its manifest. It is on the disk when this returns, and not
   * there at all when it fails.
   *
   * @throws Error if a file has another content than the manifest says, nothing of it is here, or the disk is full
   */
  publish(text: string): Promise<void> {
    return this.#alone(async () => {
      const manifest = parseManifest(text, "a manifest that is to be published");
      makePrivately(this.#folder);
      try {
        let held = 0;
        for (const file of manifest.files) if (await this.#takeIn(file)) held += 1;
        if (held === 0) throw new Error(`nothing of ${manifestName(manifest)} lies here`);
        // Files are there before a manifest names them.
        await fsyncFolder(this.#folder);
        await this.#write(manifestName(manifest), text);
      } catch (error) {
        await this.#sweep();
        throw error;
      }
    });
  }

  /** Names of the manifests here. */
  async points(): Promise<string[]> {
    return isThere(this.#folder) ? (await readdir(this.#folder)).filter(isManifestName).sort() : [];
  }

  /** The text of a manifest. */
  async manifest(name: string): Promise<string> {
    if (!isManifestName(name)) throw new Error(`${name} is no name of a manifest`);
    const file = await open(this.#at(name), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      if ((await file.stat()).size > mostManifestText) throw new Error(`${name} is too long for a manifest`);
      return await file.readFile("utf8");
    } finally {
      await file.close();
    }
  }

  /** Reads the files that a manifest names, and compares them with it. @returns states in its order */
  async verify(name: string): Promise<FileState[]> {
    const { files } = parseManifest(await this.manifest(name), name);
    const states: FileState[] = [];
    for (const { bytes, digest } of files) {
      const found = await contentOf(this.#at(digest));
      states.push(
        found === undefined ? "absent" : found.bytes === bytes && found.digest === digest ? "whole" : "wrong",
      );
    }
    return states;
  }

  /** Lets a restore point go, and what no other here needs. Who is let go already is no error. */
  retire(name: string): Promise<void> {
    return this.#alone(async () => {
      if (!isManifestName(name)) throw new Error(`${name} is no name of a manifest`);
      if (!isThere(this.#folder)) return;
      await rm(this.#at(name), { force: true });
      // No file goes before the manifest that names it.
      await fsyncFolder(this.#folder);
      await this.#sweep();
    });
  }

  /** Puts a content of a restore point among the agent's files again. @throws Error if another file has the name */
  async putBack(digest: string, name: string): Promise<void> {
    await link(this.#at(digest), join(this.#files, name));
  }

  /** Removes what a death in the middle of something has left. */
  sweep(): Promise<void> {
    return this.#alone(() => this.#sweep());
  }

  #at(name: string): string {
    return join(this.#folder, name);
  }

  /** One change after the other: a sweep must not see half of a publication. */
  #alone<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => {});
    return result;
  }

  /** @returns whether the file is here now */
  async #takeIn({ name, bytes, digest }: PointManifest["files"][number]): Promise<boolean> {
    const [own, other] = [this.#at(digest), join(this.#files, name)];
    const [mine, given] = [await statOf(own), await statOf(other)];
    if (given === undefined || given.ino === mine?.ino) return mine !== undefined;
    const found = await contentOf(other, "sync");
    if (found === undefined || found.bytes !== bytes || found.digest !== digest)
      throw new Error(`${name}: its content is another than the manifest says`);
    // A copy that was made anew takes the place of the one before, which may have gone wrong.
    await rm(draftOf(own), { force: true });
    await link(other, draftOf(own));
    await rename(draftOf(own), own);
    return true;
  }

  async #write(name: string, text: string): Promise<void> {
    const path = this.#at(name);
    await rm(draftOf(path), { force: true });
    const file = await open(draftOf(path), "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draftOf(path), path);
    await fsyncFolder(this.#folder);
  }

  async #sweep(): Promise<void> {
    if (!isThere(this.#folder)) return;
    const needed = new Set<string>();
    for (const name of await this.points()) {
      try {
        for (const file of parseManifest(await this.manifest(name), name).files) needed.add(file.digest);
      } catch {
        // What an altered manifest needs is not known: everything stays until it is replaced or retired.
        return;
      }
      needed.add(name);
    }
    for (const name of await readdir(this.#folder)) if (!needed.has(name)) await rm(this.#at(name));
    if (needed.size === 0) removePrivately(this.#folder);
  }
}

const unlessAbsent = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== "ENOENT") throw error;
};

const statOf = (path: string) => lstat(path).catch(unlessAbsent);

/** Size and digest of a file as it is on the disk; undefined if there is none. */
const contentOf = async (
  path: string,
  sync?: "sync",
): Promise<{ readonly bytes: number; readonly digest: string } | undefined> => {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
  const file: FileHandle | undefined = await open(path, flags).catch(unlessAbsent);
  if (file === undefined) return undefined;
  try {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of piecesOf(file)) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    if (sync !== undefined) await file.sync();
    return { bytes, digest: hash.digest("hex") };
  } finally {
    await file.close();
  }
};
