import { access, rm } from "node:fs/promises";
import type { QmpClient } from "../qmp/client.ts";
import { awaitMigration, prepareMigration } from "./migration.ts";
import { fromFile } from "./stream-file.ts";

const quick = 10_000;

/**
 * Loads a stream into a QEMU that was started with `-incoming defer -S` as the same machine; the guest stands at the cut
 * then, and `cont` lets it run.
 *
 * @param socket path of the socket over which QEMU is given the stream, in a folder private to the user; it is there for
 *   the while
 * @param deadline milliseconds
 * @throws TestbedError with QEMU's reason
 */
export const restore = async (qmp: QmpClient, file: string, socket: string, deadline: number): Promise<void> => {
  // QEMU would only tell that it was sent nothing.
  await access(file);
  const events = qmp.subscribe();
  try {
    await prepareMigration(qmp, { bandwidth: 2 ** 40 });
    await qmp.execute("migrate-incoming", { uri: `unix:${socket}` }, quick);
    // A QEMU that refuses what it reads ends the connection; its reason is what matters.
    const sent = fromFile(file, socket).catch(() => {});
    await awaitMigration(qmp, events, deadline);
    await sent;
  } finally {
    await events.return();
    await rm(socket, { force: true });
  }
};
