import { failureCost, recoveryCost } from "../analytic/recovery.ts";
import { renewalFractions } from "../analytic/renewal.ts";
import { usefulWork } from "../analytic/useful-work.ts";
import { firstOf, type Law } from "../laws.ts";
import type { TextbookOutcome, TextbookSpec } from "./textbook.ts";
import { isPlain, patternTheory } from "./textbook-pattern-theory.ts";
import { jobShape, usableAfter } from "./textbook-shape.ts";

/** Expectations of the columns for which a closed form holds. */
export type TextbookTheory = Partial<Readonly<Record<keyof TextbookOutcome, number>>>;

/**
 * The closed forms that belong beside a run of the textbook model: exact expectations for a job without a horizon under
 * Poisson failures, and long-run values, which a run approaches as its horizon grows, for a unit without a job. Empty
 * for a list of failures and wherever no closed form holds.
 */
export const textbookTheory = (spec: TextbookSpec): TextbookTheory => {
  if (!isPlain(spec)) return patternTheory(spec);
  const { work, horizon } = spec;
  const failures = failuresOfAll(spec);
  if (failures === undefined) return {};
  if (work === undefined) return longRun(spec, failures);
  return horizon === undefined && failures.law === "exponential" ? job(spec, failures.mean) : {};
};

/** The law of the first failure among the VMs, which are all renewed by it; undefined for lists and where it has no name. */
const failuresOfAll = ({ failures, vms = 1 }: TextbookSpec): Law | undefined => {
  if (!("law" in failures)) return undefined;
  if (vms === 1) return failures;
  return failures.law === "exponential" || failures.law === "weibull" ? firstOf(failures, vms) : undefined;
};

const longRun = (spec: TextbookSpec, failures: Law): TextbookTheory => {
  if (spec.workInterval === Number.POSITIVE_INFINITY) return {};
  const cycle = { ...spec, latency: usableAfter(spec) };
  const workRatio = usefulWork({ ...cycle, failures });
  if (failures.law !== "exponential") return { workRatio };
  return { workRatio, availability: renewalFractions({ ...cycle, mtbf: failures.mean }).executing };
};

/**
 * A job under Poisson failures: each failure outside of a recovery costs 1/λ + recovery, so it is enough to count these
 * hits. With a = λ (usable after - pause), an interval T costs e^a (e^(λ(T+C)) - 1) hits from one usable snapshot to the
 * next (Vaidya); the first has no predecessor whose wait it could overlap, and the last no snapshot unless asked for.
 */
const job = (spec: TextbookSpec, mtbf: number): TextbookTheory => {
  const { pause, snapshotAfterLast } = spec;
  const { intervals, interval, lastInterval } = jobShape(spec);
  const wait = usableAfter(spec) - pause;
  const committed = (length: number): number => Math.exp(wait / mtbf) * Math.expm1((length + pause) / mtbf);
  const first = (length: number): number => (wait > 0 ? Math.expm1((length + pause + wait) / mtbf) : committed(length));
  const overlap = intervals > 1 ? Math.max(0, wait) : 0;
  // The work would be done before the snapshot in flight is usable: no closed form.
  if (!snapshotAfterLast && overlap > lastInterval) return {};
  const last = Math.expm1(lastInterval / mtbf) - Math.expm1(overlap / mtbf);
  const before = intervals > 1 ? first(interval) + (intervals - 2) * committed(interval) : 0;
  const commitLast = intervals > 1 ? committed(lastInterval) : first(lastInterval);
  const hits = before + (snapshotAfterLast ? commitLast : last);
  const recovery = { ...spec, mtbf };
  return { finish: hits * failureCost(recovery), failuresEffective: hits * recoveryCost(recovery).failures };
};
