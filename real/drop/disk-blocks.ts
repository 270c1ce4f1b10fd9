import { execFile } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { readAt } from "../capture/read-at.ts";
import { TestbedError } from "../testbed-error.ts";

/** Bytes of a guest's disk that lie in one piece in one of its layers. */
export interface DiskExtent {
  /** Where they begin on the disk, and in the file. */
  readonly start: number;
  readonly at: number;
  readonly bytes: number;
  readonly file: string;
}

const line = /^(0x[0-9a-f]+|0)\s+(0x[0-9a-f]+|0)\s+(0x[0-9a-f]+|0)\s+(\S.*)$/;

/** What `qemu-img map` prints of a disk: a head, and an extent a line. @throws TestbedError for anything else */
export const extentsIn = (printed: string, folder: string): DiskExtent[] => {
  const [head, ...lines] = printed.trimEnd().split("\n");
  if (head === undefined || !/^Offset\s+Length\s+Mapped to\s+File$/.test(head))
    throw new TestbedError("qemu-img tells of a disk in a way that is not known");
  return lines.map((text) => {
    const found = line.exec(text);
    const [start, bytes, at] = [1, 2, 3].map((part) => Number(found?.[part]));
    if (found === null || ![start, bytes, at].every(Number.isSafeInteger))
      throw new TestbedError("qemu-img tells of a disk in a way that is not known");
    return { start: start!, bytes: bytes!, at: at!, file: resolve(folder, found[4]!) };
  });
};

/**
 * What a disk holds, in whichever of its qcow2 layers; of the rest there are only zeros. Whoever writes to a layer is not kept
 * from it: only those of a cut are to be asked for.
 *
 * @param file of the uppermost layer, in `folder`
 * @throws TestbedError with the reason of `qemu-img`, such as a cluster that is compressed
 */
export const diskExtents = async (folder: string, file: string, env: NodeJS.ProcessEnv): Promise<DiskExtent[]> => {
  const options = { cwd: folder, env, timeout: 60_000, maxBuffer: 2 ** 28 };
  const told = await promisify(execFile)("qemu-img", ["map", "-U", "-f", "qcow2", file], options).catch(
    (error: { stderr?: string; message: string }) => {
      throw new TestbedError(
        `${file}: its blocks are not told: ${(error.stderr || error.message).trim().slice(0, 300)}`,
      );
    },
  );
  return extentsIn(told.stdout, folder);
};

/** Reads a guest's disk from outside, by the guest's own offsets. */
export class DiskBlocks {
  readonly extents: readonly DiskExtent[];
  readonly #files = new Map<string, number>();

  /** @param extents as they are told of it */
  constructor(extents: readonly DiskExtent[]) {
    this.extents = extents.toSorted((one, other) => one.start - other.start);
  }

  /** Bytes that lie within one extent. @throws TestbedError if they do not, or the file has ended */
  read(start: number, bytes: number): Buffer {
    const extent = this.#extentOf(start);
    if (extent === undefined || start + bytes > extent.start + extent.bytes)
      throw new TestbedError(`the disk has nothing at ${start}, or not in one piece`);
    return readAt(this.#open(extent.file), extent.at + start - extent.start, bytes);
  }

  close(): void {
    for (const descriptor of this.#files.values()) closeSync(descriptor);
    this.#files.clear();
  }

  /** The last that begins at or before an offset. */
  #extentOf(start: number): DiskExtent | undefined {
    let [low, high] = [0, this.extents.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.extents[middle]!.start <= start) low = middle + 1;
      else high = middle;
    }
    return this.extents[low - 1];
  }

  #open(file: string): number {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const descriptor = openSync(file, "r");
    this.#files.set(file, descriptor);
    return descriptor;
  }
}
