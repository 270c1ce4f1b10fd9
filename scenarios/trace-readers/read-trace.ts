import { bundledFolder } from "../bundled-folder.ts";
import { type Files, whyUnreadable } from "../files.ts";
import { didYouMean } from "../text/spelling.ts";
import { readSsdTrace, ssdColumns } from "./alibaba-ssd.ts";
import type { Observation, TraceReading } from "./build-trace.ts";
import { type Csv, readCsv } from "./csv.ts";
import { TraceError } from "./dirt.ts";
import { lifetimeColumns, readLifetimes } from "./gcp-preemptible.ts";
import { readInfiniteHbd } from "./infinitehbd.ts";
import { outageColumns, readOutages } from "./outages-csv.ts";

/** Traces that come with the product, and how many machines were watched where the file does not tell. */
const shipped: { readonly [name: string]: { readonly file: string; readonly nodes?: number } } = {
  infinitehbd: { file: "infinitehbd/fault_trace.json", nodes: 400 },
  "gcp-preemptible": { file: "gcp-preemptible/lifetimes.csv" },
  "alibaba-ssd": { file: "alibaba-ssd/failures.csv" },
};

export const shippedTraces: readonly string[] = Object.keys(shipped);

/** Whether a reference to a trace is a file of the user's rather than a name. */
export const isTraceFile = (reference: string): boolean => /[/\\]|\.(csv|json)$/i.test(reference);

/**
 * Reads a trace that is shipped, or a file: JSON as InfiniteHBD writes it, or CSV whose header tells the form.
 * @param reference a name of {@link shippedTraces}, or the absolute path of a file
 * @throws TraceError telling file and line if it cannot be read
 */
export const readTrace = (files: Files, reference: string, observed: Observation): TraceReading => {
  const known = Object.hasOwn(shipped, reference) ? shipped[reference] : undefined;
  if (known === undefined && !isTraceFile(reference)) {
    throw new TraceError(
      `there is no trace ${reference}${didYouMean(reference, shippedTraces)} Shipped are ${shippedTraces.join(", ")}; a file of your own ends in .csv or .json`.replace(
        /([^?]) Shipped/,
        "$1; shipped",
      ),
    );
  }
  const path = known === undefined ? reference : `${bundledFolder}traces/${known.file}`;
  let text: string;
  try {
    text = files.read(path);
  } catch (error) {
    throw new TraceError(`cannot read ${path}: ${whyUnreadable(error)}`);
  }
  const assumed: Observation = known?.nodes === undefined ? observed : { nodes: known.nodes, ...observed };
  try {
    return path.toLowerCase().endsWith(".json")
      ? readInfiniteHbd(reference, text, assumed)
      : readAnyCsv(reference, readCsv(text), assumed);
  } catch (error) {
    throw error instanceof TraceError ? new TraceError(`cannot use ${path}: ${error.message}`) : error;
  }
};

const readAnyCsv = (name: string, csv: Csv, observed: Observation): TraceReading => {
  const has = (columns: readonly string[]): boolean => columns.every((column) => csv.header.includes(column));
  if (has(outageColumns)) return readOutages(name, csv, observed);
  if (has(lifetimeColumns)) return readLifetimes(name, csv, observed);
  if (has(ssdColumns)) return readSsdTrace(name, csv, observed);
  throw new TraceError(`line 1: the header is "${csv.header.join(",")}", expected ${outageColumns.join(",")}`);
};
