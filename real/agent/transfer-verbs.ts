import * as z from "zod/mini";
import { mostTouched } from "../capture/touched.ts";
import { fileName } from "./file-name.ts";
import { count, exact, fileNames, ipv4, milliseconds, port, text, token } from "./terms.ts";

/** What is sent: a file, or a range of one, which arrives as a file of its own. */
const piece = z.union([fileName, z.strictObject({ name: fileName, offset: count, bytes: count })]);
const pieces = z.array(piece).check(z.minLength(1), z.maxLength(4096));

/** What agents are asked when files, or pages of guests, go from one to another. */
export const transferRequests = {
  /** A file from another agent, which is given the port and the token. */
  takeFile: z.strictObject({ address: ipv4, token, name: fileName, milliseconds }),
  giveFile: z.strictObject({ address: ipv4, port, token, name: fileName, milliseconds }),
  /** Files to a chain of hosts: each takes them and sends them on to the next, which has told its port before. */
  passOn: z.strictObject({
    address: ipv4,
    token,
    names: fileNames,
    next: z.nullable(z.strictObject({ address: ipv4, port, token })),
    milliseconds,
  }),
  giveChain: z.strictObject({
    address: ipv4,
    port,
    token,
    names: fileNames,
    hosts: count.check(z.minimum(1), z.maximum(64)),
    milliseconds,
  }),
  /** Files to many hosts at once: they are offered on a port, which hosts join, and given when so many have. */
  offerMulticast: z.strictObject({ address: ipv4, token, pieces, milliseconds }),
  takeMulticast: z.strictObject({ address: ipv4, source: ipv4, port, token, names: fileNames, milliseconds }),
  giveMulticast: z.strictObject({
    port,
    members: count.check(z.minimum(1), z.maximum(64)),
    joinMilliseconds: milliseconds,
    bytesPerSecond: count.check(z.minimum(2 ** 16), z.maximum(2 ** 40)),
  }),
  /** A QEMU reads a stream that brings pages while its guest runs, which another agent, or this one, sends to the port. */
  takePages: z.strictObject({ qmp: fileName, address: ipv4, token, milliseconds }),
  /** Sends what is there before the guest runs; then lets it run, and gives it the rest. */
  offerPages: z.strictObject({
    address: ipv4,
    port,
    token,
    records: z.array(fileName).check(z.minLength(1), z.maxLength(256)),
    first: z.array(count).check(z.maxLength(mostTouched)),
    /** Of what comes behind the guest; null: no limit. */
    bytesPerSecond: z.nullable(z.number().check(z.minimum(1))),
    milliseconds,
  }),
  givePages: z.strictObject({ token }),
  hurryPages: z.strictObject({ token }),
} as const;

export const transferResults = {
  takeFile: z.strictObject({ port }),
  giveFile: z.strictObject({ bytes: count }),
  passOn: z.strictObject({ port }),
  /** By host of the chain: whether it has all files. */
  giveChain: z.strictObject({ bytes: count, taken: z.array(z.boolean()).check(z.maxLength(64)) }),
  offerMulticast: z.strictObject({ port }),
  /** Datagrams that did not come; that had come before, or too late; and that were of somebody else. */
  takeMulticast: z.strictObject({ lost: count, duplicates: count, foreign: count }),
  giveMulticast: z.strictObject({
    /** Of the files; of all datagrams, without their headers; and what of that was sent again. */
    bytes: count,
    sentBytes: count,
    repairedBytes: count,
    datagrams: count,
    rounds: count,
    receivers: z
      .array(z.strictObject({ address: text, taken: z.boolean(), reason: z.nullable(text) }))
      .check(z.maxLength(64)),
  }),
  takePages: z.strictObject({ port }),
  /** Contents of pages that were sent so far, and of all there are. */
  offerPages: z.strictObject({ bytes: count, whole: count }),
  givePages: z.strictObject({
    bytes: count,
    misses: count,
    touched: z.array(count).check(z.maxLength(mostTouched)),
  }),
  hurryPages: exact,
} as const;
