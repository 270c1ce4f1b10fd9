import * as z from "zod/mini";
import { captureRequests, captureResults } from "../capture/capture-verbs.ts";
import { exercised, heartbeat, verdict } from "../guest/guest-port.ts";
import { printable } from "../printable.ts";
import { storeRequests, storeResults } from "../store/store-verbs.ts";
import { trafficRequests, trafficResults } from "../traffic/traffic-verbs.ts";
import { fileName } from "./file-name.ts";
import { type Package, type Program, packageOf } from "./programs.ts";
import { count, exact, ipv4, milliseconds, port, text, token, told } from "./terms.ts";
import { transferRequests, transferResults } from "./transfer-verbs.ts";

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

const name = z.string().check(z.regex(/^[a-z][a-z0-9-]{0,14}$/));
const device = z.string().check(z.regex(/^[a-z][a-z0-9]{0,14}$/));
const program = z.enum(Object.keys(packageOf) as Program[]);
const debianPackage = z.enum(Object.values(packageOf) as Package[]);
/** Bytes per second. */
const rate = z.number().check(z.minimum(1));
const base64 = z.string().check(z.regex(/^[A-Za-z0-9+/]*={0,2}$/));

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
  clock: z.strictObject({}),
  pause: z.strictObject({ qmp: fileName }),
  goOn: z.strictObject({ qmp: fileName }),
  plug: z.strictObject({ tap: device, bridge: device }),
  disk: z.strictObject({ name: fileName, on: z.union([fileName, count]) }),
  workload: z.strictObject({ port: fileName, ask: z.enum(["beat", "verify", "exercise", "hold", "go"]), milliseconds }),
  restore: z.strictObject({ qmp: fileName, name: fileName, milliseconds, run: z.boolean() }),
  runs: z.strictObject({ qmp: fileName, milliseconds }),
  writeFile: z.strictObject({ name: fileName, offset: count, data: base64 }),
  readFile: z.strictObject({ name: fileName, offset: count, bytes: count.check(z.maximum(mostChunkBytes)) }),
  removeFile: z.strictObject({ name: fileName }),
  sizeOf: z.strictObject({ name: fileName }),
  digestOf: z.strictObject({ name: fileName }),
  /** Makes one byte of a file wrong, as a disk may. */
  spoilByte: z.strictObject({ name: fileName, offset: count }),
  /** What its host's disk reads and writes of files of snapshots passes no faster than at these rates; null: as fast as it can. */
  slowDisk: z.strictObject({ rates: z.nullable(z.strictObject({ read: rate, write: rate })) }),
  /** Plugs or unplugs a device of the host's network. */
  link: z.strictObject({ device, up: z.boolean() }),
  ...captureRequests,
  ...transferRequests,
  ...storeRequests,
  ...trafficRequests,
} as const;
export type Verb = keyof typeof requests;
export type Arguments<V extends Verb> = z.infer<(typeof requests)[V]>;

const processId = z.strictObject({ pid: count, start: count });

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
  clock: z.strictObject({ seconds: z.number() }),
  pause: z.strictObject({ stoppedAt: z.number() }),
  goOn: exact,
  plug: exact,
  disk: exact,
  workload: z.strictObject({
    beat: z.nullable(heartbeat),
    verdict: z.nullable(verdict),
    exercised: z.nullable(exercised),
  }),
  restore: exact,
  runs: exact,
  writeFile: exact,
  readFile: z.strictObject({ data: base64, end: z.boolean() }),
  removeFile: exact,
  sizeOf: z.strictObject({ bytes: count }),
  digestOf: z.strictObject({ digest: z.string().check(z.regex(/^[0-9a-f]{64}$/)) }),
  spoilByte: exact,
  slowDisk: exact,
  link: exact,
  ...captureResults,
  ...transferResults,
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
