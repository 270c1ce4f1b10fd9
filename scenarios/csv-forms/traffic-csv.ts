import type { TrafficMatrix, TrafficPair } from "../../models/cut/traffic.ts";
import type { Issue } from "../text/issue.ts";
import type { Source } from "../text/place.ts";
import { frequency } from "../text/units.ts";
import { CsvTable, type Form, type Row } from "./table.ts";

const form: Form = {
  name: "a traffic matrix",
  required: ["from", "to", "messagesPerSecond"],
  optional: [],
};

/** A traffic matrix of a file, and what has to be said about it wherever it is used. */
export interface TrafficReading {
  readonly traffic: TrafficMatrix;
  readonly notes: readonly string[];
}

/**
 * Reads `from,to,messagesPerSecond`: one line for each pair of VMs that talk in that direction, VMs counted from 0.
 *
 * @param vms how many VMs a cluster has
 * @param issues gets everything that is wrong, each at its line and column
 * @returns nothing if something is wrong
 */
export const readTrafficCsv = (source: Source, vms: number, issues: Issue[]): TrafficReading | undefined => {
  const table = new CsvTable(source, form, issues);
  const pairs: TrafficPair[] = [];
  const lines = new Map<number, number>();
  let silent = 0;
  for (const row of table.rows) {
    const from = vmOf(table, row, "from", vms);
    const to = vmOf(table, row, "to", vms);
    const messagesPerSecond = table.number(row, "messagesPerSecond", { quantity: frequency, least: 0 });
    if (from === undefined || to === undefined || messagesPerSecond === undefined) continue;
    const pair = from * vms + to;
    const earlier = lines.get(pair);
    if (from === to) table.fault(row.cell("to")!.at, `VM ${to} sends to itself`);
    else if (earlier !== undefined) table.fault(row.at, `from ${from} to ${to} stands in line ${earlier} already`);
    else if (messagesPerSecond === 0) silent++;
    else pairs.push({ from, to, messagesPerSecond });
    lines.set(pair, row.line);
  }
  if (!table.sound) return undefined;
  const total = pairs.reduce((sum, pair) => sum + pair.messagesPerSecond, 0);
  const summary = `${pairs.length} of ${vms * (vms - 1)} pairs of VMs talk, ${Number(total.toPrecision(6))} messages per second in all`;
  const quiet = silent === 0 ? [] : [`${silent} pair${silent === 1 ? "" : "s"} with 0 messages per second left out`];
  return { traffic: { kind: "pairs", vms, pairs }, notes: [summary, ...quiet, ...table.notes] };
};

const vmOf = (table: CsvTable, row: Row, column: "from" | "to", vms: number): number | undefined => {
  const index = table.number(row, column, { least: 0 });
  if (index === undefined) return undefined;
  if (Number.isInteger(index) && index < vms) return index;
  const { at, text } = row.cell(column)!;
  table.fault(
    at,
    Number.isInteger(index)
      ? `there is no VM ${text}: they are counted from 0 to ${vms - 1}`
      : `${column} must be the number of a VM, not ${text}`,
  );
  return undefined;
};
