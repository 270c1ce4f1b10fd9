import * as z from "zod";
import { deduplications } from "../../models/guest/content.ts";
import { compressions, expiredWays, onFullWays, repairOrders, restoreReadWays } from "../../models/scenario.ts";
import { placementSchema } from "./placement-schema.ts";
import { atLeastAPage, bytesPerSecond, positiveSeconds, seconds, whole } from "./quantity-schema.ts";
import { diskStorageSchema } from "./vm-disk-schema.ts";

const onLoss = z.enum(["zero-fill", "re-read", "kill-process", "fail"]).describe("When all copies are lost");

const copies = z
  .union([z.enum(["drop", "full"]), whole(0, "Copies")])
  .describe("Copies; full: storage.copies, drop: the class is not stored");

const erasure = z.strictObject({
  data: whole(1, "Fragments of data"),
  parity: whole(1, "Fragments of parity"),
});

const group = z.strictObject({
  size: whole(2, "Hosts of a group"),
  parity: whole(1, "Hosts of it that may be lost"),
});

/** How one page type is stored: just one of copies, erasure and group. */
const classStorage = z
  .strictObject({
    copies: copies.optional(),
    erasure: erasure.optional().describe("Reed–Solomon code, instead of copies: any `data` fragments are enough"),
    group: group.optional().describe("Each host keeps what it captured, and parity over the others of its group"),
    onLoss,
  })
  .check((context) => {
    const { copies, erasure, group } = context.value;
    if ([copies, erasure, group].filter((one) => one !== undefined).length !== 1)
      context.issues.push({
        code: "custom",
        message: "give just one of copies, erasure and group",
        input: context.value,
      });
  });

/** How snapshots are stored. */
export const storageSchema = z.strictObject({
  policy: z.strictObject({
    name: z.string().optional().describe("Name in reports"),
    free: classStorage,
    cacheClean: classStorage,
    cacheDirty: classStorage,
    anonymous: classStorage,
    kernel: classStorage,
    dropZero: z.boolean().describe("Pages of zeros are not stored in any class"),
  }),
  copies: whole(1, "Copies of a class that is stored in full"),
  deduplication: z
    .enum(deduplications)
    .describe("Duplicates that are stored once: inside a VM, between VMs of a host, of all hosts"),
  deduplicateVersions: z
    .boolean()
    .describe("A version refers to pages that earlier ones have stored, also when all of them are captured"),
  compression: z.enum(compressions).describe("Pages are stored and sent as small as their classes compress"),
  disk: diskStorageSchema.describe("Layers of the VMs' disks"),
  checksums: z.boolean().describe("Reads are verified: what is wrong is read elsewhere, and repaired"),
  scrub: z
    .union([z.literal("none"), positiveSeconds("Time")])
    .describe("Every copy is read and verified once in this time"),
  placement: placementSchema,
  chunk: atLeastAPage("Copies are placed chunk by chunk"),
  onFull: z
    .enum(onFullWays)
    .describe("When a disk has no room for the next snapshot: none is taken, or the oldest go early"),
  keep: whole(1, "Restore points that are kept, unless retention says which"),
  retention: z
    .union([
      z.literal("none"),
      z.strictObject({
        keepAll: positiveSeconds("All restore points are kept for so long"),
        older: z
          .array(
            z.strictObject({
              every: positiveSeconds("One restore point in each"),
              for: positiveSeconds("For so long"),
            }),
          )
          .describe("Older ones: coarser and coarser"),
      }),
    ])
    .describe("Which restore points are kept, by their age; it takes the place of keep"),
  expired: z
    .enum(expiredWays)
    .describe("What is kept no longer is merged into what builds on it, or stays with its chain"),
  restoreReads: z
    .enum(restoreReadWays)
    .describe("A restore reads the newest version of each page, or all versions of the chain one upon the other"),
  repairDelay: seconds("From the loss of a copy to the start of its repair"),
  repairRate: z
    .union([z.literal("none"), bytesPerSecond("Rate")])
    .describe("What all repairs together write on one host, at most; none: as fast as disks and links allow"),
  repairOrder: z
    .enum(repairOrders)
    .describe("Repairs run side by side, or those of chunks that are most at risk first"),
});
