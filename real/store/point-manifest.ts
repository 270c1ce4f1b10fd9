import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { fileName } from "../agent/file-name.ts";
import { TestbedError } from "../testbed-error.ts";

/** Characters of a manifest: one fits a line between controller and agent. */
export const mostManifestText = 2 ** 19;

/** SHA-256 of a content. */
export const digest = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const count = z.int().check(z.nonnegative());
const text = z.string().check(z.maxLength(200));
const names = z.array(fileName).check(z.maxLength(2048));

const schema = z.strictObject({
  snapback: z.literal(3),
  /** The run that it is of, and its number there; with them its name. */
  run: z.string().check(z.regex(/^[0-9a-f]{12}$/)),
  number: count,
  cluster: text,
  /** Seconds since 1970. */
  cutAt: z.number(),
  /**
   * Each with the records of its memory, from a full one on, the packs of its pages, of those the ones that it can do without, and
   * the layers of its disk.
   */
  parts: z
    .array(
      z.strictObject({ vm: text, records: names.check(z.minLength(1)), packs: names, losable: names, disks: names }),
    )
    .check(z.minLength(1), z.maxLength(64)),
  /** Every file of the parts: bytes, and the SHA-256 of its content. */
  files: z.array(z.strictObject({ name: fileName, bytes: count, digest })).check(z.maxLength(4096)),
});

/** What a restore point consists of. It lies on every host that holds some of it. */
export type PointManifest = z.infer<typeof schema>;

/** All that one VM of it is restored from. */
export const filesOfPart = ({ records, packs, disks }: PointManifest["parts"][number]): readonly string[] => [
  ...records,
  ...packs,
  ...disks,
];

const ending = ".point";
const nameShape = /^[0-9a-f]{12}-\d{1,9}\.point$/;

/** The name of its file, which no other restore point has. */
export const manifestName = ({ run, number }: Pick<PointManifest, "run" | "number">): string =>
  `${run}-${number}${ending}`;
export const isManifestName = (name: string): boolean => nameShape.test(name);

const sealOf = (line: string): string => createHash("sha256").update(line).digest("hex");

/** Its text: JSON in one line, and the SHA-256 of that in another. */
export const manifestText = (manifest: PointManifest): string => {
  const line = JSON.stringify(manifest);
  return `${line}\n${sealOf(line)}\n`;
};

/**
 * Reads a manifest.
 *
 * @param where for errors
 * @throws TestbedError if it was cut off or altered, or lacks a file of its own parts
 */
export const parseManifest = (content: string, where: string): PointManifest => {
  const fault = (what: string): TestbedError =>
    new TestbedError(`${where}: ${what}; it is no manifest of a restore point, or was altered or cut off`);
  if (content.length > mostManifestText) throw fault(`it has more than ${mostManifestText} characters`);
  const [line, seal, rest, ...more] = content.split("\n");
  if (seal !== sealOf(line!) || rest !== "" || more.length > 0) throw fault("its seal is another");
  const manifest = parsed(line!);
  if (manifest === undefined) throw fault("its content is none");
  const files = new Set(manifest.files.map(({ name }) => name));
  if (files.size !== manifest.files.length) throw fault("a file is in it twice");
  const missing = manifest.parts.flatMap(filesOfPart).find((one) => !files.has(one));
  if (missing !== undefined) throw fault(`it says nothing of ${missing}`);
  if (!manifest.parts.every(({ packs, losable }) => losable.every((name) => packs.includes(name))))
    throw fault("something else than a pack may be lost");
  return manifest;
};

const parsed = (line: string): PointManifest | undefined => {
  try {
    return schema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
};
