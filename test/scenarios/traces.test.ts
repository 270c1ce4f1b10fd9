import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { diskFiles } from "../../scenarios/files.ts";
import { readSsdFailures } from "../../scenarios/trace-readers/alibaba-ssd.ts";
import type { Observation, TraceReading } from "../../scenarios/trace-readers/build-trace.ts";
import { readCsv } from "../../scenarios/trace-readers/csv.ts";
import { Dirt, dirt, TraceError } from "../../scenarios/trace-readers/dirt.ts";
import { readTrace, shippedTraces } from "../../scenarios/trace-readers/read-trace.ts";
import { lognormalFit, weibullFit } from "./fits.ts";

const test = suite("traces");

const day = 86_400;
const shipped = (name: string): TraceReading => readTrace(diskFiles, name, {});
const own = (text: string, observed: Observation = {}, path = "/case/mine.csv"): TraceReading =>
  readTrace({ ...diskFiles, read: () => text }, path, observed);
const refusal = (text: string, path?: string, observed?: Observation): string => {
  try {
    own(text, observed, path);
  } catch (error) {
    if (error instanceof TraceError) return error.message;
    throw error;
  }
  throw new Error("expected a TraceError");
};

const reference = (id: string): { readonly [key: string]: number | readonly number[] } => {
  const file = new URL("../reference/values.json", import.meta.url);
  const { entries } = JSON.parse(readFileSync(file, "utf8")) as { entries: { id: string; value: never }[] };
  return entries.find((entry) => entry.id === id)!.value;
};

interface Start {
  readonly node: string;
  readonly time: number;
}

/** All starts of the InfiniteHBD file, also the one that the reader ignores because its node is down already. */
const rawStarts = (): Start[] => {
  const file = new URL("../../scenarios/traces/infinitehbd/fault_trace.json", import.meta.url);
  const events = JSON.parse(readFileSync(file, "utf8")) as {
    node_id: string;
    event_time: number;
    event_type: string;
  }[];
  return events
    .filter((event) => event.event_type === "fault_start")
    .map((event) => ({ node: event.node_id, time: event.event_time * day }));
};

const close = (got: number, expected: number | readonly number[] | undefined, what: string): void => {
  assert.type(expected, "number");
  assert.ok(Math.abs(got / Number(expected) - 1) <= 1e-6, `${what}: ${got}, not ${expected}`);
};

test("trace-hbd-1: the InfiniteHBD trace has the reference's counts, means and fits", () => {
  const expected = reference("trace-hbd-1");
  const { trace, dirt: found } = shipped("infinitehbd");
  const outages = trace.byNode.flat();
  const starts = outages.length + found.count(dirt.secondStart);
  const down = outages.reduce((sum, { start, end }) => sum + end - start, 0) / day;
  const span = trace.span / day;
  const repairs = outages.map(({ start, end }) => (end - start) / day).sort((a, b) => a - b);

  assert.is(starts, expected["fault_starts"]);
  assert.is(2 * outages.length + found.count(dirt.secondStart) + found.count(dirt.endWithoutStart), expected["events"]);
  assert.is(trace.byNode.length, 400);
  assert.is(trace.byNode.filter((node) => node.length > 0).length, expected["nodes_with_faults"]);
  assert.is(found.count(dirt.zeroLength), 14);
  close(span, expected["span_days"], "span");
  close((400 * span) / starts, expected["node_MTBF_days"], "node MTBF");
  close(1 - down / (400 * span), expected["availability"], "availability");
  close(down / outages.length, expected["repair_mean_d"], "mean repair");
  close(repairs[(repairs.length - 1) / 2]!, expected["repair_median_d"], "median repair");

  type Node = (typeof trace.byNode)[number];
  const upTimes = (node: Node): number[] => positive(node.slice(1).map(({ start }, i) => (start - node[i]!.end) / day));
  const positive = (values: readonly number[]): number[] => values.filter((value) => value > 0);
  const gaps = (times: readonly number[]): number[] =>
    positive(times.slice(1).map((time, i) => (time - times[i]!) / day));
  for (const [what, fit] of [
    ["repair_logn", lognormalFit(positive(repairs))],
    ["repair_weibull", weibullFit(positive(repairs))],
    ["node_tbf_weibull", weibullFit(trace.byNode.flatMap(upTimes))],
    ["cluster_interfault_weibull", weibullFit(gaps(rawStarts().map(({ time }) => time)))],
  ] as const) {
    const [first, second] = expected[what] as readonly number[];
    close(fit[0], first, what);
    close(fit[1], second, what);
  }
});

test("trace-hbd-1: a fifth of the faults come in bursts of several nodes within 120 s", () => {
  const starts = rawStarts();
  const near = (a: Start, b: Start): boolean => b.node !== a.node && Math.abs(b.time - a.time) <= 120 + 1e-6;
  const inBurst = starts.filter((a) => starts.some((b) => near(a, b)));
  close(inBurst.length / starts.length, reference("trace-hbd-1")["burst_fraction_120s"], "bursts");
});

test("trace-ssd-1: the SSD failures have the reference's counts, shares and gaps", () => {
  const expected = reference("trace-ssd-1");
  const text = diskFiles.read(new URL("../../scenarios/traces/alibaba-ssd/failures.csv", import.meta.url).pathname);
  const found = new Dirt();
  const failures = readSsdFailures(readCsv(text), found).sort((a, b) => a.time - b.time);
  assert.is(failures.length, expected["failures"]);
  assert.equal(found.notes(), []);
  for (const by of ["node", "rack"] as const) {
    const groups = groupBy(failures, (one) => one[by]);
    const shared = [...groups.values()].filter((group) => group.length > 1);
    close(shared.flat().length / failures.length, expected[`frac_share_${by}`], `share of ${by}`);
    const gaps = shared.flatMap((group) => group.slice(1).map(({ time }, i) => time - group[i]!.time));
    for (const [name, limit] of [
      ["1min", 60],
      ["1h", 3600],
      ["30d", 30 * day],
    ] as const) {
      close(gaps.filter((gap) => gap <= limit).length / gaps.length, expected[`${by}_gap_le_${name}`], `${by} ${name}`);
    }
  }
  const fleet = failures.slice(1).map(({ time }, i) => (time - failures[i]!.time) / 3600);
  const [shape, scale] = weibullFit(fleet.filter((gap) => gap > 0));
  const [expectedShape, expectedScale] = expected["fleet_gap_h_weibull"] as readonly number[];
  close(shape, expectedShape, "shape");
  close(scale, expectedScale, "scale");
});

const groupBy = <T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return groups;
};

test("the lifetimes of preemptible VMs follow each other without gaps; other VMs are counted and left out", () => {
  const { trace, notes, dirt: found } = shipped("gcp-preemptible");
  assert.is(trace.byNode.flat().length, 1426);
  assert.is(found.count("× VM that was not preemptible, skipped"), 16);
  assert.ok(notes.some((note) => note.startsWith("1426 lifetimes end to end, cut into 50 nodes")));
  assert.ok(trace.byNode.flat().every(({ start, end }) => start === end && start <= trace.span));
  // 1,442 VMs live 8.4057 h on average; without the sixteen ordinary ones a little more.
  const mean = (50 * trace.span) / 1426 / 3600;
  assert.ok(mean > 8.4057 && mean < 8.5, String(mean));
});

test("every shipped trace is sorted and without overlaps on each node", () => {
  for (const name of shippedTraces) {
    const { trace } = shipped(name);
    for (const node of trace.byNode) {
      for (const [i, { start, end }] of node.entries()) {
        assert.ok(start <= end && start >= (node[i - 1]?.end ?? 0) && start <= trace.span, `${name} ${start}`);
      }
    }
  }
});

test("a CSV of outages holds seconds or units, in any order of lines and columns, with comments", () => {
  const text = "# two racks\nend,component,start\n2h,a,1h\n30,b,10\n,a,1d\n";
  const { trace, notes } = own(text, { nodes: 3, span: 30 * day });
  assert.equal(trace.byNode, [
    [
      { start: 3600, end: 7200 },
      { start: day, end: Infinity },
    ],
    [{ start: 10, end: 30 }],
    [],
  ]);
  assert.ok(notes.includes("1 × earlier than the line before, sorted (first at line 4)"), notes.join("\n"));
  assert.ok(notes.includes("1 × never returned (first at line 5)"), notes.join("\n"));
});

test("dirty lines are counted by kind, with the first line of each", () => {
  const text = [
    "component,start,end",
    "a,0,100",
    "a,50,60",
    "a,70,80",
    "b,5,5",
    "b,x,9",
    "b,9",
    "b,30,20",
    ",1,2",
    "b,-1,2",
    "c,900,901",
    "",
  ].join("\n");
  const { trace, notes } = own(text, { span: 500 });
  assert.equal(trace.byNode, [[{ start: 0, end: 100 }], [{ start: 5, end: 5 }]]);
  assert.equal(notes.slice(1).sort(), [
    "1 × earlier than the line before, sorted (first at line 5)",
    "1 × end before start, skipped (first at line 8)",
    "1 × outage of zero length, kept: the machine failed and was back within the resolution of the trace (first at line 5)",
    "1 × start after the end of the observation, skipped (first at line 11)",
    "2 × second start while down, ignored (first at line 3)",
    "4 × line that cannot be read, skipped (first at line 6)",
  ]);
});

test("ends without a start, second starts and nodes that stay down are counted in InfiniteHBD's form too", () => {
  const event = (node: string, time: number, type: string): object => ({
    node_id: node,
    event_time: time,
    event_type: type,
  });
  const text = JSON.stringify([
    event("a", 1, "fault_end"),
    event("a", 2, "fault_start"),
    event("a", 3, "fault_start"),
    event("a", 4, "fault_end"),
    event("b", 3.5, "fault_start"),
    { node: "c" },
    event("a", 5, "fault_begin"),
  ]);
  const { trace, notes } = own(text, {}, "/case/mine.json");
  assert.equal(trace.byNode, [[{ start: 2 * day, end: 4 * day }], [{ start: 3.5 * day, end: Infinity }]]);
  assert.equal(notes.slice(1).sort(), [
    "1 × earlier than the line before, sorted (first at record 5)",
    "1 × end without start, ignored (first at record 1)",
    "1 × never returned (first at record 5)",
    "1 × second start while down, ignored (first at record 3)",
    "2 × line that cannot be read, skipped (first at record 6)",
  ]);
});

test("a truncated file is an error that names its line", () => {
  assert.match(
    refusal("component,start,end\na,1,2\nb,1"),
    /^cannot use \/case\/mine\.csv: line 3: the file is truncated/,
  );
  assert.match(
    refusal('[\n{"node_id": "a", "event_time": 1,', "/case/x.json"),
    /line 2: the file is truncated: its JSON does not end/,
  );
  assert.match(refusal('[\n{"node_id": }\n]', "/case/x.json"), /line 2: this is not JSON/);
});

test("a last line without an end is accepted and reported, for it may have been cut off", () => {
  assert.ok(
    own("component,start,end\na,1,2").notes.includes(
      "1 × no end of line at the end of the file, which may have been cut off (first at line 2)",
    ),
  );
});

test("what holds no outage is refused with what was expected", () => {
  assert.match(refusal(""), /line 1: the file is empty; it must begin with a header such as component,start,end/);
  assert.match(refusal("host,from,to\na,1,2\n"), /line 1: the header is "host,from,to", expected component,start,end/);
  assert.match(refusal("component,start,end\n"), /no outage could be read/);
  assert.match(refusal("component,start,end\na,0,0\n"), /all its events happen at time 0/);
  assert.match(
    refusal("component,start,end\na,1,2\nb,1,2\n", undefined, { nodes: 1 }),
    /2 components fail in it, but nodes is 1/,
  );
  assert.match(refusal("{}", "/case/x.json"), /expected a JSON array of events/);
});

test.run();
