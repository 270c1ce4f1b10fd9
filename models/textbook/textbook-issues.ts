import { type Law, lawIssues } from "../laws.ts";
import type { TextbookIssue, TextbookSpec } from "./textbook-spec.ts";

/** Everything that keeps the textbook model from being run with `spec`; an empty list when it can be. */
export const textbookIssues = (spec: TextbookSpec): TextbookIssue[] => [
  ...lengthIssues(spec),
  ...failureIssues(spec.failures, "failures"),
  ...(spec.silentErrors === undefined ? [] : within("silentErrors", lawIssues(spec.silentErrors))),
  ...secondLevelIssues(spec),
  ...contradictions(spec),
];

const lengthIssues = (spec: TextbookSpec): TextbookIssue[] => {
  const { workInterval, pause, latency = pause, detect, restore, verify = 0, horizon, work } = spec;
  const issues: TextbookIssue[] = [];
  const report = (key: string, message: string): number => issues.push({ path: [key], message });
  if (!(workInterval > 0)) report("workInterval", `must be above 0 s, not ${workInterval}`);
  issues.push(...durationIssues({ pause, latency, detect, restore, verify }));
  for (const [key, value] of Object.entries({ horizon, work })) {
    if (value === undefined) continue;
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) report(key, `must be above 0 s, and finite, not ${value}`);
    else if (value + workInterval === value) {
      report("workInterval", `is too short to be told from 0 beside a ${key} of ${value} s: lengthen it`);
    }
  }
  if (horizon === undefined && work === undefined)
    report("horizon", "is missing: give a horizon, or the work of a job");
  return issues;
};

const secondLevelIssues = ({ secondLevel }: TextbookSpec): TextbookIssue[] => {
  if (secondLevel === undefined) return [];
  const { every, pause, detect, restore, failures } = secondLevel;
  const whole = Number.isSafeInteger(every) && every >= 1;
  const message = `must be a whole number of snapshots, 1 or more, not ${every}`;
  return within("secondLevel", [
    ...(whole ? [] : [{ path: ["every"], message }]),
    ...durationIssues({ pause, detect, restore }),
    ...failureIssues(failures, "failures"),
  ]);
};

/** What is possible by itself, and not together. */
const contradictions = (spec: TextbookSpec): TextbookIssue[] => {
  const { vms = 1, phases = "fixed", failures, work, latency } = spec;
  const issues: TextbookIssue[] = [];
  const report = (key: string, message: string): number => issues.push({ path: [key], message });
  if (!(Number.isSafeInteger(vms) && vms >= 1)) report("vms", `must be a whole number, 1 or more, not ${vms}`);
  else if (vms > 1 && isList(failures)) {
    report("vms", "the listed failures are those of all VMs together: leave vms out, or give the law of one VM");
  }
  if (phases === "exponential") {
    if (work !== undefined)
      report("work", "a job is cut into intervals of fixed length: with exponential phases give a horizon");
    if (latency !== undefined)
      report("latency", "with exponential phases a snapshot is durable when its pause ends: leave it out");
    if (spec.workInterval === Number.POSITIVE_INFINITY) {
      report("workInterval", "has no mean without snapshots: with exponential phases give a time");
    }
  }
  return issues;
};

const durationIssues = (durations: { readonly [key: string]: number }): TextbookIssue[] =>
  Object.entries(durations)
    .filter(([, value]) => !(value >= 0 && value < Number.POSITIVE_INFINITY))
    .map(([key, value]) => ({ path: [key], message: `must be 0 s or more, and finite, not ${value}` }));

const failureIssues = (failures: Law | readonly number[], key: string): TextbookIssue[] =>
  within(
    key,
    isList(failures)
      ? failures.flatMap((at, index) =>
          at >= 0 && at < Number.POSITIVE_INFINITY
            ? []
            : [{ path: [index], message: `a failure is a time in seconds from the start, 0 or more, not ${at}` }],
        )
      : lawIssues(failures),
  );

const within = (key: string, issues: readonly TextbookIssue[]): TextbookIssue[] =>
  issues.map(({ path, message }) => ({ path: [key, ...path], message }));

const isList = (failures: Law | readonly number[]): failures is readonly number[] => Array.isArray(failures);
