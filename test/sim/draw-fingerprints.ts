import type { Stream } from "../../sim/stream.ts";
import { Streams } from "../../sim/streams.ts";

/** FNV-1a over the bits of the numbers, as eight hexadecimal digits. */
const hash = (numbers: Float64Array): string => {
  let state = 0x811c9dc5;
  for (const byte of new Uint8Array(numbers.buffer)) state = Math.imul(state ^ byte, 0x01000193);
  return (state >>> 0).toString(16).padStart(8, "0");
};

const laws: Readonly<Record<string, (stream: Stream) => number>> = {
  next: (s) => s.next(),
  uniform: (s) => s.uniform(-1, 3),
  integer: (s) => s.integer(1, 6),
  choice: (s) => s.choice([2, 3, 5, 7]),
  exponential: (s) => s.exponential(100),
  normal: (s) => s.normal(0, 1),
  lognormal: (s) => s.lognormal(4.1, 1.4),
  weibull: (s) => s.weibull(0.48, 817),
  gamma: (s) => s.gamma(0.35, 5103),
  "gamma of a large shape": (s) => s.gamma(12, 0.5),
  poisson: (s) => s.poisson(50),
  binomial: (s) => s.binomial(1000, 0.3),
};

/** A hash of `count` draws of every law, the same on every engine. Runs in browsers. */
export const drawFingerprints = (count = 100_000): Record<string, string> => {
  const streams = new Streams(20241122);
  return Object.fromEntries(
    Object.entries(laws).map(([law, draw]) => {
      const stream = streams.get(law);
      return [law, hash(Float64Array.from({ length: count }, () => draw(stream)))];
    }),
  );
};
