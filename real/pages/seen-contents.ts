/**
 * Contents that were seen, by 64 bits of their hash, and in which machine last: an open-addressed table of 12 bytes an
 * entry. Among a million different pages, two share these bits with a probability of 3e-8.
 */
export class SeenContents {
  #keys = new Uint32Array(2 << 12);
  #machines = new Int32Array(1 << 12);
  #count = 0;

  /** Enters a content; says whether this machine had it before, else whether another had. */
  enter(low: number, high: number, machine: number): "new" | "inside" | "across" {
    if (2 * this.#count >= this.#machines.length) this.#grow();
    const slot = this.#slot(low, high);
    const last = this.#machines[slot]!;
    this.#keys[2 * slot] = low;
    this.#keys[2 * slot + 1] = high;
    this.#machines[slot] = machine + 1;
    if (last === 0) this.#count++;
    return last === 0 ? "new" : last === machine + 1 ? "inside" : "across";
  }

  #slot(low: number, high: number): number {
    const mask = this.#machines.length - 1;
    let slot = low & mask;
    while (this.#machines[slot] !== 0 && (this.#keys[2 * slot] !== low || this.#keys[2 * slot + 1] !== high))
      slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [keys, machines] = [this.#keys, this.#machines];
    this.#keys = new Uint32Array(2 * keys.length);
    this.#machines = new Int32Array(2 * machines.length);
    for (let i = 0; i < machines.length; i++) {
      if (machines[i] === 0) continue;
      const slot = this.#slot(keys[2 * i]!, keys[2 * i + 1]!);
      this.#keys[2 * slot] = keys[2 * i]!;
      this.#keys[2 * slot + 1] = keys[2 * i + 1]!;
      this.#machines[slot] = machines[i]!;
    }
  }
}
