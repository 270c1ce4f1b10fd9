/** What a child process tells the runner about the file of tests that it runs. */
export type Message =
  | { readonly kind: "suite"; readonly passed: number; readonly failures: readonly string[] }
  | { readonly kind: "skip"; readonly title: string; readonly reason: string }
  | { readonly kind: "trouble"; readonly trouble: string }
  | { readonly kind: "end" };

export type Skip = { readonly title: string; readonly reason: string };

/** What came of one file of tests. */
export type Outcome = {
  readonly path: string;
  readonly seconds: number;
  readonly passed: number;
  readonly skips: readonly Skip[];
  /** Failed tests, each as uvu prints it: title, message, difference, stack. */
  readonly failures: readonly string[];
  /** What went wrong with the file as a whole; each counts as a failure. */
  readonly troubles: readonly string[];
  /** What the file printed, shown if it failed. */
  readonly output: string;
};

export const failed = ({ failures, troubles }: Outcome): number => failures.length + troubles.length;
