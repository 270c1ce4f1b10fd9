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
  for (const end = performance.now() + quick; ; await sleep(1)) {
    const { status } = (await qmp.execute("query-status", {}, quick)) as { status: string };
    if (status !== "finish-migrate" || performance.now() > end) break;
  }
  await qmp.execute("cont", {}, quick);
};

/** Waits until QEMU has given a stream up: before that it takes no other. */
export const untilCancelled = async (qmp: QmpClient): Promise<void> => {
  for (const end = performance.now() + quick; performance.now() < end; await sleep(5)) {
    const { status } = (await qmp.execute("query-migrate", {}, quick)) as { status?: string };
    if (status === undefined || endings.includes(status)) return;
  }
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
  throw await refusal(qmp, String(last.data["status"]));
};

/** Waits until a stream has all pages but the last, and the guest stands. @throws TestbedError with QEMU's reason */
export const awaitSwitchover = async (
  qmp: QmpClient,
  events: QmpSubscription,
  deadline: number,
  seen: (event: QmpEvent) => void,
): Promise<void> => {
  const { data } = await awaitEvent(events, "the last pages", deadline, (event) => {
    seen(event);
    return event.event === "MIGRATION" && ["pre-switchover", ...endings].includes(String(event.data["status"]));
  });
  if (data["status"] !== "pre-switchover") throw await refusal(qmp, String(data["status"]));
};

const refusal = async (qmp: QmpClient, status: string): Promise<TestbedError> => {
  const told = (await qmp.execute("query-migrate", {}, quick)) as { "error-desc"?: unknown };
  return new TestbedError(`QEMU did not complete the stream: ${told["error-desc"] ?? status}`);
};

/** How the next stream is written or read. */
interface StreamSettings {
  /** QEMU's background snapshot: pages are saved while the guest runs on. */
  readonly background?: boolean;
  /** Pages come while the guest runs that reads it. */
  readonly lazy?: boolean;
  /** QEMU waits between the last of the pages and the end, with the guest stopped, to be told to continue. */
  readonly waits?: boolean;
  /** Bytes per second. */
  readonly bandwidth: number;
}

/** Sets up the next stream; events tell of its end. */
export const prepareMigration = async (
  qmp: QmpClient,
  { background = false, lazy = false, waits = false, bandwidth }: StreamSettings,
): Promise<void> => {
  const capabilities = [
    { capability: "events", state: true },
    { capability: "background-snapshot", state: background },
    { capability: "postcopy-ram", state: lazy },
    { capability: "pause-before-switchover", state: waits },
  ];
  await qmp.execute("migrate-set-capabilities", { capabilities }, quick);
  await qmp.execute("migrate-set-parameters", { "max-bandwidth": bandwidth }, quick);
};
