import { TestbedError } from "./testbed-error.ts";

/** Linux's `sun_path` has 108, the last of which ends the path. */
const mostBytes = 107;

/**
 * The path of a Unix socket, which is longer than Linux takes in no case: Node would cut it off without a word, and the
 * socket would lie elsewhere.
 *
 * @throws TestbedError
 */
export const socketPath = (path: string): string => {
  const bytes = Buffer.byteLength(path);
  if (bytes <= mostBytes) return path;
  throw new TestbedError(
    `${path}: a socket's path has at most ${mostBytes} bytes, this one ${bytes}; give testbed, host or scenario a shorter name`,
  );
};
