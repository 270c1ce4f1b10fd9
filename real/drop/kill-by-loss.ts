import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { withImage } from "../pages/open-image.ts";
import { type ImageChange, type KillingLoss, killingLoss } from "./killing-loss.ts";

/**
 * What the loss of pages of a captured stream comes to; the stream stays as it is.
 *
 * @param lost pages of the image, counted from the begin of RAM
 * @throws MemoryImageError if the stream is none, or not that of a Linux guest
 */
export const killingLossOf = (stream: string, lost: Iterable<number>): KillingLoss =>
  withImage(stream, (image) => killingLoss(image, lost));

/** Changes a stream in its place. One that could not be changed as a whole is not to be restored. */
export const makeChanges = (stream: string, changes: readonly ImageChange[]): void => {
  const file = openSync(stream, "r+");
  try {
    for (const { at, bytes } of changes)
      for (let put = 0; put < bytes.length; ) put += writeSync(file, bytes, put, bytes.length - put, at + put);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};
