import { basename } from "node:path";
import * as z from "zod/mini";
import type { QmpClient } from "../qmp/client.ts";
import { TestbedError } from "../testbed-error.ts";

const quick = 10_000;

const blocks = z.array(
  z.object({
    qdev: z.optional(z.string()),
    inserted: z.optional(z.object({ file: z.string(), "node-name": z.string() })),
  }),
);

/** The image that the guest's disk is written to now, and QEMU's name of it. */
interface TopLayer {
  readonly file: string;
  readonly node: string;
}

const topLayer = async (qmp: QmpClient): Promise<TopLayer> => {
  const told = blocks.safeParse(await qmp.execute("query-block", {}, quick));
  if (!told.success) throw new TestbedError("QEMU tells of its disks in a way that is not known");
  const found = told.data.find(({ qdev }) => qdev?.includes("disk-device") === true)?.inserted;
  if (found === undefined) throw new TestbedError("this guest has no disk to be cut; its machine names none");
  return { file: found.file, node: found["node-name"] };
};

/**
 * Freezes the disk of a guest that stands still: what it writes from now on goes to a new qcow2 layer.
 *
 * @param layer path of the new layer
 * @returns name of the file that is the disk as it is now, with the layers below it
 * @throws TestbedError with QEMU's reason
 */
export const freezeDisk = async (qmp: QmpClient, layer: string): Promise<string> => {
  const top = await topLayer(qmp);
  const given = { "node-name": top.node, "snapshot-file": layer, "snapshot-node-name": nodeOf(layer), format: "qcow2" };
  await qmp.execute("blockdev-snapshot-sync", given, quick);
  return basename(top.file);
};

/** QEMU's names of nodes have at most 31 characters, of which these are some. */
const nodeOf = (layer: string): string => {
  const name = `n${basename(layer).replace(/[^A-Za-z0-9]/g, "-")}`;
  if (name.length > 31) throw new TestbedError(`${basename(layer)}: a layer's name has at most 30 characters`);
  return name;
};
