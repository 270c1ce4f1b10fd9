import type { Issue } from "../text/issue.ts";
import type { Place, Source } from "../text/place.ts";
import { duration, formatQuantity, size } from "../text/units.ts";
import { Dirt } from "../trace-readers/dirt.ts";
import { CsvTable, type Form } from "./table.ts";

const form: Form = {
  name: "a distinct-write curve",
  required: ["seconds"],
  one: ["distinctPages", "distinctBytes"],
  optional: [],
};

const pageSize = 4096;

/** More points than this say nothing new about three classes, and take their time. */
const mostPoints = 10_000;

/** Times outside of these are slips, and would drown the others in rounding. */
const [shortest, longest] = [1e-9, 1e9];

export interface CurvePoint {
  readonly seconds: number;
  readonly pages: number;
  readonly at: Place;
}

/** A measured curve, and what has to be said about it wherever it is used. */
export interface CurveReading {
  readonly points: readonly CurvePoint[];
  readonly notes: readonly string[];
}

/**
 * Reads `seconds,distinctPages` or `seconds,distinctBytes`: how many pages of one guest were written at least once within
 * a time, for several times, each measured from a fresh start of the tracking.
 *
 * @param issues gets everything that is wrong, each at its line and column
 * @returns nothing if something is wrong
 */
export const readCurveCsv = (source: Source, issues: Issue[]): CurveReading | undefined => {
  const table = new CsvTable(source, form, issues);
  const odd = new Dirt();
  const points: CurvePoint[] = [];
  const [column, unit] = table.has("distinctBytes")
    ? (["distinctBytes", pageSize] as const)
    : (["distinctPages", 1] as const);
  for (const row of table.rows) {
    const seconds = table.number(row, "seconds", { quantity: duration, least: 0, most: longest });
    const amount = table.number(row, column, { least: 0, ...(unit === 1 ? {} : { quantity: size }) });
    if (seconds === undefined || amount === undefined) continue;
    const cell = row.cell(column)!;
    if (seconds >= shortest) points.push({ seconds, pages: amount / unit, at: cell.at });
    else if (seconds > 0)
      table.fault(
        row.cell("seconds")!.at,
        `seconds must be 0 or at least ${shortest}, not ${row.cell("seconds")!.text}`,
      );
    else if (amount > 0) table.fault(cell.at, `within 0 seconds nothing can be written, not ${cell.text}`);
    else odd.add("× the point at 0 seconds, where every curve begins", `line ${row.line}`);
  }
  if (table.sound && points.length === 0) table.fault(table.rows[0]!.at, "has no point after 0 seconds");
  if (points.length > mostPoints)
    table.fault(
      points[mostPoints]!.at,
      `has ${points.length} points; at most ${mostPoints} are fitted: leave some out`,
    );
  if (!table.sound) return undefined;
  countOddities(points, odd);
  const times = points.map(({ seconds }) => seconds);
  const [first, last] = [Math.min(...times), Math.max(...times)].map((time) => formatQuantity(duration, time));
  const summary = `${points.length} point${points.length === 1 ? "" : "s"} from ${first} to ${last}`;
  return { points, notes: [summary, ...odd.notes(), ...table.notes] };
};

const countOddities = (points: readonly CurvePoint[], odd: Dirt): void => {
  const lineOf = ({ at }: CurvePoint): string => `line ${at.source.text.slice(0, at.start).split("\n").length}`;
  points.forEach((point, i) => {
    if (i > 0 && point.seconds < points[i - 1]!.seconds)
      odd.add("× earlier than the line before, sorted", lineOf(point));
  });
  let highest = 0;
  let previous: CurvePoint | undefined;
  for (const point of points.toSorted((a, b) => a.seconds - b.seconds)) {
    if (point.seconds === previous?.seconds)
      odd.add("× a time that was measured before, both are fitted", lineOf(point));
    else if (point.pages < highest)
      odd.add("× fewer pages than after a shorter time, though no curve can fall", lineOf(point));
    highest = Math.max(highest, point.pages);
    previous = point;
  }
};
