import { once } from "node:events";
import { rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import type { QmpClient } from "../qmp/client.ts";
import { socketPath } from "../socket-path.ts";
import { awaitEvent, prepareMigration } from "./migration.ts";

const quick = 10_000;

/**
 * Lets a QEMU that was started with `-incoming defer -S` read a stream that brings pages while the guest runs, which it does
 * as soon as the stream has the states of its devices.
 *
 * @param path of the socket over which QEMU is given the stream, in a folder private to the user; it is there for a moment
 * @returns QEMU's end of the stream
 * @throws TestbedError with QEMU's reason
 */
export const openLazily = async (qmp: QmpClient, path: string): Promise<Socket> => {
  await prepareMigration(qmp, { lazy: true, bandwidth: 2 ** 40 });
  await qmp.execute("migrate-incoming", { uri: `unix:${path}` }, quick);
  // While it waits for a stream that means: run once you can.
  await qmp.execute("cont", {}, quick);
  const socket = connect(socketPath(path));
  await once(socket, "connect");
  await rm(path, { force: true });
  return socket;
};

/** Waits until such a QEMU lets its guest run. @param deadline milliseconds @throws TestbedError */
export const untilItRuns = async (qmp: QmpClient, deadline: number): Promise<void> => {
  const events = qmp.subscribe();
  try {
    const { running } = (await qmp.execute("query-status", {}, quick)) as { running: boolean };
    if (!running)
      await awaitEvent(events, "the guest's first instruction", deadline, ({ event }) => event === "RESUME");
  } finally {
    await events.return();
  }
};
