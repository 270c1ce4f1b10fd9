import * as z from "zod/mini";
import { pageTypes } from "../../models/scenario.ts";
import { mostTouched } from "../capture/touched.ts";
import { exercised, heartbeat, verdict } from "../guest/guest-port.ts";
import { frameClasses } from "../pages/page-classes.ts";
import { printable } from "../printable.ts";
import { storeRequests, storeResults } from "../store/store-verbs.ts";
import { trafficRequests, trafficResults } from "../traffic/traffic-verbs.ts";
import { fileName } from "./file-name.ts";
import { type Package, type Program, packageOf } from "./programs.ts";

/**
 * What controller and agent say to each other: a JSON value a line, on the agent's standard streams. The first line is
 * the agent's program, the second a greeting; then come requests, answered in any order by their `id`.
 */
export const protocolVersion = 1;

/** Bytes of one line, in either direction. */
export const mostLineBytes = 2 ** 20;
/** Bytes of a file in one message. */
export const mostChunkBytes = 2 ** 19;
/** Requests under way at once. */
export const mostRequests = 64;
/** Files that an agent tells of at once: their names fit a line. */
export const mostHoldings = 4096;
/** Seconds after which an agent that has heard nothing takes its controller for dead. */
export const leaseSeconds = 60;

const text = z.string().check(z.maxLength(4096));
/** What an agent tells may be shown on a terminal. */
const told = z.string().check(z.maxLength(4096), z.overwrite(printable));
const count = z.int().check(z.nonnegative());
const name = z.string().check(z.regex(/^[a-z][a-z0-9-]{0,14}$/));
const milliseconds = z.int().check(z.minimum(1), z.maximum(600_000));
const seconds = z.number().check(z.nonnegative());
const device = z.string().check(z.regex(/^[a-z][a-z0-9]{0,14}$/));
const port = z.int().check(z.minimum(1), z.maximum(65_535));
const ipv4 = z.string().check(z.regex(/^\d{1,3}(\.\d{1,3}){3}$/));
const token = z.string().check(z.regex(/^[0-9a-f]{32}$/));
const program = z.enum(Object.keys(packageOf) as Program[]);
const debianPackage = z.enum(Object.values(packageOf) as Package[]);
const captureMode = z.enum(["stop-and-copy", "pre-copy", "post-copy"]);
const base64 = z.string().check(z.regex(/^[A-Za-z0-9+/]*={0,2}$/));

/** Files of one transfer, in their order, each once. */
const fileNames = z.array(fileName).check(
  z.minLength(1),
  z.maxLength(4096),
  z.refine((names) => new Set(names).size === names.length),
);

/** What is sent: a file, or a range of one, which arrives as a file of its own. */
const piece = z.union([fileName, z.strictObject({ name: fileName, offset: count, bytes: count })]);
const pieces = z.array(piece).check(z.minLength(1), z.maxLength(4096));

/** By falling number of copies, and each type in one of them at most. */
const packs = z.array(z.strictObject({ name: fileName, types: z.array(z.enum(pageTypes)) })).check(
  z.maxLength(pageTypes.length),
  z.refine((all) => new Set(all.map(({ name }) => name)).size === all.length),
  z.refine((all) => new Set(all.flatMap(({ types }) => types)).size === all.flatMap(({ types }) => types).length),
);

const pair = z.tuple([count, count]);

/** `look` changes nothing; `own` first ends what an earlier agent left, and whatever it made itself when it ends. */
export const greeting = z.strictObject({
  snapback: z.literal(protocolVersion),
  testbed: name,
  host: name,
  mode: z.enum(["look", "own"]),
  /** The machine that the controller is on, and who to name to another. */
  machine: text,
  user: text,
});
export type Greeting = z.infer<typeof greeting>;

/** What each request carries. */
export const requests = {
  ping: z.strictObject({}),
  facts: z.strictObject({}),
  qemu: z.strictObject({}),
  accelerator: z.strictObject({ accelerator: z.enum(["kvm", "tcg"]) }),
  left: z.strictObject({}),
  holdings: z.strictObject({}),
  diskSpeed: z.strictObject({ bytes: count.check(z.minimum(1), z.maximum(2 ** 30)) }),
  receive: z.strictObject({ address: ipv4, token, milliseconds }),
  send: z.strictObject({ address: ipv4, port, token, milliseconds }),
  install: z.strictObject({ packages: z.array(debianPackage).check(z.minLength(1), z.maxLength(16)) }),
  spawn: z.strictObject({ name: fileName, command: z.array(text).check(z.minLength(1), z.maxLength(256)) }),
  stop: z.strictObject({ pid: count, patience: milliseconds }),
  capture: z.strictObject({
    qmp: fileName,
    mode: captureMode,
    name: fileName,
    milliseconds,
    /** A new layer for the guest's disk, which is frozen with its memory. */
    layer: z.optional(fileName),
    /** When it was stopped for its cluster's cut, or is to be: seconds since 1970. */
    stoppedAt: z.optional(seconds),
    at: z.optional(seconds),
  }),
  /** A captured stream without the pages that an earlier record has, their contents in packs by their type; and back. */
  record: z.strictObject({
    stream: fileName,
    name: fileName,
    packs,
    base: z.nullable(fileName),
    /** Equal contents are stored once, also those of other guests in these packs, whose hashes a file lists. */
    once: z.optional(
      z.strictObject({
        list: z.nullable(fileName),
        shared: z
          .array(z.strictObject({ name: fileName, pages: count, group: count, isWriter: z.boolean() }))
          .check(z.maxLength(256)),
      }),
    ),
  }),
  /** The contents that such a record would add, as a list in a file. */
  contents: z.strictObject({ stream: fileName, name: fileName, packs, base: z.nullable(fileName) }),
  /** With the disk of the same cut, from which pages are read that were dropped. */
  rebuild: z.strictObject({
    records: z.array(fileName).check(z.minLength(1), z.maxLength(256)),
    stream: fileName,
    disk: z.optional(fileName),
  }),
  /** Drops pages from a captured stream: some are zeros in a restore, others are read from the disk again if they are there. */
  drop: z.strictObject({
    stream: fileName,
    disk: fileName,
    zeroFilled: z.array(z.enum(pageTypes)).check(z.maxLength(pageTypes.length)),
    reRead: z.array(z.enum(pageTypes)).check(z.maxLength(pageTypes.length)),
  }),
  /**
   * The stream that a restore without pages of these classes reads: they are zeros, or, with a disk, those that are found
   * on it are read from there and all others are kept.
   */
  leaveOut: z.strictObject({
    stream: fileName,
    name: fileName,
    classes: z.array(z.enum(frameClasses)).check(z.minLength(1), z.maxLength(frameClasses.length)),
    disk: z.nullable(fileName),
  }),
  clock: z.strictObject({}),
  pause: z.strictObject({ qmp: fileName }),
  goOn: z.strictObject({ qmp: fileName }),
  plug: z.strictObject({ tap: device, bridge: device }),
  ledger: z.strictObject({ stream: fileName }),
  /** What guests have in common, by captured streams of their memories. */
  similarity: z.strictObject({ streams: fileNames }),
  disk: z.strictObject({ name: fileName, on: z.union([fileName, count]) }),
  workload: z.strictObject({ port: fileName, ask: z.enum(["beat", "verify", "exercise", "hold", "go"]), milliseconds }),
  restore: z.strictObject({ qmp: fileName, name: fileName, milliseconds, run: z.boolean() }),
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
  runs: z.strictObject({ qmp: fileName, milliseconds }),
  writeFile: z.strictObject({ name: fileName, offset: count, data: base64 }),
  readFile: z.strictObject({ name: fileName, offset: count, bytes: count.check(z.maximum(mostChunkBytes)) }),
  removeFile: z.strictObject({ name: fileName }),
  sizeOf: z.strictObject({ name: fileName }),
  digestOf: z.strictObject({ name: fileName }),
  /** Makes one byte of a file wrong, as a disk may. */
  spoilByte: z.strictObject({ name: fileName, offset: count }),
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
  /** Plugs or unplugs a device of the host's network. */
  link: z.strictObject({ device, up: z.boolean() }),
  ...storeRequests,
  ...trafficRequests,
} as const;
export type Verb = keyof typeof requests;
export type Arguments<V extends Verb> = z.infer<(typeof requests)[V]>;

const processId = z.strictObject({ pid: count, start: count });
const exact = z.strictObject({});

/** What each request is answered with. */
export const results = {
  ping: exact,
  facts: z.strictObject({
    node: told,
    kernel: told,
    machine: told,
    /** Of the kernel since it was started. */
    boot: told,
    root: z.boolean(),
    /** Of Debian's release, such as `12.7`; null elsewhere. */
    debian: z.nullable(told),
    cores: count,
    memoryBytes: count,
    /** What can be had without swapping. */
    freeMemoryBytes: count,
    freeDiskBytes: count,
    folder: told,
    kvm: z.enum(["usable", "absent", "forbidden"]),
    tun: z.boolean(),
    /** The address by which OpenSSH reached it; null on this machine. */
    address: z.nullable(told),
    missing: z.array(program),
  }),
  qemu: z.strictObject({
    version: told,
    /** Why QEMU has no background snapshots here, in its words; null: it has. */
    backgroundSnapshot: z.nullable(told),
  }),
  accelerator: z.strictObject({ milliseconds: z.nullable(count), reason: z.nullable(told) }),
  left: z.strictObject({ processes: count, inUse: z.nullable(told) }),
  /** What lies among its files, what of its own runs and is mounted, and what its host's network has. */
  holdings: z.strictObject({
    files: z.array(z.string().check(z.maxLength(255), z.overwrite(printable))).check(z.maxLength(mostHoldings)),
    devices: z.array(z.string().check(z.maxLength(15), z.overwrite(printable))).check(z.maxLength(256)),
    processes: count,
    mounts: count,
  }),
  diskSpeed: z.strictObject({ bytesPerSecond: z.number() }),
  /** The first answer is the port, where one connection is awaited; what came over it follows as an event. */
  receive: z.strictObject({ port }),
  send: z.strictObject({ bytesPerSecond: z.number() }),
  install: exact,
  spawn: processId,
  stop: exact,
  capture: z.strictObject({
    mode: captureMode,
    untilCut: z.number(),
    cutAt: z.number(),
    pause: z.number(),
    duration: z.number(),
    bytes: count,
    disk: z.nullable(fileName),
  }),
  record: z.strictObject({
    kind: z.enum(["full", "incremental"]),
    frames: count,
    zero: count,
    changed: count,
    moved: count,
    added: count,
    packs: z.array(z.strictObject({ name: fileName, bytes: count })).check(z.maxLength(512)),
    logicalBytes: count,
    writtenBytes: count,
    seconds: z.number(),
    typingSeconds: z.number(),
    untyped: z.nullable(told),
  }),
  contents: z.strictObject({ contents: count }),
  /** Pages that were made up for. */
  rebuild: z.strictObject({ reRead: count, zeroFilled: count }),
  drop: z.strictObject({ zeroFilled: count, reRead: count, kept: count, untyped: z.nullable(told) }),
  /** Frames of the classes: with a content, of them left out, and with zeros. */
  leaveOut: z.strictObject({ held: count, left: count, zero: count }),
  clock: z.strictObject({ seconds: z.number() }),
  pause: z.strictObject({ stoppedAt: z.number() }),
  goOn: exact,
  plug: exact,
  ledger: z.strictObject({
    id: count,
    sequence: count,
    peers: z.array(z.strictObject({ id: count, sent: pair, received: pair })).check(z.maxLength(64)),
  }),
  similarity: z.strictObject({
    types: z
      .array(z.strictObject({ type: z.enum(pageTypes), pages: count, shared: count }))
      .check(z.maxLength(pageTypes.length)),
  }),
  disk: exact,
  workload: z.strictObject({
    beat: z.nullable(heartbeat),
    verdict: z.nullable(verdict),
    exercised: z.nullable(exercised),
  }),
  restore: exact,
  takePages: z.strictObject({ port }),
  /** Contents of pages that were sent so far, and of all there are. */
  offerPages: z.strictObject({ bytes: count, whole: count }),
  givePages: z.strictObject({
    bytes: count,
    misses: count,
    touched: z.array(count).check(z.maxLength(mostTouched)),
  }),
  hurryPages: exact,
  runs: exact,
  writeFile: exact,
  readFile: z.strictObject({ data: base64, end: z.boolean() }),
  removeFile: exact,
  sizeOf: z.strictObject({ bytes: count }),
  digestOf: z.strictObject({ digest: z.string().check(z.regex(/^[0-9a-f]{64}$/)) }),
  spoilByte: exact,
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
  link: exact,
  ...storeResults,
  ...trafficResults,
} as const satisfies Record<Verb, z.ZodMiniType>;
export type Result<V extends Verb> = z.infer<(typeof results)[V]>;

export const request = z.strictObject({
  id: count,
  verb: z.enum(Object.keys(requests) as Verb[]),
  arguments: z.record(z.string(), z.unknown()),
});

/** What an agent says: that it is there, the answer to a request, that a process of its ended, or why it ends. */
export const said = z.union([
  z.strictObject({ ready: z.literal(protocolVersion) }),
  z.strictObject({ id: count, result: z.unknown() }),
  z.strictObject({ id: count, error: told }),
  z.strictObject({ exited: count, code: z.nullable(z.int()), signal: z.nullable(told) }),
  z.strictObject({ fatal: told }),
]);
export type Said = z.infer<typeof said>;
/** A process that an agent started has ended. */
export type Exited = Extract<Said, { exited: number }>;
