import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { withImage } from "../../real/pages/open-image.ts";
import { SeenContents } from "../../real/pages/seen-contents.ts";
import { type Survey, survey } from "../../real/pages/survey.ts";

/** Surveys contents as files of a folder. */
export const surveying = (folder: string) => {
  const surveyed = (content: Uint8Array, machine = 0, seen = new SeenContents()): Survey => {
    const path = join(folder, "image");
    writeFileSync(path, content);
    return withImage(path, (image) => survey(image, machine, seen));
  };
  /** Frames of the classes that a test's own pages are in; all others are the kernel's. */
  const counts = (content: Uint8Array): Record<string, number> =>
    Object.fromEntries(
      surveyed(content)
        .classes.filter((one) => one.class !== "kernel" && one.frames > 0)
        .map((one) => [one.class, one.frames]),
    );
  return { surveyed, counts };
};

/** Frames of each class, when there are one of each kind of page, a free block of four and an anonymous compound page of three. */
export const countsOfMixed = {
  free: 4,
  "cache-clean": 2,
  "cache-dirty": 1,
  "cache-private-clean": 1,
  "cache-private-dirty": 1,
  anonymous: 3,
  "anonymous-locked": 1,
  slab: 1,
};
