import * as z from "zod";
import { atLeastAPage, bytesPerSecondOrNone, whole } from "./quantity-schema.ts";

/** The disk that a VM writes to. */
export const vmDiskSchema = z.union([
  z.literal("none"),
  z.strictObject({
    name: z.string().optional().describe("Name in reports"),
    bytes: atLeastAPage("Blocks that the guest writes to; all others are those of its image on the store"),
    writeRate: bytesPerSecondOrNone("What the guest writes while it works, in whole blocks"),
    on: z.enum(["local", "store"]).describe("On its host, with which it is lost, or on the shared store"),
  }),
]);

/** How layers of disks are stored. */
export const diskStorageSchema = z.strictObject({
  copies: z
    .union([z.literal("full"), whole(1, "Copies")])
    .describe("Copies of a local disk's layers on other hosts; full: storage.copies"),
  block: atLeastAPage("What a layer holds or leaves to the one below as a whole"),
});
