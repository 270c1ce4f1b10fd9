import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { writeAtomically } from "./atomic-file.ts";

/** One column of a table: all of one kind, null where a row has none. */
export interface Column {
  readonly name: string;
  readonly kind: "text" | "whole" | "number";
  readonly data: readonly (string | number | null)[];
}

/** A table as it is read: rows of the columns that were asked for. */
export type Row = { readonly [column: string]: string | number | null };

/** A file that is no whole Parquet table, as when it was cut short. */
export class BrokenTable extends Error {
  override readonly name = "BrokenTable";
}

/** Writes a table with its provenance, atomically. Numbers that are not whole are split by bytes, which packs them best. */
export const writeTable = (
  path: string,
  columns: readonly Column[],
  provenance: { readonly [key: string]: string },
): void => {
  const buffer = parquetWriteBuffer({
    columnData: columns.map(sourceOf),
    kvMetadata: Object.entries(provenance).map(([key, value]) => ({ key, value })),
    createdBy: "snapback",
  });
  writeAtomically(path, new Uint8Array(buffer));
};

const sourceOf = ({ name, kind, data }: Column): ColumnSource => {
  if (kind === "text") return { name, data: [...data], type: "STRING", nullable: true };
  if (kind === "whole") return { name, data: [...data], type: "INT32", nullable: true };
  return { name, data: [...data], type: "DOUBLE", nullable: true, encoding: "BYTE_STREAM_SPLIT", statistics: false };
};

/**
 * The provenance and the number of rows of a table, from the end of its file alone.
 *
 * @throws BrokenTable
 */
export const readProvenance = (
  path: string,
): { readonly rows: number; readonly provenance: ReadonlyMap<string, string> } =>
  unbroken(path, () => {
    const { num_rows, key_value_metadata = [] } = parquetMetadata(footerOf(path));
    return {
      rows: Number(num_rows),
      provenance: new Map(key_value_metadata.map(({ key, value }) => [key, value ?? ""])),
    };
  });

/**
 * The rows of a table, all columns or some.
 *
 * @throws BrokenTable
 */
export const readTable = async (path: string, columns?: readonly string[]): Promise<Row[]> => {
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  try {
    return (await parquetReadObjects({ file, ...(columns === undefined ? {} : { columns: [...columns] }) })) as Row[];
  } catch (error) {
    throw new BrokenTable(`${path} is no whole Parquet table: ${(error as Error).message}`);
  }
};

/** The footer with its length and its magic number, as if it were the whole file. */
const footerOf = (path: string): ArrayBuffer => {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const read = (length: number): Buffer => {
      const buffer = Buffer.alloc(length);
      readSync(file, buffer, 0, length, size - length);
      return buffer;
    };
    const tail = size < 12 ? Buffer.alloc(8) : read(8);
    if (tail.toString("latin1", 4) !== "PAR1") throw new Error("it does not end like one");
    const length = Math.min(size, tail.readUInt32LE(0) + 8);
    const footer = read(length);
    return footer.buffer.slice(footer.byteOffset, footer.byteOffset + length) as ArrayBuffer;
  } finally {
    closeSync(file);
  }
};

const unbroken = <T>(path: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw new BrokenTable(`${path} is no whole Parquet table: ${(error as Error).message}`);
  }
};
