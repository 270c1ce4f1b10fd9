/** A file of an archive; folders around it are made. */
export interface ArchivedFile {
  /** Without a slash in front. */
  readonly path: string;
  readonly data: Uint8Array;
  readonly executable?: boolean;
}

const folder = 0o040755;
const regular = 0o100644;
const executableFile = 0o100755;

/**
 * An archive that Linux unpacks as its first file system: cpio's format "newc" (Documentation/driver-api/early-userspace/
 * buffer-format.rst of the kernel). Times and owners are 0, so the same files make the same bytes.
 */
export const cpio = (files: readonly ArchivedFile[]): Buffer => {
  const parts: Buffer[] = [];
  let inode = 0;
  const add = (path: string, mode: number, data: Uint8Array): void => {
    const name = Buffer.from(`${path}\0`);
    const fields = [++inode, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length, 0];
    const header = `070701${fields.map((one) => one.toString(16).padStart(8, "0")).join("")}`;
    parts.push(padded(Buffer.concat([Buffer.from(header), name])), padded(Buffer.from(data)));
  };
  for (const path of foldersOf(files)) add(path, folder, new Uint8Array());
  for (const { path, data, executable } of files) add(path, executable === true ? executableFile : regular, data);
  inode = -1;
  add("TRAILER!!!", 0, new Uint8Array());
  return Buffer.concat(parts);
};

const padded = (data: Buffer): Buffer => Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);

/** Every folder on the way to a file, the outer ones first. */
const foldersOf = (files: readonly ArchivedFile[]): readonly string[] => {
  const folders = new Set<string>();
  for (const { path } of files) {
    const names = path.split("/").slice(0, -1);
    for (let depth = 1; depth <= names.length; depth++) folders.add(names.slice(0, depth).join("/"));
  }
  return [...folders].toSorted();
};
