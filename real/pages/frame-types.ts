import { pageTypes } from "../../models/scenario.ts";
import { classifiedBy } from "./classified-frames.ts";
import type { MemoryImage } from "./memory-image.ts";
import { frameClasses, pageTypeOf } from "./page-classes.ts";

import type { VmCoreInfo } from "./vmcoreinfo.ts";

const typeOfClass = Uint8Array.from(frameClasses, (name) => pageTypes.indexOf(pageTypeOf[name]));

/**
 * The page type of each frame of a Linux guest, in the order of the image's regions.
 *
 * @param notes that were found in it
 * @returns indices into `pageTypes`
 * @throws MemoryImageError if none of the notes leads to a memory map
 */
export const frameTypes = (image: MemoryImage, notes: readonly VmCoreInfo[]): Uint8Array =>
  classifiedBy(image, notes).classes.map((one) => typeOfClass[one]!);
