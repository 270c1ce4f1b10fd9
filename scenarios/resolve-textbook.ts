import type { TextbookSpec } from "../models/textbook-spec.ts";
import { lawOf } from "./law-schema.ts";
import type { TextbookFile } from "./textbook-schema.ts";

/** A textbook scenario, resolved: times in seconds. */
export interface TextbookScenario {
  readonly model: "textbook";
  readonly name: string;
  readonly spec: TextbookSpec;
}

export const resolveTextbook = (file: TextbookFile, name: string): TextbookScenario => ({
  model: "textbook",
  name,
  spec: {
    workInterval: file.workInterval === "none" ? Infinity : file.workInterval,
    pause: file.pause,
    ...(file.latency === "pause" ? {} : { latency: file.latency }),
    detect: file.detect,
    restore: file.restore,
    failures: Array.isArray(file.failures) ? file.failures : lawOf(file.failures),
    ...(file.horizon === "none" ? {} : { horizon: file.horizon }),
    ...(file.work === "none" ? {} : { work: file.work }),
    failDuringDetect: file.failDuringDetect,
    restoreRepeatsDetect: file.restoreRepeatsDetect,
    validFrom: file.validFrom,
    snapshotAfterLast: file.snapshotAfterLast,
  },
});
