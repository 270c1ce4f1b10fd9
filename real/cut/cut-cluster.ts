import { setTimeout as sleep } from "node:timers/promises";
import type { AgentClient } from "../agent/client.ts";
import type { Result } from "../agent/protocol.ts";
import { allOf } from "../all-of.ts";
import type { CaptureMode } from "../capture/capture-modes.ts";
import type { HostedGuest } from "../guest/hosted-guest.ts";
import { TestbedError } from "../testbed-error.ts";

/** How the guests of a cluster come to their cuts (model.md, section 5); the others need a place in the network. */
export const realProtocols = ["independent", "barrier", "scheduled"] as const;
export type RealProtocol = (typeof realProtocols)[number];

export interface ClusterCutReport {
  readonly protocol: RealProtocol;
  /** Seconds from the first guest's cut to the last one's, clocks of hosts compared. */
  readonly skew: number;
  /** By how much the skew may be wrong at most, because clocks were compared over a connection that takes its time. */
  readonly skewError: number;
  /** Of a scheduled cut: by how much the last guest was cut after the agreed time. */
  readonly late: number | null;
  /** Messages that their receiver had at its cut and their sender had not sent at its own, by UDP and TCP. */
  readonly orphans: readonly [udp: number, tcp: number];
  /** Messages that had been heard of by then. */
  readonly messages: readonly [udp: number, tcp: number];
  readonly guests: readonly (Result<"capture"> & { readonly guest: string; readonly file: string })[];
}

const quick = 10_000;
/** From a plan to its time, for it to come to all hosts. */
const notice = 0.5;

/** A host's clock beside ours, seconds. */
export interface ClockOffset {
  /** By how much it is ahead. */
  readonly offset: number;
  /** By how much that may be wrong: half of the round trip in which it was told, and of a millisecond. */
  readonly error: number;
}

/** Compares a host's clock with ours by the quickest of some round trips (as NTP does). */
export const clockOffset = async (agent: AgentClient): Promise<ClockOffset> => {
  let [best, offset] = [Number.POSITIVE_INFINITY, 0];
  for (let i = 0; i < 5; i++) {
    const asked = here();
    const { seconds } = await agent.ask("clock", {}, quick);
    const answered = here();
    if (answered - asked >= best) continue;
    best = answered - asked;
    // Told in whole milliseconds, cut off.
    offset = seconds + millisecond / 2 - (asked + answered) / 2;
  }
  return { offset, error: (best + millisecond) / 2 };
};

const millisecond = 1e-3;

/** Seconds since 1970, finer than `Date.now` tells them. */
const here = (): number => (performance.timeOrigin + performance.now()) / 1000;

/**
 * Cuts a cluster: `independent` captures one guest after the other, `barrier` stops all before it captures any, `scheduled` has
 * each host do so at an agreed time of its own clock. What crosses the cut is counted from the guests' own ledgers.
 *
 * @param number of the cut; files are called by guest and number
 * @param apart seconds between the turns of two guests, where each has its own
 * @throws TestbedError
 */
export const cutCluster = async (
  guests: readonly HostedGuest[],
  protocol: RealProtocol,
  mode: CaptureMode,
  number: number,
  apart = 0,
): Promise<ClusterCutReport> => {
  if (guests.length < 2)
    throw new TestbedError(`a cluster of ${guests.length} guests has no cut of its own; it takes two`);
  if (protocol === "barrier" && mode === "pre-copy")
    throw new TestbedError(
      "a pre-copy has its rounds while guests run, and a barrier stops them first; use another of both",
    );
  const offsets = await Promise.all(guests.map(({ agent }) => clockOffset(agent)));
  const fileOf = ({ name }: HostedGuest): string => `${name}.${number}`;
  const at = here() + notice;
  const captured = await captureAll(guests, protocol, mode, { offsets, apart, fileOf, at });
  const cuts = captured.map(({ cutAt }, i) => cutAt - offsets[i]!.offset);
  const errors = offsets.map(({ error }) => error).sort((one, other) => other - one);
  const ledgers = await Promise.all(
    guests.map((guest) => guest.agent.ask("ledger", { stream: fileOf(guest) }, 60_000)),
  );
  return {
    protocol,
    skew: Math.max(...cuts) - Math.min(...cuts),
    skewError: errors[0]! + errors[1]!,
    late: protocol === "scheduled" ? Math.max(...cuts) - at : null,
    ...crossings(ledgers),
    guests: captured.map((one, i) => ({ ...one, guest: guests[i]!.name, file: fileOf(guests[i]!) })),
  };
};

interface CutPlan {
  readonly offsets: readonly ClockOffset[];
  readonly apart: number;
  readonly fileOf: (guest: HostedGuest) => string;
  /** The agreed time, on our clock. */
  readonly at: number;
}

const captureAll = async (
  guests: readonly HostedGuest[],
  protocol: RealProtocol,
  mode: CaptureMode,
  { offsets, apart, fileOf, at }: CutPlan,
): Promise<Result<"capture">[]> => {
  switch (protocol) {
    case "independent": {
      const captured: Result<"capture">[] = [];
      for (const [i, guest] of guests.entries()) {
        if (i > 0 && apart > 0) await sleep(apart * 1000);
        captured.push(await guest.capture(mode, fileOf(guest)));
      }
      return captured;
    }
    case "scheduled":
      return allOf(guests.map((guest, i) => guest.capture(mode, fileOf(guest), { at: at + offsets[i]!.offset })));
    case "barrier": {
      const stopped = await stopAll(guests);
      try {
        return await allOf(guests.map((guest, i) => guest.capture(mode, fileOf(guest), { stoppedAt: stopped[i]! })));
      } catch (error) {
        await Promise.allSettled(guests.map((guest) => guest.goOn()));
        throw error;
      }
    }
  }
};

/** Stops all guests, or, if one cannot be stopped, none. */
const stopAll = async (guests: readonly HostedGuest[]): Promise<number[]> => {
  try {
    return await allOf(guests.map((guest) => guest.pause()));
  } catch (error) {
    // One that did not answer may have been stopped all the same.
    await Promise.allSettled(guests.map((guest) => guest.goOn()));
    throw error;
  }
};

/** Of every pair: what was received before one cut and sent after the other. */
export const crossings = (ledgers: readonly Result<"ledger">[]): Pick<ClusterCutReport, "orphans" | "messages"> => {
  const orphans: [number, number] = [0, 0];
  const messages: [number, number] = [0, 0];
  for (const receiver of ledgers)
    for (const { id, received } of receiver.peers) {
      const sent = ledgers.find((one) => one.id === id)?.peers.find((peer) => peer.id === receiver.id)?.sent;
      if (sent === undefined) continue;
      for (const way of [0, 1] as const) {
        orphans[way] += Math.max(0, received[way] - sent[way]);
        messages[way] += received[way];
      }
    }
  return { orphans, messages };
};
