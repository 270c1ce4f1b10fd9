import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import { watchCluster } from "../../models/watch.ts";
import { packed, unpacked } from "../../results/timeline/data.ts";
import { TimelineLanes } from "../../scenarios/timeline/lanes.ts";
import { hostOutages, smallCluster } from "../models/small-cluster.ts";

const horizon = 1500;
const scenario = hostOutages({ ...smallCluster, horizon }, [[0, 700, 900]]);

const lanesOf = (from: number) => {
  const title = { scenario: "small", seed: 1, replication: 0, domain: 0, domains: 1, horizon, from, to: horizon };
  const lanes = new TimelineLanes(title);
  const events: LifeCycleEvent[] = [];
  for (const batch of watchCluster(scenario, { seed: 1, replication: 0 }))
    for (const event of batch) {
      events.push(event);
      if (event.kind === "begin") lanes.begin(event);
      lanes.event(event);
    }
  return { data: lanes.end(), events };
};

test("the states of a VM follow each other without a gap, from the beginning to the end", () => {
  const { data } = lanesOf(0);
  const vms = data.lanes.filter(({ kind }) => kind === "vm");
  assert.is(vms.length, 3);
  for (const { bars } of vms) {
    assert.is(bars[0]!.from, 0);
    assert.is(bars.at(-1)!.to, horizon);
    for (const [i, bar] of bars.slice(1).entries()) assert.is(bar.from, bars[i]!.to);
    assert.ok(bars.some(({ kind }) => kind === "transfer"));
  }
});

test("every snapshot is captured, then copied, then durable, at the times of its events", () => {
  const { data, events } = lanesOf(0);
  const { bars } = data.lanes.find(({ kind }) => kind === "snapshots")!;
  const times = (state: string): number[] =>
    events.flatMap((one) => (one.kind === "snapshot" && one.state === state ? [one.at] : []));
  assert.equal(
    bars.filter(({ kind }) => kind === "capturing").map(({ from }) => from),
    times("cut"),
  );
  assert.equal(
    bars.filter(({ kind }) => kind === "copying").map(({ from }) => from),
    times("captured"),
  );
  assert.equal(
    bars.filter(({ kind }) => kind === "durable").map(({ from }) => from),
    times("durable"),
  );
});

test("every flow lies on the lane of each host that it reads or writes, and a host that is down is shown so", () => {
  const { data, events } = lanesOf(0);
  const ends = events.flatMap((one) => (one.kind === "transfer" && one.state !== "begin" ? [one] : []));
  for (const { name, bars } of data.lanes.filter(({ kind }) => kind === "host")) {
    const host = name.replace(/,.*/, "");
    const flows = bars.filter(({ kind }) => kind !== "down");
    assert.is(flows.length, ends.filter(({ from, to }) => from.includes(host) || to.includes(host)).length, host);
    const down = bars.filter(({ kind }) => kind === "down").map(({ from, to }) => [from, to]);
    assert.equal(down, host === "host 0" ? [[700, 900]] : []);
  }
  const marks = data.lanes.flatMap((lane) => lane.marks.map(({ kind }) => kind));
  for (const kind of ["failure", "return", "found", "chosen", "done"] as const) assert.ok(marks.includes(kind), kind);
});

test("a window leaves out what was over before, and keeps what still goes on", () => {
  const { data } = lanesOf(1000);
  for (const { bars, marks } of data.lanes) {
    assert.ok(bars.every(({ to }) => to >= 1000));
    assert.ok(marks.every(({ at }) => at >= 1000));
  }
  assert.ok(data.lanes.every(({ kind, bars }) => kind === "host" || bars.length > 0));
});

test("what is packed for the page is the same to a microsecond", () => {
  const { data } = lanesOf(0);
  const back = unpacked(JSON.parse(JSON.stringify(packed(data))));
  assert.equal(back.notes, data.notes);
  for (const [i, lane] of data.lanes.entries())
    for (const [j, bar] of lane.bars.entries()) {
      const other = back.lanes[i]!.bars[j]!;
      assert.equal([other.kind, other.note], [bar.kind, bar.note]);
      assert.ok(Math.abs(other.from - bar.from) < 1e-6 && Math.abs(other.to - bar.to) < 2e-6);
    }
});

test.run();
