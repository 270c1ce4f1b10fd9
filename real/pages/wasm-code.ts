/** Bytes of a WebAssembly module: enough of the format for functions on numbers and one memory. */
export type Code = readonly number[];

/** LEB128. */
export const unsigned = (value: number): Code =>
  value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];

/** Signed LEB128 of at most 32 bits. */
export const signed = (value: number): Code =>
  value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)];

const vector = (parts: readonly Code[]): Code => [...unsigned(parts.length), ...parts.flat()];
const section = (id: number, parts: readonly Code[]): Code => {
  const content = vector(parts);
  return [id, ...unsigned(content.length), ...content];
};
const access = (offset: number): Code => [0, ...unsigned(offset)];
const simd = (operation: number, ...rest: Code): Code => [0xfd, ...unsigned(operation), ...rest];
const emptyBlock = 0x40;

/** Instructions, as the specification of WebAssembly 2.0 calls them; a load or store adds `offset` to its address. */
export const wasm = {
  get: (local: number): Code => [0x20, local],
  set: (local: number): Code => [0x21, local],
  tee: (local: number): Code => [0x22, local],
  /** Runs `body` until it leaves 0. */
  repeat: (...body: readonly Code[]): Code => [0x03, emptyBlock, ...body.flat(), 0x0d, 0, 0x0b],
  /** Runs `body` if the condition on the stack is not 0. */
  when: (...body: readonly Code[]): Code => [0x04, emptyBlock, ...body.flat(), 0x0b],
  return: [0x0f],
  i32: {
    const: (value: number): Code => [0x41, ...signed(value)],
    add: [0x6a],
    ne: [0x47],
    wrap: [0xa7],
  },
  i64: {
    const: (value: number): Code => [0x42, ...signed(value)],
    load: (offset: number): Code => [0x29, ...access(offset)],
    load32: (offset: number): Code => [0x35, ...access(offset)],
    store: (offset: number): Code => [0x37, ...access(offset)],
    add: [0x7c],
    mul: [0x7e],
    shiftRight: [0x88],
  },
  v128: {
    load: (offset: number): Code => simd(0, ...access(offset)),
    or: simd(80),
    anyTrue: simd(83),
    add32: simd(174),
    add64: simd(206),
    /** Products of the lower, or the higher, two of four 32-bit lanes. */
    multiplyLow: simd(222),
    multiplyHigh: simd(223),
    lane64: (lane: number): Code => simd(29, lane),
  },
} as const;

/** Value types: numbers and vectors. */
export const type = { i32: 0x7f, i64: 0x7e, v128: 0x7b } as const;

/** A function that takes an i32, and has further locals after it. */
export interface WasmFunction {
  readonly name: string;
  readonly result: readonly number[];
  readonly locals: readonly number[];
  readonly body: readonly Code[];
}

/** A module of functions that take one i32, and the memory `memory` of so many pages of 64 KiB. */
export const moduleOf = (functions: readonly WasmFunction[], pages: number): Uint8Array<ArrayBuffer> => {
  const exported = (name: string, kind: number, index: number): Code => [
    ...vector([...Buffer.from(name)].map((byte) => [byte])),
    kind,
    index,
  ];
  const code = functions.map(({ locals, body }) => {
    const content = [...vector(locals.map((each) => [1, each])), ...body.flat(), 0x0b];
    return [...unsigned(content.length), ...content];
  });
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      functions.map(({ result }) => [0x60, 1, type.i32, ...vector(result.map((each) => [each]))]),
    ),
    ...section(
      3,
      functions.map((_, i) => [i]),
    ),
    ...section(5, [[0, ...unsigned(pages)]]),
    ...section(7, [exported("memory", 2, 0), ...functions.map(({ name }, i) => exported(name, 0, i))]),
    ...section(10, code),
  ]);
};
