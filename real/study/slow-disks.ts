import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";

/** Whether a disk was slow at any time from one second of a run to another: what it took part in says nothing of any other. */
export const hadSlowDisk = (events: readonly LifeCycleEvent[], from: number, to: number): boolean =>
  events.some((fails, i) => {
    if (fails.kind !== "failure" || fails.component !== "slowDisk" || fails.ignored || fails.at > to) return false;
    const { component, name } = fails;
    const back = events
      .slice(i + 1)
      .find((one) => one.kind === "return" && one.component === component && one.name === name);
    return back === undefined || back.at >= from;
  });
