import { join } from "node:path";
import { type Captured, capture } from "../capture/capture.ts";
import { restore } from "../capture/restore.ts";
import { QmpClient } from "../qmp/client.ts";
import type { Arguments } from "./protocol.ts";

const connectDeadline = 10_000;

/** Talks to the QEMU that listens on a socket among the agent's files, for as long as the task takes. */
const withQemu = async <T>(path: string, task: (qmp: QmpClient) => Promise<T>): Promise<T> => {
  const qmp = await QmpClient.connect(path, connectDeadline);
  try {
    return await task(qmp);
  } finally {
    qmp.close();
  }
};

/** Captures a guest into a new file among the agent's. */
export const captureGuest = (
  files: string,
  { qmp, mode, name, milliseconds }: Arguments<"capture">,
): Promise<Captured> => withQemu(join(files, qmp), (client) => capture(client, mode, join(files, name), milliseconds));

/** Loads a file into a QEMU that waits for one; the guest stands at the cut unless it is to run. */
export const restoreGuest = (files: string, { qmp, name, milliseconds, run }: Arguments<"restore">): Promise<void> =>
  withQemu(join(files, qmp), async (client) => {
    await restore(client, join(files, name), join(files, `${qmp}.incoming`), milliseconds);
    if (run) await client.execute("cont", {}, connectDeadline);
  });
