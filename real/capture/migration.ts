import { setTimeout as sleep } from "node:timers/promises";
import type { QmpClient } from "../qmp/client.ts";
import type { QmpEvent, QmpSubscription } from "../qmp/events.ts";
import { TestbedError } from "../testbed-error.ts";

const quick = 10_000;

/** The next event that `wanted` accepts; others are passed over. @throws TestbedError after `deadline` milliseconds */
export const awaitEvent = async (
  events: QmpSubscription,
  what: string,
  deadline: number,
  wanted: (event: QmpEvent) => boolean,
): Promise<QmpEvent> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TestbedError(`${what} did not come in ${deadline / 1000} s`)), deadline);
  });
  try {
    for (;;) {
      const { value, done } = await Promise.race([events.next(), late]);
      if (done) throw new TestbedError(`${what} did not come before events ended`);
      if (wanted(value)) return value;
    }
  } finally {
    clearTimeout(timer);
  }
};

/** Lets the guest run; QEMU refuses that for a moment after it has told that a stream is complete. */
export const letRun = async (qmp: QmpClient): Promise<void> => {
  for (const end = Date.now() + quick; ; await sleep(1)) {
    const { status } = (await qmp.execute("query-status", {}, quick)) as { status: string };
    if (status !== "finish-migrate" || Date.now() > end) break;
  }
  await qmp.execute("cont", {}, quick);
};

const endings = ["completed", "failed", "cancelled"];

/** Waits until QEMU is through with a stream, in either direction. @throws TestbedError with QEMU's reason */
export const awaitMigration = async (
  qmp: QmpClient,
  events: QmpSubscription,
  deadline: number,
  seen: (event: QmpEvent) => void = () => {},
): Promise<QmpEvent> => {
  const last = await awaitEvent(events, "the end of the stream", deadline, (event) => {
    seen(event);
    return event.event === "MIGRATION" && endings.includes(String(event.data["status"]));
  });
  if (last.data["status"] === "completed") return last;
  const told = (await qmp.execute("query-migrate", {}, quick)) as { "error-desc"?: unknown };
  throw new TestbedError(`QEMU did not complete the stream: ${told["error-desc"] ?? last.data["status"]}`);
};

/** Sets up the next stream; events tell of its end. Bandwidth in bytes per second. */
export const prepareMigration = async (qmp: QmpClient, background: boolean, bandwidth: number): Promise<void> => {
  const capabilities = [
    { capability: "events", state: true },
    { capability: "background-snapshot", state: background },
  ];
  await qmp.execute("migrate-set-capabilities", { capabilities }, quick);
  await qmp.execute("migrate-set-parameters", { "max-bandwidth": bandwidth }, quick);
};
