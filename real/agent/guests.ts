import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { type Captured, capture } from "../capture/capture.ts";
import { awaitEvent } from "../capture/migration.ts";
import { restore } from "../capture/restore.ts";
import { capturedLedger } from "../guest/captured-ledger.ts";
import { GuestPort } from "../guest/guest-port.ts";
import { networkDevices } from "../network-devices.ts";
import { withImage } from "../pages/open-image.ts";
import { SeenContents } from "../pages/seen-contents.ts";
import { similarityOf } from "../pages/similarity.ts";
import { survey } from "../pages/survey.ts";
import { QmpClient } from "../qmp/client.ts";
import { environmentOf } from "./programs.ts";
import type { Arguments, Result } from "./protocol.ts";

const connectDeadline = 10_000;

/** Talks to the QEMU that listens on a socket among the agent's files, for as long as the task takes. */
export const withQemu = async <T>(path: string, task: (qmp: QmpClient) => Promise<T>): Promise<T> => {
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
  { qmp, mode, name, milliseconds, layer, stoppedAt, at }: Arguments<"capture">,
): Promise<Captured> =>
  withQemu(join(files, qmp), async (client) => {
    const options = {
      // QEMU runs among the files, and writes down what it is told: layers stay a chain when they are copied to another host.
      ...(layer === undefined ? {} : { layer }),
      ...(stoppedAt === undefined ? {} : { stoppedAt }),
    };
    if (at !== undefined) await sleep(Math.max(0, Math.min(milliseconds, at * 1000 - Date.now())));
    return capture(client, mode, join(files, name), milliseconds, options);
  });

/** Stops a guest for the cut of its cluster. */
export const pauseGuest = (files: string, { qmp }: Arguments<"pause">): Promise<Result<"pause">> =>
  withQemu(join(files, qmp), async (client) => {
    const events = client.subscribe();
    try {
      await client.execute("stop", {}, connectDeadline);
      const { timestamp } = await awaitEvent(
        events,
        "the guest's pause",
        connectDeadline,
        (one) => one.event === "STOP",
      );
      return { stoppedAt: timestamp };
    } finally {
      await events.return();
    }
  });

/** Lets a guest run on that was stopped. */
export const letGuestRun = (files: string, { qmp }: Arguments<"goOn">): Promise<void> =>
  withQemu(join(files, qmp), async (client) => void (await client.execute("cont", {}, connectDeadline)));

/** Puts the tap of a guest, which QEMU has made and takes away, on a bridge of the host. */
export const plugTap = async (owner: string, { tap, bridge }: Arguments<"plug">): Promise<void> => {
  for (let tries = 1; !networkDevices().includes(tap) && tries < 200; tries++) await sleep(25);
  await promisify(execFile)("ip", ["link", "set", "dev", tap, "up", "master", bridge], { env: environmentOf(owner) });
};

/** Plugs or unplugs a device of the host's network, as a cable. */
export const switchLink = async (owner: string, { device, up }: Arguments<"link">): Promise<void> => {
  await promisify(execFile)("ip", ["link", "set", "dev", device, up ? "up" : "down"], { env: environmentOf(owner) });
};

/** The counters of the workload in a captured stream. */
export const ledgerOf = async (files: string, { stream }: Arguments<"ledger">): Promise<Result<"ledger">> => {
  const { id, sequence, peers } = capturedLedger(join(files, stream));
  return {
    id,
    sequence,
    peers: [...peers].map(([peer, { sent, received }]) => ({ id: peer, sent: [...sent], received: [...received] })),
  };
};

/** What guests have in common, by captured streams of their memories. */
export const similarityIn = (files: string, { streams }: Arguments<"similarity">): Result<"similarity"> => {
  const seen = new SeenContents();
  const surveys = streams.map((name, machine) => withImage(join(files, name), (image) => survey(image, machine, seen)));
  return { types: similarityOf(surveys) };
};

/** Asks the workload in a guest, over its port. */
export const askWorkload = async (
  files: string,
  { port: name, ask, milliseconds }: Arguments<"workload">,
): Promise<Result<"workload">> => {
  const port = await GuestPort.connect(name, join(files, name));
  try {
    const none = { beat: null, verdict: null, exercised: null };
    if (ask === "verify") return { ...none, verdict: await port.verify(milliseconds) };
    if (ask === "exercise") return { ...none, exercised: await port.exercise(milliseconds) };
    if (ask === "beat") return { ...none, beat: await port.nextBeat(milliseconds) };
    await port.hold(ask === "hold", milliseconds);
    return none;
  } finally {
    port.close();
  }
};

/** Makes a qcow2 image of so many bytes, or one over another, among the agent's files. */
export const makeDisk = async (owner: string, files: string, { name, on }: Arguments<"disk">): Promise<void> => {
  const of = typeof on === "number" ? [name, `${on}`] : ["-b", on, "-F", "qcow2", name];
  await promisify(execFile)("qemu-img", ["create", "-q", "-f", "qcow2", ...of], {
    cwd: files,
    timeout: connectDeadline,
    env: environmentOf(owner),
  });
};

/** Loads a file into a QEMU that waits for one; the guest stands at the cut unless it is to run. */
export const restoreGuest = (files: string, { qmp, name, milliseconds, run }: Arguments<"restore">): Promise<void> =>
  withQemu(join(files, qmp), async (client) => {
    await restore(client, join(files, name), join(files, `${qmp}.incoming`), milliseconds);
    if (run) await client.execute("cont", {}, connectDeadline);
  });
