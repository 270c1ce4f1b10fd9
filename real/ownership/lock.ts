import { once } from "node:events";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { TestbedError } from "../testbed-error.ts";
import { controllerFolder } from "./private-folder.ts";
import { userOf } from "./user.ts";

/**
 * Makes this process the only controller of a testbed on this machine until it lets go or ends, however it ends: the
 * name of an abstract socket is held, which the kernel takes back with the process.
 *
 * @returns what lets go
 * @throws TestbedError if another process is its controller
 */
export const lockTestbed = async (testbed: string): Promise<() => void> => {
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0snapback/${userInfo().uid}/${testbed}`);
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    const user = userOf(controllerFolder(testbed))?.user;
    throw new TestbedError(`testbed ${testbed} is in use${user ? ` by ${user}` : ""}; wait for it or end it first`);
  }
  server.unref();
  return () => void server.close();
};
