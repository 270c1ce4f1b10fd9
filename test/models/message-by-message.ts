import type { TrafficMatrix } from "../../models/cut/traffic.ts";
import type { Stream } from "../../sim/index.ts";
import { messagesPerSecond } from "./traffic-rates.ts";

export interface TalkingCluster {
  readonly protocol: "independent" | "colour" | "drop";
  /** When each VM is ready for its cut. */
  readonly ready: readonly number[];
  /** How long a VM stands still for its cut. */
  readonly pause: number;
  readonly traffic: TrafficMatrix;
  readonly delay: (from: number, to: number) => number;
}

export interface CutOutcome {
  readonly cuts: readonly number[];
  readonly orphans: number;
  readonly dropped: number;
  readonly forced: number;
}

interface Happening {
  readonly at: number;
  readonly happen: () => void;
}

/**
 * A slow, obviously right cut of a cluster: every message of every pair is drawn, sent if its sender runs, marked if its
 * sender has been cut, and met on its arrival by what the receiver is then.
 */
export const cutMessageByMessage = (cluster: TalkingCluster, stream: Stream): CutOutcome => {
  const { protocol, ready, pause, traffic, delay } = cluster;
  const vms = ready.length;
  const cuts: (number | undefined)[] = ready.map(() => undefined);
  const open: Happening[] = [];
  let now = 0;
  let [orphans, dropped, forced] = [0, 0, 0];
  const at = (time: number, happen: () => void): void => {
    const behind = open.findIndex((one) => one.at > time);
    open.splice(behind < 0 ? open.length : behind, 0, { at: time, happen });
  };
  const cut = (vm: number): void => {
    cuts[vm] ??= now;
  };
  const paused = (vm: number): boolean => cuts[vm] !== undefined && now < cuts[vm] + pause;
  const arrive = (to: number): void => {
    if (cuts[to] !== undefined) return;
    if (protocol === "drop") dropped += 1;
    else if (protocol === "independent") orphans += 1;
    else {
      forced += 1;
      cut(to);
    }
  };
  const send = (from: number, to: number): void => {
    if (!paused(from) && cuts[from] !== undefined) at(now + delay(from, to), () => arrive(to));
    at(now + stream.exponential(1 / messagesPerSecond(traffic, from, to)), () => send(from, to));
  };
  for (const [vm, time] of ready.entries()) at(time, () => cut(vm));
  for (let from = 0; from < vms; from++) {
    for (let to = 0; to < vms; to++) {
      const rate = messagesPerSecond(traffic, from, to);
      if (rate > 0) at(stream.exponential(1 / rate), () => send(from, to));
    }
  }
  while (cuts.includes(undefined)) {
    const next = open.shift()!;
    now = next.at;
    next.happen();
  }
  return { cuts: cuts as number[], orphans, dropped, forced };
};
