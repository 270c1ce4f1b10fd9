import { Presets, SingleBar } from "cli-progress";
import type { Metrics } from "../simulate.ts";
import type { CommandLine } from "./command-line.ts";
import { LivePrecision } from "./live-precision.ts";

export interface Progress {
  advance(): void;
  end(): void;
}

/** A bar for runs whose number is not known before, with the points they are at and the precision that has been reached. */
export interface LiveProgress {
  /** So many more runs have begun. */
  expect(runs: number): void;
  /** A run is over; without metrics it has failed. */
  advance(point: number, metrics: Metrics): void;
  end(): void;
}

/** Between two looks at the precision of all points. Seconds. */
const lookEvery = 0.5;

/**
 * @param watched the column whose precision is shown, and the one that is asked for
 * @param points in all
 */
export const liveProgress = (
  { progress: stream, clock }: Pick<CommandLine, "progress" | "clock">,
  watched: { readonly of: string; readonly relative: number | undefined },
  points: number,
): LiveProgress => {
  if (!stream.isTTY) return { expect: () => {}, advance: () => {}, end: () => {} };
  const format = "{bar} {value}/{total} runs at {begun} of {points} points, {eta_formatted} left{precision}";
  const bar = barOn(stream, format);
  const begun = new Set<number>();
  const precision = new LivePrecision(watched.of);
  let [total, looked] = [0, Number.NEGATIVE_INFINITY];
  return {
    expect: (runs) => {
      // A bar of nothing would be a full one.
      if (total === 0) bar.start(runs, 0, { precision: "", begun: 0, points });
      total += runs;
      bar.setTotal(total);
    },
    advance: (point, metrics) => {
      precision.add(point, metrics);
      begun.add(point);
      const now = clock();
      if (now - looked < lookEvery) return bar.increment();
      looked = now;
      bar.increment(1, { precision: precision.shown(watched.relative), begun: begun.size });
    },
    end: () => bar.stop(),
  };
};

/** A bar that counts runs, or what else there is, if the stream is a terminal; otherwise nothing. */
export const showProgress = (stream: NodeJS.WriteStream, total: number, what = "runs"): Progress => {
  if (!stream.isTTY) return { advance: () => {}, end: () => {} };
  const bar = barOn(stream, `{bar} {value}/{total} ${what}, {eta_formatted} left`);
  bar.start(total, 0);
  return { advance: () => bar.increment(), end: () => bar.stop() };
};

const barOn = (stream: NodeJS.WriteStream, format: string): SingleBar =>
  new SingleBar({ stream, format, clearOnComplete: true, hideCursor: true, formatTime: timeLeft }, Presets.shades_grey);

/** Seconds as people say them, such as `45 s`, `3 min` or `2 h 5 min`. */
export const timeLeft = (seconds: number): string => {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};
