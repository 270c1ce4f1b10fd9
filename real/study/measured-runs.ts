import { appendFileSync } from "node:fs";
import { csvFormatRow, csvParseRows } from "d3";
import type { Columns } from "../../models/books/columns.ts";
import { LifeCycleAccount } from "../../models/books/life-cycle-account.ts";
import { TestbedError } from "../testbed-error.ts";
import { rowsIn } from "./row-file.ts";
import { similarityNames } from "./run-columns.ts";

/** Where a run is from. */
export interface Provenance {
  readonly testbed: string;
  /** When it began, ISO 8601. */
  readonly date: string;
  readonly machine: string;
  /** Load average of the last minute when it began: what else the machine did. */
  readonly load: number;
}

/** One point of a sweep that was run on real machines. */
export interface MeasuredRun extends Provenance {
  /** Identity of the point: what it is made of. */
  readonly point: string;
  /** What the sweep has set. */
  readonly labels: { readonly [axis: string]: string };
  /** Restore points that were read again at the end, and were as they were captured. */
  readonly verified: number;
  /** As the simulator names them; NaN where nothing was observed. */
  readonly columns: Columns;
}

const provenance = ["point", "testbed", "date", "machine", "load", "verified"] as const;
/** The columns that events tell, on every testbed the same, and what guests have in common. */
const columns = [...Object.keys(new LifeCycleAccount().columns), ...similarityNames];

/** The file in which the runs of a sweep are kept as they end. */
export class MeasuredRuns {
  readonly #path: string;
  readonly #axes: readonly string[];
  readonly #runs: Map<string, MeasuredRun>;

  /** @throws TestbedError naming file and line, if it holds something else than runs of a sweep of these keys */
  constructor(name: string, path: string, axes: readonly string[]) {
    this.#path = path;
    this.#axes = axes;
    const head = [...axes, ...provenance, ...columns];
    const runs = rowsIn(path, `${csvFormatRow(head)}\n`, (text) => readRuns(name, text, axes, head));
    this.#runs = new Map(runs.map((run) => [run.point, run]));
  }

  of(point: string): MeasuredRun | undefined {
    return this.#runs.get(point);
  }

  add(run: MeasuredRun): void {
    const { labels, columns: found } = run;
    const cells = [
      ...this.#axes.map((axis) => labels[axis] ?? ""),
      ...provenance.map((one) => String(run[one])),
      ...columns.map((column) => (Number.isFinite(found[column]) ? String(found[column]) : "")),
    ];
    appendFileSync(this.#path, `${csvFormatRow(cells.map((cell) => cell.replace(/[\r\n]/g, " ")))}\n`);
    this.#runs.set(run.point, run);
  }
}

const readRuns = (name: string, text: string, axes: readonly string[], head: readonly string[]): MeasuredRun[] => {
  const [first, ...lines] = csvParseRows(text);
  if (first === undefined || csvFormatRow(first) !== csvFormatRow([...head]))
    throw new TestbedError(`${name}:1: no runs of a sweep of ${axes.join(", ")}: give another --out`);
  return lines.map((cells, i) => {
    const at = `${name}:${i + 2}`;
    if (cells.length !== head.length) throw new TestbedError(`${at}: ${cells.length} cells; expected ${head.length}`);
    const cell = new Map(head.map((column, c) => [column, cells[c]!]));
    const number = (column: string): number => {
      const written = cell.get(column)!;
      const value = written === "" ? Number.NaN : Number(written);
      if (written !== "" && !Number.isFinite(value))
        throw new TestbedError(`${at}: ${column}: expected a number, got ${written}`);
      return value;
    };
    return {
      labels: Object.fromEntries(axes.map((axis) => [axis, cell.get(axis)!])),
      ...{ point: cell.get("point")!, testbed: cell.get("testbed")! },
      ...{ date: cell.get("date")!, machine: cell.get("machine")! },
      ...{ load: number("load"), verified: number("verified") },
      columns: Object.fromEntries(columns.map((column) => [column, number(column)])),
    };
  });
};
