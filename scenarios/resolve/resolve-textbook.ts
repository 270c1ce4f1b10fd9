import type { TextbookSpec } from "../../models/textbook/textbook-spec.ts";
import { lawOf } from "../schema/law-schema.ts";
import type { TextbookFile } from "../schema/textbook-schema.ts";

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
    failures: failuresOf(file.failures),
    ...(file.horizon === "none" ? {} : { horizon: file.horizon }),
    ...(file.work === "none" ? {} : { work: file.work }),
    failDuringDetect: file.failDuringDetect,
    restoreRepeatsDetect: file.restoreRepeatsDetect,
    validFrom: file.validFrom,
    snapshotAfterLast: file.snapshotAfterLast,
    vms: file.vms,
    phases: file.phases,
    verify: file.verify,
    ...(file.silentErrors === "none" ? {} : { silentErrors: lawOf(file.silentErrors) }),
    ...(file.secondLevel === "none"
      ? {}
      : { secondLevel: { ...file.secondLevel, failures: failuresOf(file.secondLevel.failures) } }),
  },
});

const failuresOf = (failures: TextbookFile["failures"]): TextbookSpec["failures"] =>
  Array.isArray(failures) ? failures : lawOf(failures);
