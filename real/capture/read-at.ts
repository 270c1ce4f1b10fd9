import { readSync } from "node:fs";
import { TestbedError } from "../testbed-error.ts";

/** So many bytes of a file, however few each read gives. @throws TestbedError, or what `ended` makes, if it ends before */
export const readAt = (
  descriptor: number,
  at: number,
  length: number,
  ended = (): Error => new TestbedError(`a file ended before ${at + length}, while it was read`),
): Buffer => {
  const buffer = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const got = readSync(descriptor, buffer, done, length - done, at + done);
    if (got === 0) throw ended();
    done += got;
  }
  return buffer;
};
