import { coordinated } from "../analytic/coordinated.ts";
import { expectedVerifiedInterval } from "../analytic/silent-errors.ts";
import { expectedPattern } from "../analytic/two-level.ts";
import type { Law } from "../laws.ts";
import { jobShape, usableAfter } from "./textbook-shape.ts";
import type { TextbookSpec } from "./textbook-spec.ts";
import type { TextbookTheory } from "./textbook-theory.ts";

/** Has the spec what the plain model of work, pause, detection and restore does not? */
export const isPlain = ({ phases = "fixed", verify = 0, silentErrors, secondLevel }: TextbookSpec): boolean =>
  phases === "fixed" && verify === 0 && silentErrors === undefined && secondLevel === undefined;

/**
 * Closed forms of exponential phases, of verified work and of two levels, each where it stands alone, failures are
 * Poisson, and snapshots are stop-copy: usable when their pause ends.
 */
export const patternTheory = (spec: TextbookSpec): TextbookTheory => {
  const { phases = "fixed", verify = 0, silentErrors, secondLevel } = spec;
  const mtbf = meanBetween(spec.failures, spec.vms);
  if (mtbf === undefined || usableAfter(spec) !== spec.pause) return {};
  const verified = verify > 0 || silentErrors !== undefined;
  if (phases === "exponential") return verified || secondLevel !== undefined ? {} : exponentialPhases(spec, mtbf);
  if (verified) return secondLevel === undefined ? verifiedWork(spec, mtbf) : {};
  return twoLevels(spec, mtbf);
};

/** Infinity when there are no failures; undefined when they are not Poisson. */
const meanBetween = (failures: Law | readonly number[], vms = 1): number | undefined => {
  if (!("law" in failures)) return failures.length === 0 ? Number.POSITIVE_INFINITY : undefined;
  return failures.law === "exponential" ? failures.mean / vms : undefined;
};

const exponentialPhases = (spec: TextbookSpec, mtbf: number): TextbookTheory => {
  if (spec.failDuringDetect || !spec.restoreRepeatsDetect) return {};
  const { useful, working } = coordinated({ ...spec, vms: 1, mttf: mtbf });
  return { workRatio: useful, availability: working };
};

const verifiedWork = (spec: TextbookSpec, mtbf: number): TextbookTheory => {
  const { verify = 0, workInterval, silentErrors, work, horizon, snapshotAfterLast } = spec;
  const silentMtbf = meanBetween(silentErrors ?? []);
  if (silentMtbf === undefined) return {};
  const expected = (length: number, pause = spec.pause): number =>
    expectedVerifiedInterval({ ...spec, mtbf, silentMtbf, verify, workInterval: length, pause });
  if (work === undefined) {
    return workInterval === Number.POSITIVE_INFINITY ? {} : { workRatio: workInterval / expected(workInterval) };
  }
  if (horizon !== undefined) return {};
  const { intervals, interval, lastInterval } = jobShape(spec);
  const before = intervals > 1 ? (intervals - 1) * expected(interval) : 0;
  return { finish: before + expected(lastInterval, snapshotAfterLast ? spec.pause : 0) };
};

const twoLevels = (spec: TextbookSpec, mtbf: number): TextbookTheory => {
  const { secondLevel, workInterval, pause, detect, restore, work, horizon, snapshotAfterLast } = spec;
  const { every, failures, ...far } = secondLevel!;
  const farMtbf = meanBetween(failures);
  const usual = !spec.failDuringDetect && spec.restoreRepeatsDetect;
  if (farMtbf === undefined || !usual || workInterval === Number.POSITIVE_INFINITY) return {};
  const first = { pause, detect, restore, mtbf };
  const pattern = expectedPattern({ segments: every, workInterval, first, second: { ...far, mtbf: farMtbf } });
  if (work === undefined) return { workRatio: (every * workInterval) / pattern };
  const { intervals, interval, lastInterval } = jobShape(spec);
  const whole = intervals % every === 0 && Math.abs(lastInterval - interval) <= 1e-9 * interval;
  return horizon === undefined && snapshotAfterLast && whole ? { finish: (intervals / every) * pattern } : {};
};
