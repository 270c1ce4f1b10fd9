import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from "node:crypto";

const headerBytes = 10;
const tagBytes = 16;
/** What a datagram has beside its content. */
export const datagramOverhead = headerBytes + tagBytes;

/** Bytes of IP and Ethernet, with preamble and gap, around each packet of at most `mostPacket` bytes. */
const packetOverhead = 20 + 38;
const mostPacket = 1480;
const udpHeader = 8;

/** What a datagram of so many bytes takes of a link: it goes in as many packets as it fills. */
export const onTheWire = (bytes: number): number =>
  bytes + udpHeader + packetOverhead * Math.ceil((bytes + udpHeader) / mostPacket);

const derived = (token: string, use: string): Buffer => createHmac("sha256", token).update(use).digest();

/** What a receiver and a source show to each other: the token itself never travels between hosts. */
export const proofOf = (token: string, role: "join" | "give"): string => derived(token, role).toString("hex");

/** Whether a proof is what it must be, in a time that tells nothing of it. */
export const proves = (proof: string, token: string, role: "join" | "give"): boolean =>
  timingSafeEqual(Buffer.from(proof, "hex"), derived(token, role));

/** The group of a transfer, of those that an organization may give as it likes (RFC 2365: 239.192.0.0/14). */
export const groupOf = (token: string): string => {
  const bytes = derived(token, "group");
  return `239.${192 + (bytes[0]! & 3)}.${bytes[1]}.${bytes[2]}`;
};

export interface Datagram {
  /** Counts all datagrams of a transfer from 1 on, those that are sent again, too. */
  readonly sequence: number;
  /** The first of its blocks. */
  readonly block: number;
  readonly content: Buffer;
}

const cipher = "aes-128-gcm";

/**
 * Seals and opens the datagrams of one transfer: AES-128-GCM with a key that only its hosts have. The sequence number is
 * the nonce, so that none comes twice under a key; it and the block's number are authenticated with the content.
 */
export class Seal {
  readonly #key: Buffer;

  constructor(token: string) {
    this.#key = derived(token, "data").subarray(0, 16);
  }

  close({ sequence, block, content }: Datagram): Buffer[] {
    const header = Buffer.alloc(headerBytes);
    header.writeUIntBE(sequence, 0, 6);
    header.writeUInt32BE(block, 6);
    const sealing = createCipheriv(cipher, this.#key, nonceOf(header));
    sealing.setAAD(header);
    const sealed = sealing.update(content);
    sealing.final();
    return [header, sealed, sealing.getAuthTag()];
  }

  /** @returns undefined for a datagram that is not of this transfer, or not as it was sent */
  open(datagram: Buffer): Datagram | undefined {
    const end = datagram.length - tagBytes;
    if (end <= headerBytes) return undefined;
    const header = datagram.subarray(0, headerBytes);
    const opening = createDecipheriv(cipher, this.#key, nonceOf(header));
    opening.setAAD(header);
    opening.setAuthTag(datagram.subarray(end));
    const content = opening.update(datagram.subarray(headerBytes, end));
    try {
      opening.final();
    } catch {
      return undefined;
    }
    return { sequence: header.readUIntBE(0, 6), block: header.readUInt32BE(6), content };
  }
}

const nonceOf = (header: Buffer): Buffer => {
  const nonce = Buffer.alloc(12);
  header.copy(nonce, 0, 0, 6);
  return nonce;
};
