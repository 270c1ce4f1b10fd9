import type { Stream } from "../../sim/index.ts";

export interface RoundMemory {
  readonly pages: number;
  readonly writesPerSecond: number;
  readonly pagesPerSecond: number;
  readonly rounds: number;
}

/**
 * A slow, obviously right pre-copy: every write is drawn and marks its page; each round sends the pages that were marked
 * when it began, and takes as long as they do. Returns the pages that each round sends, of which the first sends all.
 */
export const simulateRounds = (memory: RoundMemory, stream: Stream): number[] => {
  const sent = [memory.pages];
  for (let round = 0; round < memory.rounds; round++) {
    const length = sent.at(-1)! / memory.pagesPerSecond;
    const marked = new Set<number>();
    const gap = 1 / memory.writesPerSecond;
    for (let t = stream.exponential(gap); t < length; t += stream.exponential(gap)) {
      marked.add(stream.integer(0, memory.pages - 1));
    }
    sent.push(marked.size);
  }
  return sent;
};
