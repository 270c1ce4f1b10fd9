import { styleText } from "node:util";
import { failed, type Outcome } from "./outcome.ts";
import { readable, readableFailure } from "./readable.ts";

const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
const sum = (outcomes: readonly Outcome[], of: (outcome: Outcome) => number): number =>
  outcomes.reduce((total, outcome) => total + of(outcome), 0);

/** One line for a file that has just ended. */
export const fileLine = (outcome: Outcome, colour: boolean): string => {
  const style = (name: "red" | "green", text: string) => (colour ? styleText(name, text) : text);
  const mark = failed(outcome) > 0 ? style("red", "FAIL") : style("green", "ok  ");
  const counts = [
    `${outcome.passed} passed`,
    ...(failed(outcome) > 0 ? [`${failed(outcome)} failed`] : []),
    ...(outcome.skips.length > 0 ? [`${outcome.skips.length} skipped`] : []),
  ];
  return `${mark}  ${outcome.path}  ${counts.join(", ")}  ${outcome.seconds.toFixed(1)} s`;
};

/** What a file printed, without the line of marks that uvu prints for each suite. */
const printed = (root: string, output: string): string[] => {
  const text = readable(root, output.replace(/^.*\(\d+ \/ \d+\)\n/gm, "")).trim();
  return text === "" ? [] : ["  It printed:", ...text.split("\n").map((line) => `  | ${line}`)];
};

const failure = (outcome: Outcome, root: string): string => {
  const { path, troubles, failures, output } = outcome;
  const parts = [
    path,
    ...failures.map((text) => readableFailure(root, text)),
    ...troubles.map((trouble) => `   FAIL  the file: ${trouble}`),
    ...printed(root, output),
    `  Run it again: npm test ${path}`,
  ];
  return parts.join("\n");
};

const slowest = (outcomes: readonly Outcome[]): string =>
  outcomes
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, 5)
    .map(({ path, seconds }) => `${path} ${seconds.toFixed(1)} s`)
    .join(", ");

/** What is printed when all files have ended; its last line is the count, alone. */
export const report = (outcomes: readonly Outcome[], root: string): string => {
  const bad = outcomes.filter((outcome) => failed(outcome) > 0);
  const skips = outcomes.flatMap(({ path, skips }) =>
    skips.map(({ title, reason }) => `  ${path}  "${title}": ${reason}`),
  );
  const [passed, failures] = [sum(outcomes, (outcome) => outcome.passed), sum(outcomes, failed)];
  return [
    ...bad.map((outcome) => `${failure(outcome, root)}\n`),
    ...(skips.length > 0 ? [`Skipped:\n${skips.join("\n")}\n`] : []),
    ...(outcomes.length > 1 ? [`${plural(outcomes.length, "file")}; slowest: ${slowest(outcomes)}`] : []),
    `${passed} passed, ${failures} failed, ${skips.length} skipped`,
  ].join("\n");
};
