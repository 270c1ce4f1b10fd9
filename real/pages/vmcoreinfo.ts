import { MemoryImageError } from "./image-error.ts";
import { frameSize } from "./memory-image.ts";

/** What a Linux kernel says of itself in its VMCOREINFO note. */
export class VmCoreInfo {
  readonly #values: ReadonlyMap<string, string>;
  readonly #where: string;

  /** @param where the file and frame, for errors */
  constructor(text: string, where: string) {
    this.#values = new Map(
      text.split("\n").flatMap((line): [string, string][] => {
        const at = line.indexOf("=");
        return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
      }),
    );
    this.#where = where;
  }

  get release(): string {
    return this.#values.get("OSRELEASE") ?? "";
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** A decimal number, such as `OFFSET(page.flags)` in bytes; `otherwise` where the note does not say. */
  number(key: string, otherwise?: number): number {
    const text = this.#values.get(key);
    if (text === undefined && otherwise !== undefined) return otherwise;
    const value = /^-?\d{1,20}$/.test(text ?? "") ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(value)) throw this.error(`${key} is ${text ?? "missing"}; expected a whole number`);
    return value;
  }

  /** A number within a range. */
  within(key: string, least: number, most: number, otherwise?: number): number {
    const value = this.number(key, otherwise);
    if (value < least || value > most) throw this.error(`${key} is ${value}; expected ${least} to ${most}`);
    return value;
  }

  /** A virtual address, of a symbol. */
  symbol(name: string): bigint {
    const text = this.#values.get(`SYMBOL(${name})`) ?? "";
    if (!/^[0-9a-f]{1,16}$/i.test(text))
      throw this.error(`SYMBOL(${name}) is ${text || "missing"}; expected an address`);
    return BigInt(`0x${text}`);
  }

  error(message: string): MemoryImageError {
    return new MemoryImageError(`${this.#where}: VMCOREINFO: ${message}`);
  }
}

const beginning = Buffer.from("OSRELEASE=");
const firstWord = beginning.readUInt32LE();
/** The page cache may hold notes of files or of dumps beside the kernel's own; so many are tried. */
export const mostNotes = 16;

/** Makes the note that a frame begins with, given where it is; undefined if it begins with none. Linux keeps the text at the begin of a frame. */
export const noteAt = (window: Buffer, start: number): ((where: string) => VmCoreInfo) | undefined => {
  if (window.readUInt32LE(start) !== firstWord) return undefined;
  const content = window.subarray(start, start + frameSize);
  if (beginning.compare(content, 0, beginning.length) !== 0) return undefined;
  const end = content.indexOf(0);
  return (where) => new VmCoreInfo(content.toString("latin1", 0, end < 0 ? frameSize : end), where);
};
