import type { TextbookOutcome, TextbookSpec } from "../../models/textbook/textbook.ts";

/** A snapshot that was taken: how much work it holds, and when it may be restored. */
interface Taken {
  readonly progress: number;
  readonly usableAt: number;
  /** Does it survive failures of the second level? */
  readonly far: boolean;
}

type Passed = "passed" | "hit" | "horizon";

/** Times to failure of each level, and the work until a silent error, when they follow laws. */
export interface Draws {
  readonly first: () => number;
  readonly second: () => number;
  readonly silent: () => number;
}

/**
 * The textbook model once more, slowly and without a simulator: one loop that walks from phase to phase and looks at
 * the failures in between. Shares no code with the model. Knows neither several VMs nor exponential phases.
 */
export const referenceTextbook = (spec: TextbookSpec, draws: Draws): TextbookOutcome => {
  const { workInterval, pause, latency = 0, verify = 0, secondLevel, validFrom } = spec;
  const horizon = spec.horizon ?? Number.POSITIVE_INFINITY;
  const work = spec.work ?? Number.POSITIVE_INFINITY;
  const listed = {
    first: "law" in spec.failures ? undefined : spec.failures.toSorted((a, b) => a - b),
    second:
      secondLevel === undefined
        ? []
        : "law" in secondLevel.failures
          ? undefined
          : secondLevel.failures.toSorted((a, b) => a - b),
  };
  const time = { work: 0, verify: 0, snapshot: 0, down: 0, restore: 0 };
  let t = 0;
  let progress = 0;
  let lost = 0;
  let effective = 0;
  let ignored = 0;
  let found = 0;
  let taken: Taken[] = [];
  let best = { near: 0, far: 0 };
  let committed = 0;
  /** Intervals that a snapshot of the work so far would be the last of. */
  const intervalsOf = (done: number): number => Math.ceil(done / workInterval - 1e-9);
  const clock = { first: Number.POSITIVE_INFINITY, second: Number.POSITIVE_INFINITY };
  const renew = (): void => {
    if (listed.first === undefined) clock.first = t + draws.first();
    if (listed.second === undefined) clock.second = t + draws.second();
  };
  renew();
  let soundUntil = spec.silentErrors === undefined ? Number.POSITIVE_INFINITY : draws.silent();

  const nextOf = (level: "first" | "second"): number =>
    listed[level] === undefined ? clock[level] : (listed[level][0] ?? Number.POSITIVE_INFINITY);
  const useNewest = (): void => {
    for (const { progress: holds, usableAt, far } of taken) {
      if (usableAt > t) continue;
      if (holds > best.near) {
        best = { near: holds, far: far ? holds : best.far };
        committed++;
      }
    }
  };
  let struck: "first" | "second" = "first";
  const pass = (kind: keyof typeof time, seconds: number, immune = false): Passed => {
    const start = t;
    let end = t + seconds;
    let how: Passed = "passed";
    if (immune) {
      for (const list of [listed.first, listed.second]) {
        while (list?.[0] !== undefined && list[0] < Math.min(end, horizon)) {
          list.shift();
          ignored++;
        }
      }
    } else if (Math.min(nextOf("first"), nextOf("second")) < Math.min(end, horizon)) {
      struck = nextOf("second") < nextOf("first") ? "second" : "first";
      end = nextOf(struck);
      listed[struck]?.shift();
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
  const undo = (level: "first" | "second"): void => {
    if (level === "second") best.near = best.far;
    lost += progress - best.near;
    progress = best.near;
    taken = taken.filter((snapshot) => snapshot.progress <= best.near);
    if (spec.silentErrors !== undefined) soundUntil = progress + draws.silent();
  };
  /** Until the unit is restored, however many more failures that takes; after a silent error without detection first. */
  const recover = (why: "failure" | "silent"): Passed => {
    useNewest();
    let level = why === "failure" ? struck : "first";
    undo(level);
    let detecting = why === "failure";
    if (detecting && spec.failDuringDetect) renew();
    for (;;) {
      const costs = level === "second" ? secondLevel! : spec;
      if (detecting) {
        const how = pass("down", costs.detect, !spec.failDuringDetect);
        if (how === "horizon") return how;
        if (how === "hit") {
          if (level === "first") level = struck;
          undo(level);
          renew();
          continue;
        }
        if (!spec.failDuringDetect) renew();
      }
      const how = pass("restore", costs.restore);
      if (how !== "hit") return how;
      const worse = level === "first" && struck === "second";
      if (worse) level = struck;
      undo(level);
      detecting = spec.restoreRepeatsDetect || worse;
      if (!detecting || spec.failDuringDetect) renew();
    }
  };

  let how: Passed = "passed";
  let finished = false;
  while (!finished && how !== "horizon") {
    const target = Math.min(work, progress + workInterval);
    if (progress < work) {
      how = pass("work", target - progress);
      if (how === "passed" && (verify > 0 || spec.silentErrors !== undefined)) how = pass("verify", verify);
      if (how === "hit") how = recover("failure");
      else if (how === "passed" && soundUntil < progress) {
        found++;
        how = recover("silent");
      } else if (how === "passed" && progress === work && !spec.snapshotAfterLast) finished = true;
      else if (how === "passed") {
        useNewest();
        const far = secondLevel !== undefined && intervalsOf(progress) % secondLevel.every === 0;
        const length = pause + (far ? secondLevel.pause : 0);
        const usableAt = t + { start: 0, end: length, durable: Math.max(latency, length) }[validFrom];
        taken.push({ progress, usableAt, far });
        how = pass("snapshot", length);
        if (how === "passed" && progress === work) {
          how = pass("snapshot", Math.max(0, usableAt - t));
          finished = how === "passed";
        }
        if (how === "hit") how = recover("failure");
      }
    } else finished = true;
  }
  useNewest();
  return {
    finish: finished ? t : Number.NaN,
    lostWork: lost,
    timeWorking: time.work,
    timeVerify: time.verify,
    timeSnapshot: time.snapshot,
    timeDown: time.down,
    timeRestore: time.restore,
    snapshotsCommitted: committed,
    failuresEffective: effective,
    failuresIgnored: ignored,
    silentErrorsFound: found,
    workRatio: progress / t,
    availability: time.work / t,
  };
};
