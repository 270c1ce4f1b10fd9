import * as z from "zod";
import { deliveries } from "../../models/cut/tcp-interruption.ts";
import { copyOrders } from "../../models/guest/copy-order.ts";
import { dirtyModels } from "../../models/guest/dirty-curve.ts";
import {
  captures,
  cutProtocols,
  faultPaths,
  overruns,
  pageTypes,
  records,
  resumes,
  rollbackPlacements,
  transferWays,
} from "../../models/scenario.ts";
import { admissionSchema } from "./admission-schema.ts";
import { experimentShape } from "./experiment-schema.ts";
import { failuresSchema, falseSuspicionSchema } from "./failures-schema.ts";
import { lawSchema } from "./law-schema.ts";
import { policySchema } from "./policy-schema.ts";
import {
  atLeastAMillisecond,
  atLeastAPage,
  bytes,
  bytesPerSecond,
  part,
  perSecond,
  positiveSeconds,
  seconds,
  secondsPerPage,
  whole,
} from "./quantity-schema.ts";
import { storageSchema } from "./storage-schema.ts";
import { trafficSchema } from "./traffic-schema.ts";
import { vmDiskSchema } from "./vm-disk-schema.ts";

const name = z.string().optional().describe("Name in reports");
const cores = whole(1, "Cores");

const disk = z.strictObject({
  name,
  capacity: z
    .union([z.literal("none"), bytes("Room")])
    .optional()
    .describe("Room for disks of VMs and for snapshots; none: there always is"),
  read: bytesPerSecond("Sequential read"),
  write: bytesPerSecond("Sequential write"),
  latency: seconds("Latency of one access"),
});

const host = z.strictObject({
  name,
  cores,
  memory: bytes("Memory for VMs"),
  disk,
  nic: bytesPerSecond("Payload of the network card in each direction"),
});

const dataCentre = z.strictObject({
  racks: whole(1, "Racks"),
  hostsPerRack: whole(1, "Hosts in each rack"),
  host,
  uplink: bytesPerSecond("A rack's uplink in each direction"),
  latency: seconds("One-way delay between two hosts"),
  store: z.strictObject({
    bandwidth: bytesPerSecond("The shared store with the disks and images of the VMs"),
    latency: seconds("Latency of the store"),
  }),
});

const interVm = z
  .strictObject({
    all: part("Pages that all VMs of an image share"),
    pair: part("Pages that VMs 2j and 2j + 1 share"),
  })
  .refine(({ all, pair }) => all + pair <= 1, { error: "all and pair are more than 1 together" });

const content = z
  .strictObject({
    zero: part("Pages of zeros"),
    selfDuplicate: part("Duplicates inside the VM"),
    interVm: z
      .union([part("Pages that all VMs of an image share"), interVm])
      .describe("Pages that VMs of an image share: all of them, or all and pairs"),
    unique: part("All others"),
  })
  .check(
    addsUpTo1("content fractions", ({ zero, selfDuplicate, interVm, unique }) => [
      zero,
      selfDuplicate,
      typeof interVm === "number" ? interVm : interVm.all + interVm.pair,
      unique,
    ]),
  );

const pageClass = z.strictObject({
  type: z.enum(pageTypes).describe("What the guest's kernel uses the pages for"),
  share: part("Part of the VM's memory"),
  writesPerGiB: perSecond("Page writes over the class, for each GiB of the VM's memory"),
  compressRatio: z.number().min(1).describe("Size over compressed size"),
  content,
});

const workload = z.strictObject({
  name,
  mix: z.string().optional().describe("Classes of pages to begin with: a name, or a CSV file of your own"),
  curve: z
    .string()
    .min(1)
    .optional()
    .describe("CSV file of distinct writes over time, measured on a guest of this memory"),
  dirtyModel: z.enum(dirtyModels).describe("Writes at random over the pages of a class, or each page once in turn"),
  workingSet: z
    .strictObject({
      share: part("Part of the VM's memory"),
      within: positiveSeconds("It is touched at an even rate in this time, stalls left out"),
      contiguity: z.number().min(1).max(512).describe("Pages that lie beside each other, and come together"),
      stability: part("Part of what was touched first the last time that is touched again"),
    })
    .describe("What a guest touches first after it was restored"),
  classes: z
    .record(z.string(), pageClass)
    .describe("Classes of pages by a name of yours")
    .check(addsUpTo1("shares of the classes", (value) => Object.values(value).map(({ share }) => share))),
});

const cluster = z.strictObject({
  count: whole(1, "Clusters of this kind that share one data centre"),
  vms: whole(1, "VMs of a cluster"),
  vm: z.strictObject({
    cores,
    memory: atLeastAPage("Memory of a VM"),
    disk: vmDiskSchema.describe("The disk that a VM writes to"),
  }),
  workload,
  intensity: z.number().min(0).max(1e6).describe("Factor on all write rates of the workload"),
  similarity: z
    .union([z.literal("workload"), part("Pages that all VMs share"), interVm])
    .describe("Part of the pages that are not zero which VMs share, of every class; workload: as its classes say"),
  similarityHalfLife: z
    .union([z.literal("none"), positiveSeconds("Half-life")])
    .describe("Time in which VMs lose half of what they have in common; none: they keep it"),
  quorum: z.union([z.literal("all"), whole(1, "VMs")]).describe("VMs that must be up for the cluster to be up"),
  placement: z
    .enum(["rollback", ...rollbackPlacements])
    .describe("Where VMs start; rollback: as they are placed in a rollback"),
  antiAffinity: z.enum(["none", "host", "rack"]).describe("What no two VMs of a cluster may share"),
  traffic: trafficSchema.describe("Messages between the VMs of a cluster"),
});

const unhurried = z.literal("none");

const snapshot = z.strictObject({
  interval: atLeastAMillisecond("Time between snapshots"),
  fullEvery: z
    .union([z.literal("none"), whole(1, "Snapshots")])
    .describe("Every so many snapshots one holds all pages; none: only the first, and those after a loss"),
  intervalFrom: z.enum(["cut", "end"]).describe("The interval runs from cut to cut, or from the end of a capture"),
  capture: z.enum(captures).describe("How a VM is captured"),
  record: z.enum(records).describe("Which pages are captured"),
  faultPath: z.enum(faultPaths).describe("Post-copy: pages that fault are saved by another thread, or by the copier"),
  order: z.enum(copyOrders).describe("Post-copy: classes mixed over the sweep, or those written most first"),
  downtimeLimit: seconds("Pre-copy: the guest is paused once its last round takes no longer"),
  maxRounds: whole(1, "Pre-copy: rounds while the guest runs, at most"),
  cut: z.enum(cutProtocols).describe("How the cuts of the VMs are made one cut of the cluster"),
  pacedWith: z.enum(["colour", "drop"]).describe("What a paced cut does with messages from beyond it"),
  clockSkew: seconds("Clocks of hosts are late by a uniform draw up to this; scheduled cuts go by them"),
  delivery: z.enum(deliveries).describe("What becomes of segments that are sent to a VM that cannot be reached"),
  maxInFlight: whole(1, "Snapshots that may await durability"),
  onOverrun: z.enum(overruns).describe("When a stage does not keep up"),
  costs: z.strictObject({
    name,
    prepare: seconds("From the command to the pause, guest running"),
    prepareSpread: z
      .union([z.literal("none"), lawSchema])
      .describe("By how much a VM is ready later than prepare says: a law, drawn for each VM and cut"),
    fixed: seconds("Pause of stop-and-copy and pre-copy beside their copy"),
    device: seconds("Device state, while paused"),
    armPerPage: secondsPerPage("Write-protecting a page, while paused"),
    fault: seconds("Stall for a fault that copies a page"),
    track: seconds("Stall for a fault that only marks a page dirty"),
    unprotectPerPage: secondsPerPage("Copier's time to unprotect a page"),
    copyRate: bytesPerSecond("The copier when alone"),
    hashRate: z.union([unhurried, bytesPerSecond("Rate")]).describe("Pages are hashed at; none: they are not"),
    compressRate: z.union([unhurried, bytesPerSecond("Rate")]).describe("Pages are compressed at; none: they are not"),
    recordRate: z
      .union([unhurried, bytesPerSecond("Rate")])
      .optional()
      .describe("Hosts make records of what was captured at, before it is copied; left out or none: at once"),
  }),
});

const rollback = z.strictObject({
  placement: z.enum(rollbackPlacements).describe("Where VMs are restored"),
  placementWeights: z
    .strictObject({
      traffic: z.number().min(0).describe("Of traffic x distance, as a part of the most that it can be"),
      bytes: z.number().min(0).describe("Of bytes moved, as a part of what unicast moves"),
    })
    .refine(({ traffic, bytes }) => traffic + bytes > 0, { error: "one of traffic and bytes must be above 0" })
    .describe("Of a joint placement"),
  spares: whole(0, "VMs of the cluster for which a placement leaves room"),
  transfer: z.enum(transferWays).describe("How pages that several hosts want come to them"),
  multicast: z
    .strictObject({
      groups: whole(1, "Groups of two hosts or more, at most: others are merged"),
      join: seconds("Joining one group; a host joins one after the other"),
    })
    .describe("Groups of a multicast"),
  packetLoss: part("Packets that are lost on their way to a host and sent again").refine((value) => value < 1, {
    error: "must be below 1: nothing would ever arrive",
  }),
  piece: atLeastAPage("What a host has received before it sends it on, in a chain, a tree or a swarm"),
  stage: z.boolean().describe("Write what arrives to the disk of its host, too, for the next rollback in place"),
  resume: z.enum(resumes).describe("When a VM may run"),
  window: part("Part of the recorded working set that is there before a VM starts by its working set"),
  background: z
    .union([z.literal("none"), bytesPerSecond("Rate")])
    .describe("What comes behind each VM that has started, at most; none: no limit"),
  admission: admissionSchema,
  planTime: seconds("Choosing the restore point and placing the VMs"),
  rebuildRate: z
    .union([unhurried, bytesPerSecond("Rate")])
    .optional()
    .describe(
      "Hosts make memories again of what has come at, before guests start that have all of it; left out or none: at once",
    ),
  resumeTime: seconds("Loading device state and starting"),
  startAfter: z
    .union([
      z.literal("none"),
      z.record(z.string().regex(/^\d+$/, "VMs have numbers, from 0"), z.array(whole(0, "Number of a VM, from 0"))),
    ])
    .describe("VMs that start after others, by their numbers; none: all start together"),
  announceTime: seconds("Telling the network"),
  coldStart: seconds("Start from the image, with progress 0"),
  unreachable: z.enum(["wait", "cold"]).describe("When no durable restore point can be reached"),
});

/** A cluster scenario as it is written, once everything has been inherited. */
export const clusterSchema = z.strictObject({
  model: z.literal("cluster"),
  ...experimentShape,
  horizon: positiveSeconds("Simulated time"),
  fidelity: z
    .enum(["auto", "full", "fast-forward"])
    .describe("Simulate every snapshot, or jump over those that repeat"),
  domains: whole(1, "Independent copies of the data centre with its clusters").max(1_000_000),
  dataCentre: dataCentre.describe("Racks, hosts, network, store"),
  cluster: cluster.describe("The virtual clusters"),
  snapshot: snapshot.describe("When and how snapshots are taken"),
  storage: storageSchema.describe("How many copies of what are stored, and where"),
  policy: policySchema.describe("Who decides when to snapshot and what to restore"),
  rollback: rollback.describe("What follows a failure"),
  detection: z
    .strictObject({
      heartbeat: positiveSeconds("Time between heartbeats"),
      timeout: positiveSeconds("Silence that means failure"),
      falseSuspicion: falseSuspicionSchema.describe("Healthy VMs that are taken for dead, and fenced"),
      corruption: lawSchema.describe("Time until it is noticed that a guest goes on with wrong data: a law"),
    })
    .describe("How failures are found"),
  failures: failuresSchema.describe("What fails, and when"),
  pauseTolerance: seconds("Pauses of the whole cluster up to this long count as up"),
});

export type ClusterFile = z.output<typeof clusterSchema>;

function addsUpTo1<T>(what: string, parts: (value: T) => readonly number[]): z.core.CheckFn<T> {
  return (context) => {
    const sum = parts(context.value).reduce((total, one) => total + one, 0);
    if (Math.abs(sum - 1) > 1e-9) {
      const message = `${what} must add up to 1, these add up to ${Number(sum.toPrecision(10))}`;
      context.issues.push({ code: "custom", message, input: context.value });
    }
  };
}
