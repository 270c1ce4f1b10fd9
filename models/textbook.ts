import { Simulation } from "../sim/index.ts";
import type { RandomStream } from "./laws.ts";
import { type TextbookSpec, textbookIssues } from "./textbook-spec.ts";
import { TextbookUnit } from "./textbook-unit.ts";

export { type TextbookIssue, type TextbookSpec, textbookIssues } from "./textbook-spec.ts";

/** The result columns of one run. Times in seconds; timeWorking + timeSnapshot + timeDown + timeRestore is the whole run. */
export interface TextbookOutcome {
  /** When the job was finished; NaN if the run has no `work` or the horizon came first. */
  readonly finish: number;
  /** Work that failures undid. */
  readonly lostWork: number;
  /** Time spent working, on what was lost later too. */
  readonly timeWorking: number;
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
  /** Work that stands at the end of the run, over the length of the run. */
  readonly workRatio: number;
  /** Share of the run spent working: a pause counts as down. */
  readonly availability: number;
}

/**
 * Runs the textbook model once. `stream` gives the times to failure and is not touched by a list.
 *
 * @throws RangeError if the spec has issues (see {@link textbookIssues}), or if a job without a horizon never gets on.
 */
export const simulateTextbook = (spec: TextbookSpec, stream: RandomStream): TextbookOutcome => {
  const issues = textbookIssues(spec);
  if (issues.length > 0) {
    throw new RangeError(issues.map(({ path, message }) => `textbook ${path.join(".")}: ${message}`).join("\n"));
  }
  const sim = new Simulation();
  const unit = new TextbookUnit(sim, spec, stream);
  unit.start();
  sim.run(unit.over);
  return unit.outcome();
};
