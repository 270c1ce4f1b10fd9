import { Duplex } from "node:stream";
import * as assert from "uvu/assert";

/** A number as QEMU writes it. */
export const number = (bytes: number, value: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, Math.max(0, bytes - 6), Math.min(bytes, 6));
  return buffer;
};

/** A part of the stream has not come as a whole. */
class Unfinished extends Error {}

/** Reads what is sent as QEMU does: answers pings, notes pages, and asks for what the guest touches. */
export class ReadingGuest extends Duplex {
  readonly pages = new Map<number, Buffer>();
  readonly order: number[] = [];
  /** Pages that had been sent when the guest ran. */
  before = -1;
  devices = "";
  isWhole = false;
  #held = Buffer.alloc(0);
  #at = 0;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#held = Buffer.concat([this.#held, chunk]);
    while (this.#at < this.#held.length) {
      const begin = this.#at;
      try {
        this.#part();
      } catch (error) {
        if (!(error instanceof Unfinished)) throw error;
        this.#at = begin;
        break;
      }
    }
    done();
  }

  touch(frame: number): void {
    const [start, bytes] = [number(8, frame * 4096), number(4, 4096)];
    const name = Buffer.from("pc.ram");
    const asked = Buffer.concat([start, bytes, Buffer.of(name.length), name]);
    this.push(Buffer.concat([number(2, 3), number(2, asked.length), asked]));
  }

  #take(bytes: number): Buffer {
    if (this.#at + bytes > this.#held.length) throw new Unfinished();
    const taken = this.#held.subarray(this.#at, this.#at + bytes);
    this.#at += bytes;
    return taken;
  }

  #part(): void {
    if (this.#at === 0) assert.is(this.#take(8).toString("latin1"), "QEVM\0\0\0\x03");
    const kind = this.#take(1)[0]!;
    if (kind === 8) {
      this.#command(this.#take(2).readUInt16BE(), this.#take(this.#take(2).readUInt16BE()));
      return;
    }
    if (kind === 0) {
      this.isWhole = true;
      this.push(Buffer.concat([number(2, 1), number(2, 4), number(4, 0)]));
      return;
    }
    assert.is(this.#take(4).readUInt32BE(), 2, "the number of the section ram");
    if (kind === 1) {
      assert.is(this.#take(12).subarray(0, 4).toString(), "\x03ram");
      this.#take(8 + 7 + 8);
    }
    const pages = this.#pages();
    assert.equal([...this.#take(5)], [0x7e, 0, 0, 0, 2]);
    for (const [frame, content] of pages) {
      assert.not(this.pages.has(frame), `frame ${frame} comes twice, which QEMU refuses`);
      this.pages.set(frame, content);
      this.order.push(frame);
    }
  }

  #pages(): (readonly [frame: number, content: Buffer])[] {
    for (const pages: (readonly [number, Buffer])[] = []; ; ) {
      const header = this.#take(8);
      const flags = header.readUInt16BE(6) & 0xfff;
      if (flags === 0x10) return pages;
      const frame = Number(header.readBigUInt64BE() >> 12n);
      if ((flags & 0x20) === 0) assert.is(this.#take(7).toString(), "\x06pc.ram");
      pages.push([frame, (flags & 2) === 0 ? Buffer.from(this.#take(4096)) : Buffer.alloc(4096, this.#take(1))]);
    }
  }

  #command(what: number, data: Buffer): void {
    if (what === 2) this.push(Buffer.concat([number(2, 2), number(2, 4), data]));
    if (what === 7) {
      this.devices = this.#take(data.readUInt32BE()).toString("latin1");
      this.before = this.pages.size;
    }
  }
}
