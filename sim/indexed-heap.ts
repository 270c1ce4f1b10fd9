/**
 * A binary heap of small integers ("ids") that knows where each one stands, so that any of them can be moved or removed.
 * The heap is a plain array of ids; their keys and their places are columns indexed by id, shared by as many heaps as
 * hold disjoint ids. The least (key, id) is first: equal keys leave in the order of their ids, whatever came before.
 */
export type Heap = number[];

/** The place of an id that is in no heap. */
export const ABSENT = -1;

function rise(heap: Heap, from: number, id: number, key: Float64Array, place: Int32Array): void {
  const mine = key[id]!;
  let at = from;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const other = heap[above]!;
    if (key[other]! < mine || (key[other]! === mine && other < id)) break;
    heap[at] = other;
    place[other] = at;
    at = above;
  }
  heap[at] = id;
  place[id] = at;
}

function sink(heap: Heap, from: number, id: number, key: Float64Array, place: Int32Array): void {
  const mine = key[id]!;
  const length = heap.length;
  let at = from;
  for (let below = 2 * at + 1; below < length; below = 2 * at + 1) {
    let other = heap[below]!;
    if (below + 1 < length) {
      const right = heap[below + 1]!;
      if (key[right]! < key[other]! || (key[right]! === key[other]! && right < other)) {
        below++;
        other = right;
      }
    }
    if (mine < key[other]! || (mine === key[other]! && id < other)) break;
    heap[at] = other;
    place[other] = at;
    at = below;
  }
  heap[at] = id;
  place[id] = at;
}

/** Adds an id that is in no heap. */
export function heapPush(heap: Heap, id: number, key: Float64Array, place: Int32Array): void {
  heap.push(id);
  rise(heap, heap.length - 1, id, key, place);
}

/** Restores the order after the key of an id of this heap has changed. */
export function heapMove(heap: Heap, id: number, key: Float64Array, place: Int32Array): void {
  const at = place[id]!;
  rise(heap, at, id, key, place);
  if (place[id] === at) sink(heap, at, id, key, place);
}

/** Takes an id out of this heap, wherever it stands. */
export function heapRemove(heap: Heap, id: number, key: Float64Array, place: Int32Array): void {
  const at = place[id]!;
  const last = heap.pop()!;
  place[id] = ABSENT;
  if (last === id) return;
  heap[at] = last;
  place[last] = at;
  heapMove(heap, last, key, place);
}
