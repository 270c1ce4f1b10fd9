import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { ByteReader } from "../pages/byte-reader.ts";
import { streamRegions } from "../streams/migration-stream.ts";
import { TestbedError } from "../testbed-error.ts";

/** Highest numbers of messages to a peer, written down before they were sent, and from it, after they were received. */
export interface MessageCounts {
  readonly sent: readonly [udp: number, tcp: number];
  readonly received: readonly [udp: number, tcp: number];
}

/** The counters of a guest at one moment, as its memory has them. */
export interface CapturedLedger {
  readonly id: number;
  readonly seed: number;
  /** Of the last write to memory or disk. */
  readonly sequence: number;
  readonly beats: number;
  /** Nanoseconds since the workload began, on the guest's clock. */
  readonly work: number;
  /** By number of the peer. */
  readonly peers: ReadonlyMap<number, MessageCounts>;
}

/**
 * The ledger in a captured migration stream.
 *
 * @throws TestbedError if no page of the stream is one, or several are
 */
export const capturedLedger = (stream: string): CapturedLedger => {
  const descriptor = openSync(stream, "r");
  try {
    const reader = new ByteReader(stream, descriptor, fstatSync(descriptor).size);
    const [region] = streamRegions(reader);
    const page = Buffer.alloc(4096);
    let found: CapturedLedger | undefined;
    for (const at of region!.at as Float64Array) {
      if (at < 0 || readSync(descriptor, page, 0, page.length, at) < page.length) continue;
      const ledger = ledgerIn(page);
      // A guest can fill all its memory with ledgers: the second is one too many.
      if (ledger !== undefined && found !== undefined)
        throw new TestbedError(`${stream}: more than one page is the ledger of a workload`);
      found ??= ledger;
    }
    if (found === undefined) throw new TestbedError(`${stream}: no page is the ledger of a workload`);
    return found;
  } finally {
    closeSync(descriptor);
  }
};

const magic = Buffer.from("SNAPBACK LEDGER\n");
const [head, one] = [72, 40];

/**
 * The ledger of the workload, if this page is it (`struct ledger` in workload/workload.h); undefined for any other, and for
 * one that a hostile guest has filled with what no ledger holds.
 */
export const ledgerIn = (page: Uint8Array): CapturedLedger | undefined => {
  if (page.length < head || magic.compare(page, 0, magic.length) !== 0) return undefined;
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const count = (at: number): number => Number(view.getBigUint64(at, true));
  const [version, id, seed, sequence, beats, work, peers] = [16, 24, 32, 40, 48, 56, 64].map(count) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (version !== 1 || head + peers * one > page.length) return undefined;
  const counts = new Map<number, MessageCounts>();
  for (let i = 0; i < peers; i++) {
    const [peer, udpSent, udpReceived, tcpSent, tcpReceived] = [0, 8, 16, 24, 32].map((at) =>
      count(head + i * one + at),
    ) as [number, number, number, number, number];
    counts.set(peer, { sent: [udpSent, tcpSent], received: [udpReceived, tcpReceived] });
  }
  return { id, seed, sequence, beats, work, peers: counts };
};
