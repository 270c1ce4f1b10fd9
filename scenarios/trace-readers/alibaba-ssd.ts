import { buildTrace, type Observation, type TraceReading } from "./build-trace.ts";
import type { Csv } from "./csv.ts";
import { Dirt, dirt, TraceError } from "./dirt.ts";

export const ssdColumns = ["failure_time", "disk_id", "node_id", "rack_id"] as const;

export interface SsdFailure {
  /** Seconds since 1970. */
  readonly time: number;
  readonly disk: string;
  readonly node: string;
  readonly rack: string;
  readonly line: number;
}

/** The failures of the Alibaba SSD data set, in the order of the file. */
export const readSsdFailures = ({ header, rows }: Csv, found: Dirt): SsdFailure[] => {
  const [time, disk, node, rack] = ssdColumns.map((column) => header.indexOf(column)) as [
    number,
    number,
    number,
    number,
  ];
  const failures: SsdFailure[] = [];
  for (const { line, fields } of rows) {
    const [date = "", clock = ""] = (fields[time] ?? "").split(" ");
    const instant = Date.parse(`${date}T${clock}Z`) / 1000;
    const whole = fields.length === header.length && fields[disk] && fields[node] && fields[rack];
    if (!whole || !Number.isFinite(instant)) found.add(dirt.unparsable, `line ${line}`);
    else failures.push({ time: instant, disk: fields[disk]!, node: fields[node]!, rack: fields[rack]!, line });
  }
  return failures;
};

/**
 * Reads failed SSDs as losses of the machines that hold them, replaced at once: the data set has no repair times. It
 * names only nodes that lost a disk, so `nodes` has to say how large the fleet is when a rate for a fleet is wanted.
 */
export const readSsdTrace = (name: string, csv: Csv, observed: Observation): TraceReading => {
  const found = new Dirt();
  const failures = readSsdFailures(csv, found).sort((a, b) => a.time - b.time);
  const origin = failures[0]?.time;
  if (origin === undefined) throw new TraceError("no failure could be read from it");
  const outages = failures.map(({ time, node, line }) => ({
    component: node,
    start: time - origin,
    end: time - origin,
    where: `line ${line}`,
  }));
  const reading = buildTrace(name, outages, observed, found);
  const note = "no repair times in it: a machine that lost a disk is back at once";
  const exposure = "machines without a failure are not in it: give nodes for the rate of a fleet";
  return { ...reading, notes: [...reading.notes, note, ...(observed.nodes === undefined ? [exposure] : [])] };
};
