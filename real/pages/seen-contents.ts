import { fingerprintWords, PageContents } from "./page-contents.ts";

const windowBytes = 256 * 1024;
/** Words of an entry: the fingerprint, where the search for it begins, and one more than the machine that had it last. */
const entryWords = fingerprintWords + 2;
const [hashAt, machineAt] = [fingerprintWords, fingerprintWords + 1];

/** Contents that were seen, and in which machine last: an open-addressed table of 32 bytes an entry. */
export class SeenContents {
  /** Its key is that of all fingerprints in the table. */
  readonly contents = new PageContents(windowBytes);
  #entries = new Int32Array(entryWords << 12);
  #capacity = 1 << 12;
  #count = 0;

  /** Makes room for so many contents more. */
  reserve(contents: number): void {
    let capacity = this.#capacity;
    while (3 * capacity <= 4 * (this.#count + contents)) capacity *= 2;
    if (capacity > this.#capacity) this.#grow(capacity);
  }

  /** Enters the content of a page in the window of `contents`; says whether this machine had it before, else whether another had. */
  enter(at: number, machine: number): "new" | "inside" | "across" {
    return this.add(this.contents.take(at), this.contents.fingerprint, machine);
  }

  /** @param hash where the search begins, the same for the same fingerprint */
  add(hash: number, fingerprint: Int32Array, machine: number): "new" | "inside" | "across" {
    if (3 * this.#capacity <= 4 * this.#count) this.#grow(2 * this.#capacity);
    const entry = this.#find(hash, fingerprint, 0);
    const last = this.#entries[entry + machineAt]!;
    this.#entries[entry + machineAt] = machine + 1;
    if (last !== 0) return last === machine + 1 ? "inside" : "across";
    for (let i = 0; i < fingerprintWords; i++) this.#entries[entry + i] = fingerprint[i]!;
    this.#entries[entry + hashAt] = hash;
    this.#count++;
    return "new";
  }

  /** Where the entry of the fingerprint that stands at a place of `words` is, or would be. */
  #find(hash: number, words: Int32Array, place: number): number {
    const [entries, mask] = [this.#entries, this.#capacity - 1];
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = entryWords * slot;
      if (entries[entry + machineAt] === 0) return entry;
      let same = 0;
      while (same < fingerprintWords && entries[entry + same] === words[place + same]) same++;
      if (same === fingerprintWords) return entry;
    }
  }

  #grow(capacity: number): void {
    const old = this.#entries;
    this.#entries = new Int32Array(entryWords * capacity);
    this.#capacity = capacity;
    for (let from = 0; from < old.length; from += entryWords) {
      if (old[from + machineAt] === 0) continue;
      const to = this.#find(old[from + hashAt]!, old, from);
      for (let i = 0; i < entryWords; i++) this.#entries[to + i] = old[from + i]!;
    }
  }
}
