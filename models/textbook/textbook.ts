import { Simulation } from "../../sim/index.ts";
import type { RandomStream } from "../laws.ts";
import { textbookIssues } from "./textbook-issues.ts";
import type { TextbookSpec } from "./textbook-spec.ts";
import { TextbookUnit } from "./textbook-unit.ts";

export { textbookIssues } from "./textbook-issues.ts";
export type { SecondLevel, TextbookIssue, TextbookSpec } from "./textbook-spec.ts";

/** The result columns of one run. Times in seconds; those of working, verifying, snapshots, downtime and restore are the whole run. */
export interface TextbookOutcome {
  /** When the job was finished; NaN if the run has no `work` or the horizon came first. */
  readonly finish: number;
  /** Work that failures undid. */
  readonly lostWork: number;
  /** Time spent working, on what was lost later too. */
  readonly timeWorking: number;
  /** Time spent verifying work. */
  readonly timeVerify: number;
  /** Time paused for snapshots, and at the end of a job waiting for the last of them. */
  readonly timeSnapshot: number;
  /** Time in detection and provisioning. */
  readonly timeDown: number;
  readonly timeRestore: number;
  /** Snapshots that became usable. */
  readonly snapshotsCommitted: number;
  /** Failures that struck. */
  readonly failuresEffective: number;
  /** Failures of a list that came while the unit was down and immune. */
  readonly failuresIgnored: number;
  /** Silent errors that verifications found. */
  readonly silentErrorsFound: number;
  /** Work that stands at the end of the run, over the length of the run. */
  readonly workRatio: number;
  /** Share of the run spent working: a pause counts as down. */
  readonly availability: number;
}

/** Where the random numbers come from, apart so that changing one thing leaves the others as they were. */
export interface TextbookStreams {
  readonly failures: RandomStream;
  readonly secondLevel: RandomStream;
  readonly silentErrors: RandomStream;
  /** The lengths of exponential phases. */
  readonly phases: RandomStream;
}

/**
 * Runs the textbook model once. The times to failure come from `stream`, which a list does not touch, and so do other
 * random times, unless they have streams of their own.
 *
 * @throws RangeError if the spec has issues (see {@link textbookIssues}), or if a job without a horizon never gets on.
 */
export const simulateTextbook = (
  spec: TextbookSpec,
  stream: RandomStream,
  others: Partial<TextbookStreams> = {},
): TextbookOutcome => {
  const issues = textbookIssues(spec);
  if (issues.length > 0) {
    throw new RangeError(issues.map(({ path, message }) => `textbook ${path.join(".")}: ${message}`).join("\n"));
  }
  const sim = new Simulation();
  const streams = { failures: stream, secondLevel: stream, silentErrors: stream, phases: stream, ...others };
  const unit = new TextbookUnit(sim, spec, streams);
  unit.start();
  sim.run(unit.over);
  return unit.outcome();
};
