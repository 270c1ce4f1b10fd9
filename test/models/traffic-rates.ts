import type { TrafficMatrix } from "../../models/cut/traffic.ts";

/** The rate of one pair, looked up the slow way. */
export const messagesPerSecond = (traffic: TrafficMatrix, from: number, to: number): number => {
  if (traffic.kind === "even") return from === to ? 0 : traffic.messagesPerSecond;
  return traffic.pairs
    .filter((pair) => pair.from === from && pair.to === to)
    .reduce((sum, pair) => sum + pair.messagesPerSecond, 0);
};
