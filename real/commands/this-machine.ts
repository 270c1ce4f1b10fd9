import { arch, cpus, release, totalmem, type } from "node:os";

/** What a record says of the machine that it was made on. */
export const thisMachine = (): string =>
  `${type()} ${release()}, ${arch()}, ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
