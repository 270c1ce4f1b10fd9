import * as z from "zod/mini";
import { fileName } from "../agent/file-name.ts";
import { exact } from "../agent/terms.ts";
import { digest, mostManifestText } from "./point-manifest.ts";

/** Restore points of which a host tells. */
export const mostPoints = 4096;

const text = z.string().check(z.maxLength(mostManifestText));

/** What an agent is asked of the restore points on its host. */
export const storeRequests = {
  publish: z.strictObject({ text }),
  points: exact,
  manifest: z.strictObject({ name: fileName }),
  verifyPoint: z.strictObject({ name: fileName }),
  retire: z.strictObject({ name: fileName }),
  putBack: z.strictObject({ digest, name: fileName }),
} as const;

export const storeResults = {
  publish: exact,
  points: z.strictObject({ names: z.array(fileName).check(z.maxLength(mostPoints)) }),
  manifest: z.strictObject({ text }),
  /** Of each file that the manifest names, in its order. */
  verifyPoint: z.strictObject({
    states: z.array(z.enum(["whole", "wrong", "absent"])).check(z.maxLength(4096)),
  }),
  retire: exact,
  putBack: exact,
} as const;
