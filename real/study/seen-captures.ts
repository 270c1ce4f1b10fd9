import { pageSize } from "../../models/guest/memory.ts";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import type { CaptureCosts } from "../../models/scenario.ts";
import { hadSlowDisk } from "./slow-disks.ts";

/** A guest whose memory was captured in full. Seconds are from its cut on. */
export interface SeenCapture {
  readonly bytes: number;
  /** Until it ran again. */
  readonly stood: number;
  /** Until all was saved. */
  readonly saved: number;
}

/** Captures of a run by its events: those of post-copies, and of stop-and-copies. Pre-copies, which come before the cut, are none, nor is what a slow disk took. */
export const seenCaptures = (events: readonly LifeCycleEvent[]): SeenCapture[] => {
  let planned = 0;
  return events.flatMap((event, i) => {
    if (event.kind !== "snapshot") return [];
    if (event.state === "planned") planned = i;
    if (event.state !== "captured" || !event.whole || (event.captureDuration ?? 0) > event.age + 1e-6) return [];
    const { cluster, snapshot, at } = event;
    if (hadSlowDisk(events, events[planned]!.at, at)) return [];
    // What is told of the same instant may come after it.
    const during = events.slice(planned).filter((one) => one.at <= at);
    return during.flatMap((saved): SeenCapture[] => {
      if (saved.kind !== "transfer" || saved.errand !== "capture" || saved.state !== "done") return [];
      const turns = during
        .filter((one) => one.kind === "vm")
        .filter((one) => one.cluster === cluster && one.vm === saved.vm);
      const stops = turns.find(({ to }) => to === "pause");
      const goesOn = turns.find(({ from }) => from === "pause");
      if (saved.snapshot !== snapshot || stops === undefined || goesOn === undefined) return [];
      return [{ bytes: saved.moved, stood: goesOn.at - stops.at, saved: saved.at - stops.at }];
    });
  });
};

/** What single captures tell of costs. */
export interface ToldCosts {
  /** Bytes per second, each. */
  readonly copyRate: readonly number[];
  /** Seconds, each. */
  readonly device: readonly number[];
  /** Seconds per page, each, of a copier of that many bytes per second. */
  readonly unprotectPerPage: (copyRate: number) => readonly number[];
}

/**
 * What captures tell of what the model makes of them: who stands still does so for `fixed` and the copy, who runs on stands for
 * the states of devices and the arming of pages, and is saved at the rate of the copy and of taking protection off.
 */
export const toldCosts = (
  captures: readonly SeenCapture[],
  { fixed, armPerPage }: Pick<CaptureCosts, "fixed" | "armPerPage">,
): ToldCosts => {
  const stoodStill = captures.filter(({ stood, saved }) => stood >= saved - 1e-6);
  const ranOn = captures.filter((one) => !stoodStill.includes(one));
  return {
    copyRate: stoodStill.flatMap(({ bytes, saved }) => (saved > fixed ? [bytes / (saved - fixed)] : [])),
    device: ranOn.map(({ bytes, stood }) => Math.max(0, stood - (armPerPage * bytes) / pageSize)),
    unprotectPerPage: (copyRate) =>
      ranOn.map(({ bytes, stood, saved }) => Math.max(0, ((saved - stood) * pageSize) / bytes - pageSize / copyRate)),
  };
};
