import type { Benchmark, Case, Outcome } from "./benchmark.ts";
import { cost, type Spread, speedUp, spread, verdict } from "./summary.ts";

const columns = ["work", "against", "ours", "theirs", "ratio (min–max)", "floor", "stretch", "verdict"];
const widths = [38, 22, 9, 9, 22, 6, 7, 11];

const line = (cells: readonly string[]): string => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;

export const header = (): string =>
  [line(columns), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`].join("\n");

/** One line of the table: we against one peer; `goals` are the case's if this peer carries them. */
export function versus(
  work: string,
  peer: string,
  [ours, theirs]: readonly [readonly Outcome[], readonly Outcome[]],
  goals: Pick<Case, "floor" | "stretch">,
): string {
  const ratio = speedUp(ours, theirs);
  const costs = [ours, theirs].map((outcomes) => quantity(spread(outcomes.map(cost)).median, "seconds"));
  const goal = (value: number | undefined): string => (value === undefined ? "" : `${Number(value.toPrecision(3))}×`);
  return line([
    work,
    peer,
    ...costs,
    times(ratio),
    goal(goals.floor),
    goal(goals.stretch),
    verdict(ratio.median, goals),
  ]);
}

/** One line of the table: we alone, against a limit if the case sets one. */
export function alone(
  work: string,
  outcomes: readonly Outcome[],
  measures: Benchmark["measures"],
  limit?: number,
): string {
  const costs = spread(outcomes.map(cost));
  const range = `(${quantity(costs.min, measures)}–${quantity(costs.max, measures)})`;
  const allowed = limit === undefined ? "" : `≤ ${quantity(limit, measures)}`;
  return line([
    work,
    allowed,
    quantity(costs.median, measures),
    "",
    range,
    "",
    "",
    verdict(costs.median, { ...(limit !== undefined && { limit }) }),
  ]);
}

export const skipped = (work: string, peer: string): string => line([work, peer, "", "", "", "", "", "skipped"]);

const times = ({ median, min, max }: Spread): string => `${three(median)}× (${three(min)}–${three(max)})`;

function quantity(value: number, measures: Benchmark["measures"]): string {
  if (measures === "bytes") return `${three(value)} B`;
  if (value < 1e-6) return `${three(value * 1e9)} ns`;
  if (value < 1e-3) return `${three(value * 1e6)} µs`;
  return value < 1 ? `${three(value * 1e3)} ms` : `${three(value)} s`;
}

/** Three significant digits, never an exponent. */
const three = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
