import { randomBytes } from "node:crypto";
import type { AgentClient } from "../agent/client.ts";
import type { Arguments } from "../agent/protocol.ts";
import { printable } from "../printable.ts";
import { TestbedError } from "../testbed-error.ts";

/** Milliseconds for what moves no file, and for all receivers to join. */
const quick = 10_000;
const joinMilliseconds = 3000;

/** A host that sends or takes: its agent, and the address by which others reach it. */
export interface Party {
  readonly agent: AgentClient;
  readonly address: string;
}

/** Files of one host that are to come to several, under the names that they have there. */
export interface ToMany {
  readonly names: readonly string[];
  readonly from: Party;
  readonly to: readonly Party[];
  /** For all of it; what is not over then has failed. */
  readonly milliseconds: number;
}

export interface SentToMany {
  /** Of all files together. */
  readonly bytes: number;
  /** What the source sent of them, and what went over network cards: those of the sources, relays and receivers. */
  readonly sourceBytes: number;
  readonly linkBytes: number;
  /** By receiver: why it has not got them all; undefined: it has. */
  readonly failures: readonly (string | undefined)[];
}

const newToken = (): string => randomBytes(16).toString("hex");
const message = (error: unknown): string => {
  if (error instanceof TestbedError) return error.message;
  throw error;
};

/**
 * Sends files to all receivers at once by IP multicast, paced, each datagram once and again where one was lost.
 *
 * @param bytesPerSecond what the slowest of the links carries, headers and all
 * @throws TestbedError if the source fails, or nobody has joined it
 */
export const sendByMulticast = async (
  { names, from, to, milliseconds }: ToMany,
  bytesPerSecond: number,
): Promise<SentToMany> => {
  const token = newToken();
  const { address } = from;
  const { port } = await from.agent.ask("offerMulticast", { address, token, pieces: [...names], milliseconds }, quick);
  const given = { source: address, port, token, names: [...names], milliseconds };
  const taking = to.map(({ agent, address }) =>
    agent.ask("takeMulticast", { ...given, address }, milliseconds + quick).then(() => undefined, message),
  );
  const giving = { port, members: to.length, joinMilliseconds, bytesPerSecond: Math.round(bytesPerSecond) };
  const { bytes, sentBytes, receivers } = await from.agent.ask("giveMulticast", giving, milliseconds + quick);
  const reasons = new Map(receivers.map(({ address, reason }) => [address, reason]));
  const failures = (await Promise.all(taking)).map((failure, i) => {
    if (failure === undefined) return undefined;
    const reason = reasons.get(to[i]!.address);
    return typeof reason === "string" ? `${failure}: ${printable(reason)}` : failure;
  });
  return { bytes, sourceBytes: sentBytes, linkBytes: sentBytes * (1 + to.length), failures };
};

/**
 * Sends files along a chain: each receiver, in their order, sends on what it gets while it gets it.
 *
 * @throws TestbedError if the source fails, or a receiver cannot be asked
 */
export const sendByChain = async ({ names, from, to, milliseconds }: ToMany): Promise<SentToMany> => {
  let next: Arguments<"passOn">["next"] = null;
  for (const { agent, address } of to.toReversed()) {
    const token = newToken();
    const given: Arguments<"passOn"> = { address, token, names: [...names], next, milliseconds };
    next = { address, token, port: (await agent.ask("passOn", given, quick)).port };
  }
  if (next === null) throw new TestbedError("a chain without receivers");
  const given = { ...next, names: [...names], hosts: to.length, milliseconds };
  const { bytes, taken } = await from.agent.ask("giveChain", given, milliseconds + quick);
  return {
    bytes,
    sourceBytes: bytes,
    linkBytes: 2 * bytes * to.length,
    failures: to.map(({ agent }, i) => (taken[i] === true ? undefined : `${agent.host}: the chain broke before it`)),
  };
};
