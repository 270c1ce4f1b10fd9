type Numbers = Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** A copy of `narrow` with room for `length` numbers; the new ones are `fill`. Whoever kept the old array must read it anew. */
export function widen<T extends Numbers>(narrow: T, length: number, fill = 0): T {
  const Wide = narrow.constructor as new (length: number) => T;
  const wide = new Wide(length);
  wide.set(narrow);
  if (fill !== 0) wide.fill(fill, narrow.length);
  return wide;
}
