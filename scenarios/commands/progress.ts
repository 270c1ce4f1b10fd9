import { Presets, SingleBar } from "cli-progress";

export interface Progress {
  advance(): void;
  end(): void;
}

/** A bar that counts runs, if the stream is a terminal; otherwise nothing. */
export const showProgress = (stream: NodeJS.WriteStream, total: number): Progress => {
  if (!stream.isTTY) return { advance: () => {}, end: () => {} };
  const options = {
    stream,
    format: "{bar} {value}/{total} runs, {eta_formatted} left",
    clearOnComplete: true,
    hideCursor: true,
  };
  const bar = new SingleBar(options, Presets.shades_grey);
  bar.start(total, 0);
  return { advance: () => bar.increment(), end: () => bar.stop() };
};
