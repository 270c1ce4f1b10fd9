/** Things in one block: moving that many is cheaper than anything more clever. */
const BLOCK = 1024;

/**
 * A line of things in the order in which they are served. It is kept in blocks, so that a hundred thousand can stand in
 * it and be served, overtaken and withdrawn without moving all the others each time.
 */
export class Line<T> {
  /** Number of things in the line. */
  length = 0;
  private readonly blocks: T[][] = [[]];
  private readonly precedes: (a: T, b: T) => boolean;
  private flat: readonly T[] | null = null;

  /** @param precedes tells whether `a` is served before `b`; among equals the first to come is first. */
  constructor(precedes: (a: T, b: T) => boolean) {
    this.precedes = precedes;
  }

  /** The things in their order. */
  get view(): readonly T[] {
    if (this.blocks.length === 1) return this.blocks[0]!;
    this.flat ??= this.blocks.flat();
    return this.flat;
  }

  /** The first thing; undefined if the line is empty. */
  get first(): T | undefined {
    return this.blocks[0]![0];
  }

  insert(thing: T): void {
    this.flat = null;
    this.length++;
    const last = this.blocks[this.blocks.length - 1]!;
    if (last.length > 0 && this.precedes(thing, last[last.length - 1]!)) this.overtake(thing);
    else if (last.length < BLOCK) last.push(thing);
    else this.blocks.push([thing]);
  }

  /** Takes the first out; the line must not be empty. */
  shift(): T {
    this.flat = null;
    this.length--;
    const first = this.blocks[0]!;
    const thing = first.shift() as T;
    if (first.length === 0 && this.blocks.length > 1) this.blocks.shift();
    return thing;
  }

  /** Takes out the one that is at `place`. */
  take(place: number): T {
    let at = place;
    let number = 0;
    while (at >= this.blocks[number]!.length) at -= this.blocks[number++]!.length;
    return this.takeFrom(number, at);
  }

  /** Takes `thing` out if it is there. */
  remove(thing: T): void {
    // Everything before the first block whose last thing does not precede `thing` is served before it.
    let number = firstOf(this.blocks, (block) => block.length === 0 || !this.precedes(block[block.length - 1]!, thing));
    for (; number < this.blocks.length; number++) {
      const at = this.blocks[number]!.indexOf(thing);
      if (at >= 0) {
        this.takeFrom(number, at);
        return;
      }
    }
  }

  /** Inserts before the first thing that is served after it. */
  private overtake(thing: T): void {
    const number = firstOf(this.blocks, (block) => this.precedes(thing, block[block.length - 1]!));
    const block = this.blocks[number]!;
    block.splice(
      firstOf(block, (other) => this.precedes(thing, other)),
      0,
      thing,
    );
    if (block.length > 2 * BLOCK) this.blocks.splice(number + 1, 0, block.splice(BLOCK));
  }

  private takeFrom(number: number, at: number): T {
    this.flat = null;
    this.length--;
    const block = this.blocks[number]!;
    const thing = block[at]!;
    block.splice(at, 1);
    if (block.length === 0 && this.blocks.length > 1) this.blocks.splice(number, 1);
    return thing;
  }
}

/** Place of the first element for which `test` holds, given that it holds for all that follow; the length if for none. */
function firstOf<E>(elements: readonly E[], test: (element: E) => boolean): number {
  let low = 0;
  let high = elements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(elements[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
