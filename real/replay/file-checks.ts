import type { RealHost } from "./real-host.ts";

/** For the digest of a memory of some GiB on a slow disk. */
const slow = 300_000;
const quick = 10_000;

/** A copy was found to be wrong, and is gone from its host. */
export interface WrongCopy {
  readonly host: RealHost;
  readonly name: string;
}

/**
 * The digests of what captures have written. A copy that is read is compared with them first; one that is wrong is let go, as
 * if it had never been there, so that another is read in its place.
 */
export class FileChecks {
  readonly #digests = new Map<string, string>();
  readonly #onWrong: (wrong: WrongCopy) => void;

  constructor(onWrong: (wrong: WrongCopy) => void) {
    this.#onWrong = onWrong;
  }

  /** What the content of a file is to be. */
  seal(name: string, digest: string): void {
    this.#digests.set(name, digest);
  }

  /** Reads files of a host, and removes what is wrong. @returns names of that */
  async removeWrong(host: RealHost, names: readonly string[]): Promise<string[]> {
    const wrong: string[] = [];
    for (const name of names) {
      const wanted = this.#digests.get(name);
      if (wanted === undefined || !host.keeps || !host.files.has(name)) continue;
      let found: string;
      try {
        found = (await host.agent.ask("digestOf", { name }, slow)).digest;
      } catch (error) {
        // It was let go meanwhile, or its disk was lost.
        if (!host.files.has(name)) continue;
        throw error;
      }
      if (found === wanted || !host.files.delete(name)) continue;
      await host.agent.ask("removeFile", { name }, quick);
      wrong.push(name);
      this.#onWrong({ host, name });
    }
    return wrong;
  }
}
