import type { TextbookOutcome, TextbookSpec } from "../../models/textbook.ts";

/** A snapshot that was taken: how much work it holds, and when it may be restored. */
interface Taken {
  readonly progress: number;
  readonly usableAt: number;
}

type Passed = "passed" | "hit" | "horizon";

/**
 * The textbook model once more, slowly and without a simulator: one loop that walks from phase to phase and looks at
 * the failures in between. Shares no code with the model. `draw` gives the times to failure when `failures` is a law.
 */
export const referenceTextbook = (spec: TextbookSpec, draw: () => number): TextbookOutcome => {
  const { workInterval, pause, latency = pause, detect, restore, validFrom } = spec;
  const horizon = spec.horizon ?? Number.POSITIVE_INFINITY;
  const work = spec.work ?? Number.POSITIVE_INFINITY;
  const listed = "law" in spec.failures ? undefined : spec.failures.toSorted((a, b) => a - b);
  const time = { work: 0, snapshot: 0, down: 0, restore: 0 };
  let t = 0;
  let progress = 0;
  let lost = 0;
  let effective = 0;
  let ignored = 0;
  let taken: Taken[] = [];
  let best = 0;
  let committed = 0;
  let clock = listed === undefined ? draw() : Number.NaN;

  const nextFailure = (): number => (listed === undefined ? clock : (listed[0] ?? Number.POSITIVE_INFINITY));
  const useNewest = (): void => {
    for (const { progress: holds, usableAt } of taken) {
      if (usableAt <= t && holds > best) {
        best = holds;
        committed++;
      }
    }
  };
  const pass = (kind: keyof typeof time, seconds: number, immune = false): Passed => {
    const start = t;
    let end = t + seconds;
    let how: Passed = "passed";
    if (immune) {
      while (listed?.[0] !== undefined && listed[0] < Math.min(end, horizon)) {
        listed.shift();
        ignored++;
      }
    } else if (nextFailure() < Math.min(end, horizon)) {
      end = nextFailure();
      listed?.shift();
      effective++;
      how = "hit";
    }
    if (how === "passed" && end > horizon) {
      end = horizon;
      how = "horizon";
    }
    t = end;
    time[kind] += t - start;
    if (kind === "work") progress += t - start;
    return how;
  };
  /** From a failure until the unit is restored, however many more failures that takes. */
  const recover = (): Passed => {
    useNewest();
    lost += progress - best;
    progress = best;
    taken = taken.filter((snapshot) => snapshot.progress <= best);
    let detecting = true;
    if (spec.failDuringDetect && listed === undefined) clock = t + draw();
    for (;;) {
      if (detecting) {
        const how = pass("down", detect, !spec.failDuringDetect);
        if (how === "horizon") return how;
        if (how === "hit") {
          if (listed === undefined) clock = t + draw();
          continue;
        }
        if (!spec.failDuringDetect && listed === undefined) clock = t + draw();
      }
      const how = pass("restore", restore);
      if (how !== "hit") return how;
      detecting = spec.restoreRepeatsDetect;
      if ((!detecting || spec.failDuringDetect) && listed === undefined) clock = t + draw();
    }
  };

  let how: Passed = "passed";
  let finished = false;
  while (!finished && how !== "horizon") {
    const target = Math.min(work, progress + workInterval);
    if (progress < work) {
      how = pass("work", target - progress);
      if (how === "hit") how = recover();
      else if (how === "passed" && progress === work && !spec.snapshotAfterLast) finished = true;
      else if (how === "passed") {
        const usableAt = t + { start: 0, end: pause, durable: Math.max(latency, pause) }[validFrom];
        taken.push({ progress, usableAt });
        how = pass("snapshot", pause);
        if (how === "passed" && progress === work) {
          how = pass("snapshot", Math.max(0, usableAt - t));
          finished = how === "passed";
        }
        if (how === "hit") how = recover();
      }
    } else finished = true;
  }
  useNewest();
  return {
    finish: finished ? t : Number.NaN,
    lostWork: lost,
    timeWorking: time.work,
    timeSnapshot: time.snapshot,
    timeDown: time.down,
    timeRestore: time.restore,
    snapshotsCommitted: committed,
    failuresEffective: effective,
    failuresIgnored: ignored,
    workRatio: progress / t,
    availability: time.work / t,
  };
};
